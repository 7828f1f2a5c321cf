"""How many people there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from services.database.engine import take_turns
from services.database.schema import ambassadors, connections, headcounts, people
from services.database.transaction import Transaction
from services.people.store.people import IS_ACTIVE, IS_AMBASSADOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcount:
    """Of people who are not deactivated. ``connected``: ambassadors with at least one network."""

    people: int
    ambassadors: int
    connected: int


async def headcount(transaction: Transaction) -> Headcount:
    everybody = sa.select(sa.func.count()).select_from(people).where(IS_ACTIVE)
    asked = sa.select(sa.func.count()).select_from(people).where(IS_AMBASSADOR)
    connected = sa.select(sa.func.count(connections.c.ambassador_id.distinct()))
    return Headcount(
        people=await transaction.scalar(everybody) or 0,
        ambassadors=await transaction.scalar(asked) or 0,
        connected=await transaction.scalar(connected) or 0,
    )


async def remember(transaction: Transaction, *, now: datetime) -> None:
    """Keep how many ambassadors there are today, by team and language, in the place of an earlier
    count of the day: who takes part is a share of those who were there."""
    await take_turns(transaction, "headcount")
    day = now.astimezone(UTC).date().isoformat()
    counted = (
        sa.select(sa.literal(day, sa.Text), ambassadors.c.team, people.c.language, sa.func.count())
        .join(people, people.c.id == ambassadors.c.id)
        .where(IS_AMBASSADOR)
        .group_by(ambassadors.c.team, people.c.language)
    )
    await transaction.execute(headcounts.delete().where(headcounts.c.day == day))
    await transaction.execute(headcounts.insert().from_select(list(headcounts.c.keys()), counted))


async def on_day(transaction: Transaction, day: str) -> dict[tuple[str, str], int]:
    """Ambassadors by team and language on the last count up to the end of ``day`` (2026-11-24)."""
    last = sa.select(sa.func.max(headcounts.c.day)).where(headcounts.c.day <= day).scalar_subquery()
    rows = await transaction.execute(sa.select(headcounts).where(headcounts.c.day == last))
    return {(row.team, row.language): row.ambassadors for row in rows}
