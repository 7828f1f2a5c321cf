"""Clicks and reach of single posts: for the ambassador's own eyes."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from services.database.schema import click_cells, reach
from services.database.transaction import Transaction
from services.figures.store.figures import Figure


async def clicks_by_code(
    transaction: Transaction, codes: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Clicks of each link by class; a link without clicks is left out."""
    rows = await transaction.execute(
        sa.select(
            click_cells.c.value.label("code"),
            click_cells.c.click_class,
            sa.func.sum(click_cells.c.clicks).label("clicks"),
        )
        .where(click_cells.c.dimension == "post", click_cells.c.value.in_(codes))
        .group_by(click_cells.c.value, click_cells.c.click_class)
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row.code, {})[row.click_class] = int(row.clicks)
    return found


async def best_of_posts(
    transaction: Transaction, post_ids: Sequence[str], *, metric: str
) -> dict[str, Figure]:
    """The figure of ``metric`` that counts of each of these posts; one without is left out."""
    rows = await transaction.execute(
        sa.select(*(reach.c[name] for name in Figure.__dataclass_fields__)).where(
            reach.c.post_id.in_(post_ids), reach.c.metric == metric, reach.c.counts
        )
    )
    return {row["post_id"]: Figure(**row) for row in rows.mappings()}
