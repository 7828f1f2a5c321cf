"""Figures of networks, rolled up: the increase of each day, and the number of people it covers.

Networks report totals. A day's cell is the last total of that day less the last one reported before
it, so that days add up to the total, in any order of figures and with any repeats. Of a post's
figures those of one tag count: measured before estimated; what is unknown adds nothing. Dimensions are
those of clicks (`services.figures.store.click_cells`); a post's value is its link's code. There are no
hours: posts are measured at set ages, so that an hour would show when they were measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from services.database.engine import in_parts, insert_for, take_turns
from services.database.schema import figure_groups, reach_cells
from services.database.transaction import Transaction

#: Groups smaller than this are not shown.
SMALL_GROUP = 5

#: A cell without its amount: dimension, value, day, metric, tag.
Key = tuple[str, str, str, str, str]

_DAYS = {
    "sqlite": "substr({}, 1, 10)",
    "postgresql": "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
}

_CELLS = """
WITH told AS (
    SELECT r.post_id, r.metric, r.tag, {day} AS day, r.value, row_number() OVER (
        PARTITION BY r.post_id, r.metric, {day} ORDER BY r.measured_at DESC
    ) AS place
    FROM reach r
    JOIN reach best ON best.post_id = r.post_id AND best.metric = r.metric AND best.tag = r.tag
    WHERE best.counts AND r.value IS NOT NULL AND {which}
), added AS (
    SELECT post_id, metric, tag, day, value - lag(value, 1, 0) OVER (
        PARTITION BY post_id, metric ORDER BY day
    ) AS amount
    FROM told WHERE place = 1
), counted AS (
    SELECT a.day, a.metric, a.tag, a.amount, p.link_code, p.campaign_id, p.network, p.language,
        p.team, c.kind
    FROM added a JOIN posts p ON p.id = a.post_id JOIN campaigns c ON c.id = p.campaign_id
    WHERE a.amount <> 0
), dimensions (dimension) AS (
    VALUES ('all'), ('campaign'), ('network'), ('language'), ('team'), ('kind'), ('post')
)
SELECT dimension, CASE dimension WHEN 'campaign' THEN campaign_id WHEN 'network' THEN network
    WHEN 'language' THEN language WHEN 'team' THEN team WHEN 'kind' THEN kind
    WHEN 'post' THEN link_code ELSE '' END AS value,
    day, metric, tag, CAST(sum(amount) AS BIGINT) AS amount
FROM counted CROSS JOIN dimensions GROUP BY 1, 2, 3, 4, 5
"""

_GROUPS = """
WITH behind AS (
    SELECT campaign_id, '' AS metric, '' AS tag, ambassador_id,
        min(coalesce({published}, '')) AS day
    FROM posts WHERE state = 'published' AND {which} GROUP BY campaign_id, ambassador_id
    UNION ALL
    SELECT p.campaign_id, r.metric, r.tag, p.ambassador_id, min({day})
    FROM posts p
    JOIN reach r ON r.post_id = p.id
    JOIN reach best ON best.post_id = r.post_id AND best.metric = r.metric AND best.tag = r.tag
    WHERE best.counts AND r.value IS NOT NULL AND {which}
    GROUP BY p.campaign_id, r.metric, r.tag, p.ambassador_id
), placed AS (
    SELECT campaign_id, metric, tag, day, row_number() OVER (
        PARTITION BY campaign_id, metric, tag ORDER BY day
    ) AS place
    FROM behind
), counted AS (
    SELECT campaign_id, metric, tag, count(*) AS people,
        max(CASE WHEN place = {enough} THEN day END) AS since
    FROM placed GROUP BY 1, 2, 3
)
INSERT INTO figure_groups (campaign_id, metric, tag, people, since)
SELECT c.campaign_id, c.metric, c.tag, c.people, CASE
    WHEN c.since IS NULL OR g.since IS NULL THEN NULL
    WHEN g.since > c.since THEN g.since ELSE c.since END
