"""Steps of applicants, and by which of our links each of them came."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.database.engine import as_row, in_key_order, in_parts, insert_for, insert_new
from services.database.schema import applications, attributions, posts
from services.database.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of one applicant."""

    application_id: str
    vacancy_id: str
    stage: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """The first and the last of our links by which an applicant came, as a step at ``stated_at`` has it."""

    application_id: str
    first_code: str
    last_code: str
    stated_at: datetime


async def add_steps(transaction: Transaction, steps: Sequence[Step]) -> None:
    """Store steps; the same step of the same applicant twice counts once."""
    await insert_new(transaction, applications, [as_row(step) for step in steps])


async def add_attributions(transaction: Transaction, stated: Sequence[Attribution]) -> None:
    """Of an application the earliest statement holds, in any order of arrival."""
    statement = insert_for(transaction, attributions)
    named = ("stated_at", "first_code", "last_code")
    of, new = attributions.c, statement.excluded
    earlier = sa.tuple_(*(new[name] for name in named)) < sa.tuple_(*(of[name] for name in named))
    statement = statement.on_conflict_do_update(
        index_elements=[of.application_id], set_={name: new[name] for name in named}, where=earlier
    )
    for each in sorted(stated, key=lambda one: one.application_id):
        await transaction.execute(statement, as_row(each))


async def known_codes(transaction: Transaction, codes: Collection[str]) -> set[str]:
    """Which of these are the links of posts."""
    known: set[str] = set()
    for some in in_parts(sorted(codes)):
        query = sa.select(posts.c.link_code).where(posts.c.link_code.in_(some))
        known |= set(await transaction.scalars(query))
    return known


async def move_steps(transaction: Transaction, ids: Mapping[str, str]) -> None:
    """Let the steps of each application belong to another id."""
    moved = applications.c.application_id.in_(ids)
    columns = (applications.c[name] for name in Step.__dataclass_fields__)
    rows = (await transaction.execute(sa.select(*columns).where(moved))).mappings().all()
    await transaction.execute(applications.delete().where(in_key_order(applications, moved)))
    await add_steps(
        transaction,
        [Step(**{**row, "application_id": ids[row["application_id"]]}) for row in rows],
    )


async def move_attributions(transaction: Transaction, ids: Mapping[str, str]) -> None:
    """The same of what is known of where they came from."""
    moved = attributions.c.application_id.in_(ids)
    columns = (attributions.c[name] for name in Attribution.__dataclass_fields__)
    rows = (await transaction.execute(sa.select(*columns).where(moved))).mappings().all()
    await transaction.execute(attributions.delete().where(in_key_order(attributions, moved)))
    await add_attributions(
        transaction,
        [Attribution(**{**row, "application_id": ids[row["application_id"]]}) for row in rows],
    )


async def by_stage(transaction: Transaction) -> dict[tuple[str, str], int]:
    """How many applicants there are by stage, and by what led to them: ``post`` or ``unknown``."""
    led_by = sa.case((attributions.c.application_id.is_(None), "unknown"), else_="post")
    same = attributions.c.application_id == applications.c.application_id
    rows = await transaction.execute(
        sa.select(applications.c.stage, led_by.label("led_by"), sa.func.count().label("people"))
        .outerjoin(attributions, same)
        .group_by(applications.c.stage, led_by)
    )
    return {(row.stage, row.led_by): row.people for row in rows}


async def wipe(transaction: Transaction, *, since: datetime | None) -> None:
    """Delete what happened from ``since`` on, or ever."""
    for table, when in (
        (applications, applications.c.at),
        (attributions, attributions.c.stated_at),
    ):
        conditions = [] if since is None else [when >= since]
        await transaction.execute(table.delete().where(in_key_order(table, *conditions)))
