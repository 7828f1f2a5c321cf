"""Figures of a period, from rolled-up cells alone, that reveal nothing about a small group.

Figures of a campaign from before five people had shared it count on the day of the fifth, and until then
nowhere: not in a sum over everything either, so that a subtraction reveals nothing. The same holds for a
tag, until five people's posts have it. So every sum is made of the cells of its dimension, less those of
campaigns that were early, which are few; these are added again on the day from which they count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from services.database.transaction import Transaction
from services.figures.rules.period import Period

#: By what figures can be divided, and of what they can be asked alone.
DIMENSIONS = ("campaign", "network", "language", "team", "kind")


class Series(NamedTuple):
    """``metric`` is a network's metric or a class of clicks; ``tag`` says how it is known."""

    metric: str
    tag: str


#: The columns by which figures are divided, of what came early; the cells of a campaign know the first
#: of them, those of its posts the others.
_OF_CAMPAIGNS = {"all": "''", "campaign": "y.id", "kind": "y.kind"}
_OF_POSTS = {"network": "p.network", "language": "p.language", "team": "p.team"}

# Campaigns whose cells may count on another day, then those cells, a look by key for each: planners would
# read all cells instead.
_CLICKS_EARLY = """
WITH young AS MATERIALIZED (
    SELECT c.id, c.kind, g.since,
        CASE WHEN g.since IS NULL THEN :first ELSE '0' END AS lowest, coalesce(g.since, :after) AS below
    FROM campaigns c
    LEFT JOIN figure_groups g ON g.campaign_id = c.id AND g.metric = '' AND g.tag = ''
    WHERE g.since IS NULL OR g.since >= :first
), early AS MATERIALIZED (
    SELECT y.*, x.span AS day, x.click_class AS metric, 'measured' AS tag, x.clicks AS amount
    FROM young y CROSS JOIN click_cells x
    WHERE x.dimension = 'campaign' AND x.value = y.id AND x.span >= y.lowest AND x.span < y.below
        AND length(x.span) = 10
)
"""
_CLICKS_OF_POSTS = """
, few AS MATERIALIZED (SELECT DISTINCT id, since, lowest, below FROM early)
, moved AS (
    SELECT {value} AS value, x.span AS day, f.since, x.click_class AS metric, 'measured' AS tag,
        x.clicks AS amount
    FROM few f JOIN posts p ON p.campaign_id = f.id CROSS JOIN click_cells x
    WHERE x.dimension = 'post' AND x.value = p.link_code AND x.span >= f.lowest AND x.span < f.below
        {which}
)
"""

_REACH_EARLY = """
WITH told AS MATERIALIZED (
    SELECT c.id, c.kind, t.metric, t.tag, CASE
        WHEN t.since IS NULL OR g.since IS NULL THEN NULL
        WHEN g.since > t.since THEN g.since ELSE t.since END AS since
    FROM figure_groups t
    JOIN campaigns c ON c.id = t.campaign_id
    LEFT JOIN figure_groups g ON g.campaign_id = t.campaign_id AND g.metric = '' AND g.tag = ''
    WHERE t.metric <> '' AND (t.since IS NULL OR g.since IS NULL OR t.since >= :first
        OR g.since >= :first)
), early AS MATERIALIZED (
    SELECT y.*, x.day, x.amount
    FROM told y
    JOIN reach_cells x ON x.value = y.id AND x.metric = y.metric AND x.tag = y.tag
    WHERE x.dimension = 'campaign' AND x.day < :after
        AND (y.since IS NULL AND x.day >= :first OR x.day < y.since)
)
"""
_REACH_OF_POSTS = """
, few AS MATERIALIZED (SELECT DISTINCT id, metric, tag, since FROM early)
, moved AS (
    SELECT {value} AS value, x.day, f.since, x.metric, x.tag, x.amount
    FROM few f JOIN posts p ON p.campaign_id = f.id
    JOIN reach_cells x ON x.value = p.link_code AND x.metric = f.metric AND x.tag = f.tag
    WHERE x.dimension = 'post' AND x.day < :after
        AND (f.since IS NULL AND x.day >= :first OR x.day < f.since) {which}
)
"""
_MOVED = """
, moved AS (
    SELECT {value} AS value, day, since, metric, tag, amount FROM early y WHERE 1 = 1 {which}
)
"""

