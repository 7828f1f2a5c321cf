"""How many people there are."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from services.database.schema import connections, people
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
