"""Figures of a period, from rolled-up cells alone, that reveal nothing about a small group.

Figures of a campaign from before five people had shared it count on the day of the fifth, and until then
nowhere: not in a sum over everything either, so that a subtraction reveals nothing. The same holds for a
tag, until five people's posts have it. So every sum is made of the cells of its dimension, less those of
campaigns that were early, which are few; these are added again on the day from which they count.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa

from services.database.transaction import Transaction
from services.figures.rules.period import Period

#: By what figures can be divided, and of what they can be asked alone.
DIMENSIONS = ("campaign", "network", "language", "team", "kind")


class Series(NamedTuple):
    """``metric`` is a network's metric, or ``human`` for people's clicks; ``tag`` says how it is known."""

    metric: str
    tag: str


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """Of each series the amounts by ``day``, and the totals by ``value`` of a dimension."""

    day: dict[Series, Counter[str]] = field(default_factory=dict)
    value: dict[Series, Counter[str]] = field(default_factory=dict)

    def add(self, what: str, key: str | None, series: Series, amount: int) -> None:
        """To ``day`` or ``value``. What belongs to no value of the dimension is no row of it."""
        if key:
            sums = self.day if what == "day" else self.value
            if series not in sums:
                sums[series] = Counter()
            sums[series][key] += amount


# The columns by which figures are divided, of what came early; the cells of a campaign know the first
# of them, those of its posts the others.
_OF_CAMPAIGNS = {
    "all": "''",
    "campaign": "m.id",
    "kind": "(SELECT c.kind FROM campaigns c WHERE c.id = m.id)",
}
_OF_POSTS = {"network": "m.network", "language": "m.language", "team": "m.team"}
_COLUMNS = _OF_CAMPAIGNS | _OF_POSTS

# Cells are looked up by key for each campaign. Left to itself, PostgreSQL would read all of them and join;
# this equality it can only look up.
_SAME = {"sqlite": "{} = {}", "postgresql": "{} = ANY (ARRAY[{}])"}
# And SQLite would read the hours too.
_INDEX = {"sqlite": "INDEXED BY ix_click_cells_campaigns", "postgresql": ""}

# What may count on another day: campaigns, and of others the tags; then their cells of the days before.
_EARLY = """
WITH young AS MATERIALIZED (
    SELECT c.id, g.since, CASE WHEN g.since IS NULL THEN :first ELSE '0' END AS lowest,
        coalesce(g.since, :after) AS below
    FROM campaigns c
    LEFT JOIN figure_groups g ON g.campaign_id = c.id AND g.metric = '' AND g.tag = ''
    WHERE g.since IS NULL OR g.since >= :first
), told AS (
    SELECT campaign_id AS id, metric, tag, since
    FROM figure_groups WHERE metric <> '' AND (since IS NULL OR since >= :first)
), early AS MATERIALIZED (
    SELECT y.id, 'human' AS metric, 'measured' AS tag, y.since, x.span AS day, x.clicks AS amount
    FROM young y CROSS JOIN click_cells x {index}
    WHERE x.dimension = 'campaign' AND {same_young} AND x.span >= y.lowest AND x.span < y.below
        AND length(x.span) = 10 AND x.click_class = 'human'
    UNION ALL
    SELECT t.id, t.metric, t.tag, t.since, x.day, x.amount
    FROM told t CROSS JOIN reach_cells x
    WHERE x.dimension = 'campaign' AND {same_told} AND {same_metric} AND {same_tag}
        AND x.day >= CASE WHEN t.since IS NULL THEN :first ELSE '0' END
        AND x.day < coalesce(t.since, :after)
)
"""
_EARLY_POSTS = """
, few AS MATERIALIZED (
    SELECT DISTINCT id, metric, tag, since, CASE WHEN since IS NULL THEN :first ELSE '0' END AS lowest,
        coalesce(since, :after) AS below
    FROM early
), early_posts AS MATERIALIZED (
    SELECT p.network, p.language, p.team, f.metric, f.tag, f.since, x.span AS day, x.clicks AS amount
    FROM few f JOIN posts p ON p.campaign_id = f.id CROSS JOIN click_cells x
    WHERE f.metric = 'human' AND x.dimension = 'post' AND {same_code}
        AND x.span >= f.lowest AND x.span < f.below AND x.click_class = 'human'
    UNION ALL
    SELECT p.network, p.language, p.team, f.metric, f.tag, f.since, x.day, x.amount
    FROM few f JOIN posts p ON p.campaign_id = f.id CROSS JOIN reach_cells x
    WHERE f.metric <> 'human' AND x.dimension = 'post' AND {same_code}
        AND x.day >= f.lowest AND x.day < f.below AND x.metric = f.metric AND x.tag = f.tag
)
"""

# From the day on which it came to the day on which it counts, if ever.
_DAYS_MOVED = """
SELECT 'day' AS what, day AS of, metric, tag, CAST(sum(amount) AS BIGINT) AS amount FROM (
    SELECT day, metric, tag, -amount AS amount FROM {early} m WHERE {which}
    UNION ALL SELECT since, metric, tag, amount FROM {early} m WHERE since IS NOT NULL AND {which}
) moves WHERE day >= :first AND day < :after GROUP BY 1, 2, 3, 4
"""
_VALUES_MOVED = """
SELECT 'value', {column}, metric, tag, CAST(sum(
    CASE WHEN since >= :begins AND since < :after THEN amount ELSE 0 END
    - CASE WHEN day >= :begins AND day < :after THEN amount ELSE 0 END
) AS BIGINT) FROM {early} m GROUP BY 1, 2, 3, 4
"""
_PEOPLE = "length(span) = 10 AND dimension <> 'post' AND click_class = 'human'"
_CELLS = f"""
UNION ALL SELECT 'day', span, 'human', 'measured', x.clicks FROM click_cells x
WHERE {_PEOPLE} AND dimension = :of AND value = :value AND span >= :first AND span < :after
UNION ALL SELECT 'day', day, metric, tag, amount FROM reach_cells
WHERE dimension = :of AND value = :value AND day >= :first AND day < :after
UNION ALL SELECT 'value', value, 'human', 'measured', CAST(sum(clicks) AS BIGINT) FROM click_cells
WHERE {_PEOPLE} AND dimension = :by AND span >= :begins AND span < :after GROUP BY value
UNION ALL SELECT 'value', value, metric, tag, CAST(sum(amount) AS BIGINT) FROM reach_cells
WHERE dimension = :by AND day >= :begins AND day < :after GROUP BY value, metric, tag
"""  # noqa: S608 - ours
# Links that belong to no campaign.
_NO_CAMPAIGN = f"""
UNION ALL SELECT 'day', span, 'human', 'measured', -x.clicks FROM click_cells x
WHERE {_PEOPLE} AND dimension = 'campaign' AND value = '' AND span >= :first AND span < :after
"""  # noqa: S608 - ours


async def read(
    transaction: Transaction, period: Period, *, of: str, value: str, by: str
) -> PeriodFigures:
    """By day of the period and of the one before it, of one value of a dimension ``of`` or of ``all``;
    and in total of the period alone, by the values of the dimension ``by``."""
    early = {each: "early" if each in _OF_CAMPAIGNS else "early_posts" for each in (of, by)}
    which = "1 = 1" if of == "all" else f"{_COLUMNS[of]} = :value"
    same, index = _SAME[transaction.dialect.name], _INDEX[transaction.dialect.name]
    asked = (
        _EARLY.format(
            index=index,
            same_young=same.format("x.value", "y.id"),
            same_told=same.format("x.value", "t.id"),
            same_metric=same.format("x.metric", "t.metric"),
            same_tag=same.format("x.tag", "t.tag"),
        ),
        _EARLY_POSTS.format(same_code=same.format("x.value", "p.link_code"))
        if "early_posts" in early.values()
        else "",
        _DAYS_MOVED.format(early=early[of], which=which),
        "UNION ALL",
        _VALUES_MOVED.format(early=early[by], column=_COLUMNS[by]),
        _CELLS,
        _NO_CAMPAIGN if of == "all" else "",
    )
    given = {
        "of": of,
        "value": value,
        "by": by,
        "first": period.before.first.isoformat(),
        "begins": period.first.isoformat(),
        "after": (period.last + timedelta(days=1)).isoformat(),
    }
    found = PeriodFigures()
    rows = await transaction.execute(sa.text("".join(asked)), given)
    for row in rows.all():
        what, key, metric, tag, amount = tuple(row)
        found.add(what, key, Series(metric, tag), amount)
    return found
