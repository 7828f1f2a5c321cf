"""Posts and applicants of a time: what is read from the posts themselves, by the day of publication.

Posts of campaigns that fewer than five people shared are left out, as in `period_figures`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from services.database.schema import UtcTime
from services.database.transaction import Transaction
from services.figures.rules.period import Period
from services.figures.store.period_figures import PeriodFigures, Series
from services.figures.store.reach_cells import day_of

#: Figures of a time come of posts that are at most about as old as this; what comes of older ones alone
#: is hidden.
_COME_LATE = timedelta(days=30)

_COLUMNS = {
    "campaign": "p.campaign_id",
    "network": "p.network",
    "language": "p.language",
    "team": "p.team",
    "kind": "(SELECT c.kind FROM campaigns c WHERE c.id = p.campaign_id)",
}
_FROM_POSTS = """
FROM posts p
JOIN figure_groups g ON g.campaign_id = p.campaign_id AND g.metric = '' AND g.tag = ''
    AND g.since <= :last
"""
_PUBLISHED = """
WHERE p.state = 'published' AND p.published_at >= :starts AND p.published_at < :ends {which}
"""
_FROM_APPLICATIONS = """
FROM applications a
LEFT JOIN campaigns c ON c.kind = 'vacancy' AND c.source_id = a.vacancy_id
LEFT JOIN attributions t ON t.application_id = a.application_id
LEFT JOIN posts p ON p.link_code = t.last_code
WHERE a.at >= :starts AND a.at < :ends
"""
#: An applicant belongs to the vacancy, and to the post whose link was the last that they followed.
_OF_APPLICATIONS = {**_COLUMNS, "campaign": "c.id", "kind": "c.kind"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Published posts of a time: how many, of how many ``people``, ``without_reach`` of them of an unknown
    reach, ``own_words`` the mean share of own words (0 to 1) of ``with_own_words`` of them, and ``charged``
    what networks charged for them, in millionths of a dollar."""

    posts: int
    people: int
    without_reach: int
    own_words: float
    with_own_words: int
    charged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Posts published in a time, and how many people have one that its figures may come of."""

    posts: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Posts of a time and of the time before it, how many there were on each day of both, and of the time
    by the values of a dimension."""

    now: Shared
    before: Shared
    days: Counter[str]
    groups: dict[str, Group]


async def published(
    transaction: Transaction, period: Period, *, of: str, value: str, by: str
) -> Published:
    """Of one value of a dimension ``of``, or of ``all``; the groups are those of all, divided ``by``."""
    asked = f"{_COLUMNS[of]} = :value" if of in _COLUMNS else "1 = 1"
    rows = await transaction.execute(
        _asked(
            f"""
            WITH shown AS MATERIALIZED (
                SELECT p.id, p.ambassador_id, p.own_words, p.charged, p.published_at, g.since,
                    {_COLUMNS[by]} AS value, p.published_at >= :begins AS is_now,
                    {asked} AND p.published_at >= :before AS is_asked
                {_FROM_POSTS} {_PUBLISHED}
            ), persons AS (
                SELECT is_now, ambassador_id, count(*) AS posts, count(*) - count(r.post_id) AS without_reach,
                    sum(own_words) AS own_words, count(own_words) AS with_own_words,
                    sum(charged) AS charged
                FROM shown
                LEFT JOIN reach r ON r.post_id = CASE WHEN is_now THEN shown.id END
                    AND r.metric = 'reach' AND r.counts AND r.value IS NOT NULL
                WHERE is_asked AND (is_now OR since <= :last_before) GROUP BY 1, 2
            )
            SELECT CASE WHEN is_now THEN 'now' ELSE 'before' END AS what, '' AS of,
                sum(posts) AS posts, count(*) AS people, sum(without_reach) AS without_reach,
                sum(own_words) AS own_words, sum(with_own_words) AS with_own_words,
                sum(charged) AS charged
            FROM persons GROUP BY 1
            UNION ALL
            SELECT 'day', {day_of(transaction, "published_at")}, count(*), 0, 0, NULL, 0, NULL
            FROM shown WHERE is_asked GROUP BY 2
            UNION ALL
            SELECT 'value', value, count(*) FILTER (WHERE is_now), count(DISTINCT ambassador_id),
                0, NULL, 0, NULL
            FROM shown WHERE published_at >= :since_groups GROUP BY 2
            """,  # noqa: S608 - ours
            None,
            "begins",
            "before",
            "since_groups",
        ),
        {
            **_given(period, value),
            "starts": min(period.before.starts, period.starts - _COME_LATE),
            "begins": period.starts,
            "before": period.before.starts,
            "since_groups": period.starts - _COME_LATE,
            "last_before": period.before.last.isoformat(),
        },
    )
    found: dict[str, dict[str, Any]] = {what: {} for what in ("now", "before", "day", "value")}
    for row in rows.all():
        found[row.what][row.of] = row
    return Published(
        now=_shared(found["now"].get("")),
        before=_shared(found["before"].get("")),
        days=Counter({day: int(row.posts) for day, row in found["day"].items()}),
        groups={of: _group(row) for of, row in found["value"].items()},
    )


