"""Clicks rolled up, so that no page and no report reads single ones.

Each dimension (a post by its link, a campaign, a network, a language, a team, stories or vacancies, and
everything) has cells by day, kept for ever. All but posts also have cells by hour, kept for a while, and
the reason why some clicks do not count; campaigns and everything have totals. Days and hours are UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from services.database.schema import click_cells
from services.database.transaction import Transaction

#: What happened at which hour is of use while it is fresh.
HOURS_MEMORY = timedelta(days=90)

DIMENSIONS = ("all", "campaign", "network", "language", "team", "kind", "post")

# In the order of their key: two workers share the cells of a campaign, and of all that is larger.
ADD = """
WITH folded AS (
    SELECT code, hour, click_class, reason, {clicks} AS clicks
    FROM {source} GROUP BY 1, 2, 3, 4
), counted AS (
    SELECT f.*, coalesce(p.campaign_id, '') AS campaign, coalesce(p.network, '') AS network,
        coalesce(p.language, '') AS language, coalesce(p.team, '') AS team,
        coalesce(c.kind, '') AS kind
    FROM folded f
    LEFT JOIN posts p ON p.link_code = f.code
    LEFT JOIN campaigns c ON c.id = p.campaign_id
), many AS (
    SELECT hour, click_class, reason, network, language, team, kind, sum(clicks) AS clicks
    FROM counted GROUP BY 1, 2, 3, 4, 5, 6, 7
), spans (length) AS (VALUES (0), (10), (13)
), dimensions (dimension) AS (VALUES ('all'), ('network'), ('language'), ('team'), ('kind')
), cells AS (
    SELECT 'post' AS dimension, code AS value, substr(hour, 1, 10) AS span, click_class,
        '' AS reason, clicks
    FROM counted
    UNION ALL
    SELECT 'campaign', campaign, substr(hour, 1, length), click_class, reason, clicks
    FROM counted CROSS JOIN spans WHERE length <= length(hour)
    UNION ALL
    SELECT dimension,
        CASE dimension WHEN 'network' THEN network WHEN 'language' THEN language
            WHEN 'team' THEN team WHEN 'kind' THEN kind ELSE '' END,
        substr(hour, 1, length), click_class, reason, clicks
    FROM many CROSS JOIN dimensions CROSS JOIN spans
    WHERE length <= length(hour) AND (length > 0 OR dimension = 'all')
)
INSERT INTO {target} (dimension, value, span, click_class, reason, clicks)
SELECT dimension, value, span, click_class, reason, sum(clicks) FROM cells
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""


def on_top(target: str) -> str:
    """The end of `ADD` where ``target`` has cells already."""
    return f"""
    ON CONFLICT (dimension, value, span, click_class, reason)
    DO UPDATE SET clicks = {target}.clicks + excluded.clicks
    """


async def add_staged(transaction: Transaction) -> None:
    """Add the clicks that `services.figures.store.clicks` has staged to all of their cells."""
    await transaction.execute(
        sa.text(
            ADD.format(source="staged_clicks", clicks="count(*)", target="click_cells")
            + on_top("click_cells")
        )
    )


async def by_class(
    transaction: Transaction, *, campaign_id: str | None = None
) -> Mapping[str, int]:
    """Clicks by class, of all or of a campaign: ``human``, ``bot``, ``duplicate``; absent where
    there are none."""
    of = ("all", "") if campaign_id is None else ("campaign", campaign_id)
    rows = await transaction.execute(
        sa.select(click_cells.c.click_class, sa.func.sum(click_cells.c.clicks).label("clicks"))
        .where(
            click_cells.c.dimension == of[0],
            click_cells.c.value == of[1],
            click_cells.c.span == "",
        )
        .group_by(click_cells.c.click_class)
    )
    return {row.click_class: int(row.clicks) for row in rows}


class Cell(NamedTuple):
    """Clicks of one class (and the reason, where they do not count) on a day or in an hour of UTC."""

    value: str
    span: str
    click_class: str
    reason: str
    clicks: int


async def over_time(
    transaction: Transaction, dimension: str, values: Sequence[str], *, first: str, last: str
) -> list[Cell]:
    """The cells of these values of one of `DIMENSIONS`, in the order of time.

    ``first`` and ``last`` are both days (2026-11-24) or both hours (2026-11-24T09), and included.
    """
    of = click_cells.c
    rows = await transaction.execute(
        sa.select(of.value, of.span, of.click_class, of.reason, of.clicks)
        .where(
            of.dimension == dimension,
            of.value.in_(values),
            of.span.between(first, last),
            sa.func.length(of.span) == len(first),
        )
        .order_by(of.span, of.value, of.click_class, of.reason)
    )
    return [Cell._make(row) for row in rows]


async def forget_hours(transaction: Transaction, *, before: datetime) -> None:
    """Delete the cells of hours of whole days before this one; those of their days stay."""
    day = before.astimezone(UTC).isoformat()[:10]
    of = click_cells.c
    is_old = sa.and_(sa.func.length(of.span) > sa.literal_column("10"), of.span < day)
    # All of it has every hour that anything has: on most rounds there is nothing to look for.
    if await transaction.scalar(sa.select(1).where(of.dimension == "all", is_old).limit(1)):
        with_hours = of.dimension.in_([each for each in DIMENSIONS if each != "post"])
        await transaction.execute(click_cells.delete().where(with_hours, is_old))