# From the day on which it came to the day on which it counts, if ever.
_MOVES = {
    "day": """
SELECT day, metric, tag, CAST(sum(amount) AS BIGINT) FROM (
    SELECT day, metric, tag, -amount AS amount FROM moved
    UNION ALL SELECT since, metric, tag, amount FROM moved WHERE since IS NOT NULL
) moves WHERE day >= :first AND day < :after GROUP BY 1, 2, 3
""",
    "value": """
SELECT value, metric, tag, CAST(sum(
    CASE WHEN since >= :first AND since < :after THEN amount ELSE 0 END
    - CASE WHEN day >= :first AND day < :after THEN amount ELSE 0 END
) AS BIGINT) FROM moved GROUP BY 1, 2, 3
""",
}

# Written out, so that the index of days is used.
_IS_DAY = "length(span) = 10 AND dimension <> 'post'"
_CLICKS = f"""
SELECT {{by}}, click_class, 'measured', CAST(sum(clicks) AS BIGINT) FROM click_cells
WHERE {_IS_DAY} AND dimension = :dimension AND span BETWEEN :first AND :last {{which}}
GROUP BY 1, 2
"""  # noqa: S608 - ours
_REACH = """
SELECT {by}, metric, tag, CAST(sum(amount) AS BIGINT) FROM reach_cells
WHERE dimension = :dimension AND day BETWEEN :first AND :last {which}
GROUP BY 1, 2, 3
"""


async def by_day(
    transaction: Transaction, period: Period, dimension: str, value: str
) -> dict[Series, Counter[str]]:
    """Clicks and networks' figures by day, of one value of a dimension, or of all."""
    found = await _read(transaction, period, "day", dimension, value)
    if dimension == "all":
        # Links that belong to no campaign.
        for series, days in (await _read(transaction, period, "day", "campaign", "")).items():
            found.setdefault(series, Counter()).subtract(days)
    return await _moved(transaction, period, "day", dimension, value, found=found)


async def by_value(
    transaction: Transaction, period: Period, dimension: str
) -> dict[Series, Counter[str]]:
    """The same in total, by the values of a dimension."""
    found = await _read(transaction, period, "value", dimension, None)
    await _moved(transaction, period, "value", dimension, None, found=found)
    for values in found.values():
        values.pop("", None)
    return found


async def _moved(
    transaction: Transaction,
    period: Period,
    by: str,
    dimension: str,
    value: str | None,
    *,
    found: dict[Series, Counter[str]],
) -> dict[Series, Counter[str]]:
    """``found``, with the figures that count on another day than they came."""
    column = {**_OF_CAMPAIGNS, **_OF_POSTS}[dimension]
    given: dict[str, str] = {
        "first": period.first.isoformat(),
        "after": (period.last + timedelta(days=1)).isoformat(),
        **({} if value is None else {"value": value}),
    }
    for early, of_posts in ((_CLICKS_EARLY, _CLICKS_OF_POSTS), (_REACH_EARLY, _REACH_OF_POSTS)):
        which = "" if value is None or dimension == "all" else f"AND {column} = :value"
        moved = (of_posts if dimension in _OF_POSTS else _MOVED).format(value=column, which=which)
        _add(found, await transaction.execute(sa.text(early + moved + _MOVES[by]), given))
    return found


async def _read(
    transaction: Transaction, period: Period, by: str, dimension: str, value: str | None
) -> dict[Series, Counter[str]]:
    given: dict[str, str] = {
        "dimension": dimension,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        **({} if value is None else {"value": value}),
    }
    which = "" if value is None else "AND value = :value"
    found: dict[Series, Counter[str]] = {}
    for query, day in ((_CLICKS, "span"), (_REACH, "day")):
        text = query.format(by=day if by == "day" else "value", which=which)
        _add(found, await transaction.execute(sa.text(text), given))
    return found


def _add(found: dict[Series, Counter[str]], rows: Iterable[sa.Row[Any]]) -> None:
    for row in rows:
        key, metric, tag, amount = tuple(row)
        found.setdefault(Series(metric, tag), Counter())[key] += amount
