"""Posts and applicants of a time: what is read from the posts themselves, by the day of publication.

Posts of campaigns that fewer than five people shared are left out, as in `period_figures`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from services.database.schema import UtcTime
from services.database.transaction import Transaction
from services.figures.rules.period import Period
from services.figures.store.period_figures import Series
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
WHERE a.at >= :starts AND a.at < :ends {which}
"""
#: An applicant belongs to the vacancy, and to the post whose link was the last that they followed.
_OF_APPLICATIONS = {**_COLUMNS, "campaign": "c.id", "kind": "c.kind"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Published posts of a time: how many, of how many ``people``, ``own_words`` the mean share of own words (0 to 1) of ``with_own_words`` of them, and
    ``charged`` what networks charged for them, in millionths of a dollar."""

    posts: int
    people: int
    own_words: float
    with_own_words: int
    charged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Posts published in a time, and how many people have one that its figures may come of."""

    posts: int
    people: int


async def shared(transaction: Transaction, period: Period, dimension: str, value: str) -> Shared:
    row = (
        await transaction.execute(
            _asked(
                f"""
                SELECT count(*) AS posts, count(DISTINCT p.ambassador_id) AS people,
                    avg(p.own_words) AS own_words, count(p.own_words) AS with_own_words,
                    sum(p.charged) AS charged
                {_FROM_POSTS} {_PUBLISHED}
                """,
                _COLUMNS.get(dimension),
            ),
            _given(period, value),
        )
    ).one()
    return Shared(
        posts=row.posts,
        people=row.people,
        own_words=float(row.own_words or 0.0),
        with_own_words=row.with_own_words,
        charged=int(row.charged or 0),
    )


async def without_reach(
    transaction: Transaction, period: Period, dimension: str, value: str
) -> int:
    """How many posts of this time have an unknown reach."""
    found = await transaction.execute(
        _asked(
            f"""
            SELECT count(*) {_FROM_POSTS} {_PUBLISHED} AND NOT EXISTS (
                SELECT 1 FROM reach r WHERE r.post_id = p.id AND r.metric = 'reach' AND r.counts
                    AND r.value IS NOT NULL
            )
            """,  # noqa: S608 - ours
            _COLUMNS.get(dimension),
        ),
        _given(period, value),
    )
    return int(found.scalar_one())


async def posts_by_day(
    transaction: Transaction, period: Period, dimension: str, value: str
) -> Counter[str]:
    day = day_of(transaction, "p.published_at")
    rows = await transaction.execute(
        _asked(
            f"SELECT {day} AS day, count(*) AS posts {_FROM_POSTS} {_PUBLISHED} GROUP BY 1",
            _COLUMNS.get(dimension),
        ),
        _given(period, value),
    )
    return Counter({row.day: row.posts for row in rows})


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
    return {row.value: Group(posts=row.posts, people=row.people) for row in rows}


async def told_groups(
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


async def steps_by_day(
    transaction: Transaction, period: Period, dimension: str, value: str
) -> dict[Series, Counter[str]]:
    """Applicants by the step they took (``applied``, ``interview``, ``hired``, ``rejected``)."""
    found: dict[Series, Counter[str]] = {}
    day = day_of(transaction, "a.at")
    rows = await transaction.execute(
        _asked(
            f"SELECT {day} AS day, a.stage, count(*) AS people {_FROM_APPLICATIONS} GROUP BY 1, 2",
            _OF_APPLICATIONS.get(dimension),
        ),
        _given(period, value),
    )
    for row in rows:
        found.setdefault(Series(row.stage, "measured"), Counter())[row.day] = row.people
    return found


async def steps_by_value(
    transaction: Transaction, period: Period, dimension: str
) -> dict[Series, Counter[str]]:
    found: dict[Series, Counter[str]] = {}
    rows = await transaction.execute(
        _asked(
            f"""
            SELECT {_OF_APPLICATIONS[dimension]} AS value, a.stage, count(*) AS people
            {_FROM_APPLICATIONS} GROUP BY 1, 2
            """,
            None,
        ),
        _given(period, ""),
    )
    for row in rows:
        if row.value:
            found.setdefault(Series(row.stage, "measured"), Counter())[row.value] = row.people
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