def _group(row: sa.Row[Any]) -> Group:
    return Group(posts=int(row.posts), people=row.people)


def _shared(row: sa.Row[Any] | None) -> Shared:
    if row is None:
        return Shared(
            posts=0, people=0, without_reach=0, own_words=0.0, with_own_words=0, charged=0
        )
    return Shared(
        posts=int(row.posts),
        people=row.people,
        without_reach=int(row.without_reach),
        own_words=float(row.own_words or 0.0) / (int(row.with_own_words) or 1),
        with_own_words=int(row.with_own_words),
        charged=int(row.charged or 0),
    )


async def groups(transaction: Transaction, period: Period, dimension: str) -> dict[str, Group]:
    """By the values of a dimension."""
    rows = await transaction.execute(
        _asked(
            f"""
            SELECT {_COLUMNS[dimension]} AS value, count(DISTINCT p.ambassador_id) AS people,
                count(*) FILTER (WHERE p.published_at >= :begins) AS posts
            {_FROM_POSTS} {_PUBLISHED} GROUP BY 1
            """,
            None,
            "begins",
        ),
        {**_given(period, ""), "begins": period.starts, "starts": period.starts - _COME_LATE},
    )
    return {row.value: _group(row) for row in rows}


async def reported_groups(
    transaction: Transaction, period: Period, dimension: str
) -> dict[Series, dict[str, int]]:
    """The number of people who have a post with a reported figure, by metric and by the values of a
    dimension."""
    rows = await transaction.execute(
        _asked(
            f"""
            SELECT r.metric, r.tag, {_COLUMNS[dimension]} AS value,
                count(DISTINCT p.ambassador_id) AS people
            {_FROM_POSTS}
            JOIN reach r ON r.post_id = p.id AND r.counts AND r.value IS NOT NULL
            {_PUBLISHED} GROUP BY 1, 2, 3
            """,
            None,
        ),
        {**_given(period, ""), "starts": period.starts - _COME_LATE},
    )
    found: dict[Series, dict[str, int]] = {}
    for row in rows:
        found.setdefault(Series(row.metric, row.tag), {})[row.value] = row.people
    return found


async def steps(
    transaction: Transaction, period: Period, *, of: str, value: str, by: str
) -> PeriodFigures:
    """Applicants by the step they took (``applied``, ``interview``, ``hired``, ``rejected``): as
    `period_figures.read`."""
    which = f"AND {_OF_APPLICATIONS[of]} = :value" if of in _OF_APPLICATIONS else ""
    rows = await transaction.execute(
        _asked(
            f"""
            SELECT 'day', {day_of(transaction, "a.at")}, a.stage, count(*)
            {_FROM_APPLICATIONS} {which} GROUP BY 2, 3
            UNION ALL
            SELECT 'value', {_OF_APPLICATIONS[by]}, a.stage, count(*)
            {_FROM_APPLICATIONS} AND a.at >= :begins GROUP BY 2, 3
            """,
            None,
            "begins",
        ),
        {**_given(period, value), "starts": period.before.starts, "begins": period.starts},
    )
    found = PeriodFigures()
    for row in rows:
        what, key, stage, people = tuple(row)
        found.add(what, key, Series(stage, "measured"), people)
    return found


def _asked(text: str, column: str | None, *moments: str) -> sa.TextClause:
    which = f"AND {column} = :value" if column else ""
    times = [sa.bindparam(name, type_=UtcTime()) for name in ("starts", "ends", *moments)]
    return sa.text(text.format(which=which)).bindparams(*times)


def _given(period: Period, value: str) -> dict[str, object]:
    return {
        "starts": period.starts,
        "ends": period.ends,
        "last": period.last.isoformat(),
        "value": value,
    }
