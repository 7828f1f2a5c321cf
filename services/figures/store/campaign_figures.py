"""Figures of many campaigns at once: a few grouped queries for any number of campaigns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.database.engine import is_one_of
from services.database.schema import (
    IS_KNOWN,
    Json,
    applications,
    attributions,
    audience,
    campaigns,
    click_cells,
    posts,
    reach,
)
from services.database.transaction import Transaction
from services.post import PostState

#: The source of a sum of estimates.
ESTIMATED = "followers × rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachFigure:
    """Reach of a campaign's posts under one tag: never added to that of another tag.

    ``value`` is the sum of each post's figure that counts, ``posts`` how many have one,
    ``published`` how many of those we published and ``people`` whose they are, ``measured_at`` the
    time of the newest, ``sources`` its origins.
    """

    tag: str
    value: int
    posts: int
    published: int
    people: int
    measured_at: datetime
    sources: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class CampaignFigures:
    """``audience`` were asked, and ``offered`` of them have a text.

    ``posts`` and the ``people`` who have them by state, ``clicks`` by class, and those that do not
    count by the reason (``excluded``), ``reach`` (people) and ``impressions`` (times shown) by tag.
    ``applicants`` for the vacancy by stage; of these by the campaign whose link was their last
    (``came_by``; empty: unknown). Those who came to any vacancy by this campaign's posts, by
    touch (``first``, ``last``) and stage: ``brought``.
    """

    audience: int = 0
    offered: int = 0
    posts: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    clicks: Counter[str] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)
    applicants: Counter[str] = field(default_factory=Counter)
    came_by: dict[str, Counter[str]] = field(default_factory=dict)
    brought: dict[str, Counter[str]] = field(default_factory=dict)
    reach: dict[str, ReachFigure] = field(default_factory=dict)
    impressions: dict[str, ReachFigure] = field(default_factory=dict)

    @property
    def published(self) -> int:
        return self.posts.get(PostState.PUBLISHED.value, 0)

    @property
    def unknown_reach(self) -> int:
        """Published posts of unknown reach."""
        return self.published - sum(figure.published for figure in self.reach.values())


async def people_who_shared(transaction: Transaction, campaign_ids: Sequence[str]) -> int:
    """How many people have a published post, in these campaigns together."""
    query = sa.select(sa.func.count(posts.c.ambassador_id.distinct())).where(
        is_one_of(transaction, posts.c.campaign_id, campaign_ids),
        posts.c.state == PostState.PUBLISHED.value,
    )
    return (await transaction.scalar(query)) or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Objections:
    """Why drafts of a campaign were declined: each reason once, in an order that reveals neither
    person nor time; ``people`` is how many gave one."""

    people: int
    reasons: tuple[str, ...]


async def objections(transaction: Transaction, campaign_id: str) -> Objections:
    rows = await transaction.execute(
        sa.select(posts.c.ambassador_id, posts.c.reason).where(
            posts.c.campaign_id == campaign_id,
            posts.c.state == PostState.DECLINED.value,
            posts.c.reason != "",
        )
    )
    given = [(row.ambassador_id, str(row.reason)) for row in rows]
    return Objections(
        people=len({person for person, _ in given}),
        reasons=tuple(sorted({reason for _, reason in given}, key=str.casefold)),
    )


async def of_campaigns(
    transaction: Transaction, campaign_ids: Sequence[str]
) -> dict[str, CampaignFigures]:
    """The figures of each of these campaigns."""
    found = {campaign_id: CampaignFigures() for campaign_id in campaign_ids}
    for row in await transaction.execute(_people(transaction, campaign_ids)):
        of = found[row.campaign_id]
        if row.what == _ASKED:
            of.audience = row.people
        elif row.what == _OFFERED:
            of.offered = row.people
        else:
            of.posts[row.what] = row.posts
            of.people[row.what] = row.people
    cells = click_cells.c
    for row in await transaction.execute(
        sa.select(cells.value, cells.click_class, cells.reason, cells.clicks).where(
            cells.dimension == "campaign",
            is_one_of(transaction, cells.value, campaign_ids),
            cells.span == "",
        )
    ):
        found[row.value].clicks[row.click_class] += row.clicks
        if row.reason:
            found[row.value].excluded[row.reason] += row.clicks
    for row in await transaction.execute(_applicants(transaction, campaign_ids)):
        found[row.id].applicants[row.stage] += row.people
        found[row.id].came_by.setdefault(row.stage, Counter())[row.by or ""] += row.people
    for row in await transaction.execute(_brought(transaction, campaign_ids)):
        of = found[row.campaign_id]
        of.brought.setdefault(row.touch, Counter())[row.stage] = row.people
    for campaign_id, metric, figure in await _figures(transaction, campaign_ids):
        of = found[campaign_id]
        (of.reach if metric == "reach" else of.impressions)[figure.tag] = figure
    return found


#: Besides the states of posts, which are none of these.
_ASKED, _OFFERED = "asked", "offered"


def _people(transaction: Transaction, campaign_ids: Sequence[str]) -> sa.CompoundSelect[Any]:
    """How many were asked and have a text; posts and people by state."""
    people = sa.func.count(posts.c.ambassador_id.distinct())
    of_posts = is_one_of(transaction, posts.c.campaign_id, campaign_ids)
    asked = is_one_of(transaction, audience.c.campaign_id, campaign_ids)
    return sa.union_all(
        sa.select(
            posts.c.campaign_id,
            posts.c.state.label("what"),
            sa.func.count().label("posts"),
            people.label("people"),
        )
        .where(of_posts)
        .group_by(posts.c.campaign_id, posts.c.state),
        sa.select(posts.c.campaign_id, sa.literal(_OFFERED), sa.func.count(), people)
        .where(of_posts)
        .group_by(posts.c.campaign_id),
        sa.select(audience.c.campaign_id, sa.literal(_ASKED), sa.literal(0), sa.func.count())
        .where(asked, audience.c.asked_at.is_not(None))
        .group_by(audience.c.campaign_id),
    )


_TOUCHES = {"first": attributions.c.first_code, "last": attributions.c.last_code}


def _applicants(
    transaction: Transaction, campaign_ids: Sequence[str]
) -> sa.Select[tuple[str, str, str, int]]:
    return (
        sa.select(
            campaigns.c.id,
            applications.c.stage,
            posts.c.campaign_id.label("by"),
            sa.func.count().label("people"),
        )
        .join(applications, applications.c.vacancy_id == campaigns.c.source_id)
        .outerjoin(attributions, attributions.c.application_id == applications.c.application_id)
        .outerjoin(posts, posts.c.link_code == attributions.c.last_code)
        .where(is_one_of(transaction, campaigns.c.id, campaign_ids), campaigns.c.kind == "vacancy")
        .group_by(campaigns.c.id, applications.c.stage, posts.c.campaign_id)
    )


def _brought(transaction: Transaction, campaign_ids: Sequence[str]) -> sa.CompoundSelect[Any]:
    return sa.union_all(
        *(
            sa.select(
                posts.c.campaign_id,
                sa.literal(touch).label("touch"),
                applications.c.stage,
                sa.func.count().label("people"),
            )
            .join(attributions, code == posts.c.link_code)
            .join(applications, applications.c.application_id == attributions.c.application_id)
            .where(is_one_of(transaction, posts.c.campaign_id, campaign_ids))
            .group_by(posts.c.campaign_id, applications.c.stage)
            for touch, code in _TOUCHES.items()
        )
    )


async def sharers(transaction: Transaction, campaign_ids: Collection[str]) -> dict[str, int]:
    """How many people have a published post in each of these campaigns; one without is left out."""
    query = (
        sa.select(
            posts.c.campaign_id, sa.func.count(posts.c.ambassador_id.distinct()).label("people")
        )
        .where(
            is_one_of(transaction, posts.c.campaign_id, campaign_ids),
            posts.c.state == PostState.PUBLISHED.value,
        )
        .group_by(posts.c.campaign_id)
    )
    return {row.campaign_id: row.people for row in await transaction.execute(query)}


async def _figures(
    transaction: Transaction, campaign_ids: Sequence[str]
) -> list[tuple[str, str, ReachFigure]]:
    """Each campaign's figures, with the metric: ``reach`` or ``impressions``."""
    # How many follow somebody is theirs: the sum says how it was made, and not of which numbers.
    source = sa.case(
        (reach.c.tag == "estimated", ESTIMATED), else_=sa.cast(reach.c.source, sa.Text)
    )
    together = {"sqlite": sa.func.json_group_array, "postgresql": sa.func.jsonb_agg}
    of = (posts.c.campaign_id, reach.c.metric, reach.c.tag)
    rows = await transaction.execute(
        sa.select(
            *of,
            together[transaction.dialect.name](source.distinct(), type_=Json).label("sources"),
            sa.func.sum(reach.c.value).label("value"),
            sa.func.count().label("posts"),
            sa.func.count(sa.case((posts.c.state == PostState.PUBLISHED.value, 1))).label(
                "published"
            ),
            sa.func.count(posts.c.ambassador_id.distinct()).label("people"),
            sa.func.max(reach.c.measured_at, type_=reach.c.measured_at.type).label("measured_at"),
        )
        .join(posts, posts.c.id == reach.c.post_id)
        .where(
            is_one_of(transaction, posts.c.campaign_id, campaign_ids),
            reach.c.metric.in_(("reach", "impressions")),
            IS_KNOWN,
        )
        .group_by(*of)
    )
    return [
        (
            row.campaign_id,
            row.metric,
            ReachFigure(
                tag=row.tag,
                value=int(row.value),
                posts=row.posts,
                published=row.published,
                people=row.people,
                measured_at=row.measured_at,
                sources=tuple(sorted(row.sources)),
            ),
        )
        for row in rows
    ]
