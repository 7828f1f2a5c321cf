"""Figures of a time, of which nothing tells of a small group; from rolled-up cells alone.

What came of a campaign before five people had shared it counts on the day of the fifth, and until then
nowhere: not in a sum over everything either, so that whoever subtracts finds nothing. The same holds for
figures of a tag that five people's posts have. So every sum is made of the cells of its dimension, less
those of posts that were early, which are few, with these added again on the day from which they count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from services.database.transaction import Transaction
from services.figures.rules.period import Period

#: By what figures can be divided, and of what they can be asked alone.
DIMENSIONS = ("campaign", "network", "language", "team", "kind")


class Series(NamedTuple):
    """``metric`` is that of a network, or a class of clicks; ``tag`` says how it is known."""

    metric: str
    tag: str


class Early(NamedTuple):
    """Figures of posts on a day, that count on the day ``since``; None: not yet."""

    campaign: str
    kind: str
    network: str
    language: str
    team: str
    day: str
    since: str | None
    series: Series
    amount: int

    def value(self, dimension: str) -> str:
        return "" if dimension == "all" else str(getattr(self, dimension))


_CLICKS_EARLY = """
SELECT c.id, c.kind, p.network, p.language, p.team, x.span, g.since, x.click_class, 'measured',
    CAST(sum(x.clicks) AS BIGINT)
FROM campaigns c
LEFT JOIN figure_groups g ON g.campaign_id = c.id AND g.metric = '' AND g.tag = ''
JOIN posts p ON p.campaign_id = c.id
JOIN click_cells x ON x.dimension = 'post' AND x.value = p.link_code
WHERE (g.since IS NULL AND x.span >= :first OR x.span < g.since AND g.since >= :first)
    AND x.span <= :last
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""

_REACH_EARLY = """
WITH told AS (
    SELECT t.campaign_id, t.metric, t.tag, CASE
        WHEN t.since IS NULL OR g.since IS NULL THEN NULL
        WHEN g.since > t.since THEN g.since ELSE t.since END AS since
    FROM figure_groups t
    LEFT JOIN figure_groups g ON g.campaign_id = t.campaign_id AND g.metric = '' AND g.tag = ''
    WHERE t.metric <> ''
)
SELECT c.id, c.kind, p.network, p.language, p.team, x.day, t.since, x.metric, x.tag,
    CAST(sum(x.amount) AS BIGINT)
FROM told t
JOIN campaigns c ON c.id = t.campaign_id
JOIN posts p ON p.campaign_id = c.id
JOIN reach_cells x ON x.dimension = 'post' AND x.value = p.link_code
    AND x.metric = t.metric AND x.tag = t.tag
WHERE (t.since IS NULL AND x.day >= :first OR x.day < t.since AND t.since >= :first)
    AND x.day <= :last
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""

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


async def early(transaction: Transaction, *, first: date, last: date) -> list[Early]:
    """What counts on another day than it came, as far as either may lie in this time."""
    between = {"first": first.isoformat(), "last": last.isoformat()}
    found = []
    for query in (_CLICKS_EARLY, _REACH_EARLY):
        for row in await transaction.execute(sa.text(query), between):
            parts = list(row)
            found.append(Early._make([*parts[:7], Series(*parts[7:9]), parts[9]]))
    return found


async def by_day(
    transaction: Transaction,
    period: Period,
    moved: Sequence[Early],
    dimension: str,
    value: str,
) -> dict[Series, Counter[str]]:
    """Clicks and what networks told by day, of one value of a dimension, or of all."""
    found = await _read(transaction, period, "day", dimension, value)
    if dimension == "all":
        # Links that belong to no campaign.
        for series, days in (await _read(transaction, period, "day", "campaign", "")).items():
            found.setdefault(series, Counter()).subtract(days)
    for each in moved:
        if dimension == "all" or each.value(dimension) == value:
            for day, amount in _moves(each, period):
                found.setdefault(each.series, Counter())[day] += amount
    return found


async def by_value(
    transaction: Transaction, period: Period, moved: Sequence[Early], dimension: str
) -> dict[Series, Counter[str]]:
    """The same in total, by the values of a dimension."""
    found = await _read(transaction, period, "value", dimension, None)
    for each in moved:
        for _, amount in _moves(each, period):
            found.setdefault(each.series, Counter())[each.value(dimension)] += amount
    for values in found.values():
        values.pop("", None)
    return found


def _moves(each: Early, period: Period) -> Iterator[tuple[str, int]]:
    """What to add to which day of this time."""
    first, last = period.first.isoformat(), period.last.isoformat()
    for day, amount in ((each.day, -each.amount), (each.since, each.amount)):
        if day is not None and first <= day <= last:
            yield day, amount


async def _read(
    transaction: Transaction, period: Period, by: str, dimension: str, value: str | None
) -> dict[Series, Counter[str]]:
    given: Mapping[str, str] = {
        "dimension": dimension,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        **({} if value is None else {"value": value}),
    }
    which = "" if value is None else "AND value = :value"
    found: dict[Series, Counter[str]] = {}
    for query, day in ((_CLICKS, "span"), (_REACH, "day")):
        text = query.format(by=day if by == "day" else "value", which=which)
        for row in await transaction.execute(sa.text(text), given):
            key, metric, tag, amount = list(row)
            found.setdefault(Series(metric, tag), Counter())[key] += amount
    return found
