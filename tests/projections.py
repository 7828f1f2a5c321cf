"""The projections as they stand in the database: wiped, and read without any query of the product."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from services.database.schema import applications, clicks, counted_records
from services.database.schema import click_cells as cells
from services.database.transaction import Transaction
from services.figures.rules.click import Click, hour_of, microseconds
from services.figures.store import applications as steps
from services.figures.store import clicks as single_clicks
from services.figures.store import figures
from services.figures.store.click_cells import add_staged
from tests.builders import NOW


async def wipe(transaction: Transaction) -> None:
    """Empty everything that can be counted again from the log."""
    for table in (cells, clicks, counted_records):
        await transaction.execute(table.delete())
    await figures.wipe_reach(transaction, since=None)
    await steps.wipe(transaction, since=None)


def judged_click(
    identity: object,
    code: str = "abc",
    click_class: str = "human",
    *,
    reason: str = "",
    clicked_at: datetime = NOW,
) -> Click:
    """A click whose verdict is known."""
    at = microseconds(clicked_at)
    return Click(str(identity), code, "v", click_class, reason, at, hour_of(at))


async def add_clicks(transaction: Transaction, fresh: Sequence[Click]) -> None:
    """Keep clicks as they were judged, and roll them up."""
    await single_clicks.stage(transaction, fresh)
    await single_clicks.settle(transaction, [])
    await add_staged(transaction)


async def click_cells(transaction: Transaction) -> dict[tuple[str, str, str, str, str], int]:
    """The rolled-up counts: (dimension, value, day, hour or empty, class, reason) → clicks."""
    rows = await transaction.execute(sa.select(cells))
    return {tuple(row)[:5]: row.clicks for row in rows}


async def applications_by_stage(transaction: Transaction, vacancy_id: str) -> dict[str, int]:
    rows = await transaction.execute(
        sa.select(applications.c.stage, sa.func.count().label("people"))
        .where(applications.c.vacancy_id == vacancy_id)
        .group_by(applications.c.stage)
    )
    return {row.stage: row.people for row in rows}
