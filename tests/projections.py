"""The projections as they stand in the database: wiped, and read without any query of the product."""

from __future__ import annotations

import sqlalchemy as sa

from services.database.schema import applications, click_counts
from services.database.transaction import Transaction
from services.figures.store import figures


async def wipe(transaction: Transaction) -> None:
    """Empty everything that can be counted again from the log."""
    await figures.wipe_clicks(transaction, since=None)
    await figures.wipe_reach(transaction, since=None)
    await figures.wipe_applications(transaction, since=None)


async def click_cells(transaction: Transaction) -> dict[tuple[str, str, str, str], int]:
    """The rolled-up counts: (code, UTC day as in 2026-11-24, class, reason) → clicks."""
    rows = await transaction.execute(sa.select(click_counts))
    return {(row.code, row.day, row.click_class, row.reason): row.clicks for row in rows}


async def applications_by_stage(transaction: Transaction, vacancy_id: str) -> dict[str, int]:
    rows = await transaction.execute(
        sa.select(applications.c.stage, sa.func.count().label("people"))
        .where(applications.c.vacancy_id == vacancy_id)
        .group_by(applications.c.stage)
    )
    return {row.stage: row.people for row in rows}