FROM counted c
LEFT JOIN counted g ON g.campaign_id = c.campaign_id AND g.metric = '' AND g.tag = ''
ORDER BY 1, 2, 3
"""


class ReachCell(NamedTuple):
    """What was added on a day of UTC."""

    value: str
    day: str
    metric: str
    tag: str
    amount: int


async def take_turn(transaction: Transaction) -> None:
    """Before any row is locked: all figures share the cells of all of them."""
    await take_turns(transaction, "reach-cells")


async def of_posts(transaction: Transaction, post_ids: Collection[str]) -> Counter[Key]:
    """What these posts add to cells by what is stored of them now."""
    found: Counter[Key] = Counter()
    for some in in_parts(sorted(post_ids)):
        query = _written(transaction, _CELLS, which="r.post_id IN :ids")
        for row in await transaction.execute(query, {"ids": list(some)}):
            found[tuple(row)[:5]] += row.amount
    return found


async def change(
    transaction: Transaction, before: Mapping[Key, int], after: Mapping[Key, int]
) -> None:
    """Take ``before`` off the cells and add ``after``."""
    changes = Counter(after)
    changes.subtract(before)
    rows = [
        {**dict(zip(_KEY, key, strict=True)), "amount": amount}
        for key, amount in sorted(changes.items())
        if amount
    ]
    if rows:
        statement = insert_for(transaction, reach_cells)
        await transaction.execute(
            statement.on_conflict_do_update(
                index_elements=_KEY,
                set_={"amount": reach_cells.c.amount + statement.excluded.amount},
            ),
            rows,
        )


async def count_people(transaction: Transaction, campaign_ids: Collection[str]) -> None:
    """Count the people covered by the figures of these campaigns again."""
    for some in in_parts(sorted(campaign_ids)):
        await transaction.execute(
            figure_groups.delete().where(figure_groups.c.campaign_id.in_(some))
        )
        query = _written(transaction, _GROUPS, which="campaign_id IN :ids")
        await transaction.execute(query, {"ids": list(some)})


async def recount(transaction: Transaction) -> None:
    """Make all cells anew from the figures that are stored."""
    await transaction.execute(reach_cells.delete())
    await transaction.execute(
        sa.text(
            "INSERT INTO reach_cells (dimension, value, day, metric, tag, amount) "
            + _plain(transaction, _CELLS, which="1 = 1")
        )
    )
    await transaction.execute(figure_groups.delete())
    await transaction.execute(sa.text(_plain(transaction, _GROUPS, which="1 = 1")))


async def totals(
    transaction: Transaction, metric: str, *, campaign_id: str | None = None
) -> dict[str, int]:
    """Of all posts or of a campaign's, by tag."""
    of = reach_cells.c
    which = ("all", "") if campaign_id is None else ("campaign", campaign_id)
    rows = await transaction.execute(
        sa.select(of.tag, sa.func.sum(of.amount).label("amount"))
        .where(of.dimension == which[0], of.value == which[1], of.metric == metric)
        .group_by(of.tag)
    )
    return {row.tag: int(row.amount) for row in rows}


async def over_time(
    transaction: Transaction, dimension: str, values: Sequence[str], *, first: str, last: str
) -> list[ReachCell]:
    """The cells of these values of one of the dimensions, in the order of time.

    ``first`` and ``last`` are days (2026-11-24), and included.
    """
    of = reach_cells.c
    rows = await transaction.execute(
        sa.select(of.value, of.day, of.metric, of.tag, of.amount)
        .where(of.dimension == dimension, of.value.in_(values), of.day.between(first, last))
        .order_by(of.day, of.value, of.metric, of.tag)
    )
    return [ReachCell._make(row) for row in rows]


def day_of(transaction: Transaction, column: str) -> str:
    """SQL for the day in UTC of a moment."""
    return _DAYS[transaction.dialect.name].format(column)


def _plain(transaction: Transaction, text: str, *, which: str) -> str:
    return text.format(
        day=day_of(transaction, "r.measured_at"),
        published=day_of(transaction, "published_at"),
        which=which,
        enough=SMALL_GROUP,
    )


def _written(transaction: Transaction, text: str, *, which: str) -> sa.TextClause:
    return sa.text(_plain(transaction, text, which=which)).bindparams(
        sa.bindparam("ids", expanding=True)
    )


_KEY = tuple(column.name for column in reach_cells.primary_key)
