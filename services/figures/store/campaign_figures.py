"""Figures of many campaigns at once: a few grouped queries for any number of campaigns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from services.database.schema import (
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
        posts.c.campaign_id.in_(campaign_ids), posts.c.state == PostState.PUBLISHED.value
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
    for row in await transaction.execute(
        sa.select(audience.c.campaign_id, sa.func.count().label("people"))
        .where(audience.c.campaign_id.in_(campaign_ids), audience.c.asked_at.is_not(None))
        .group_by(audience.c.campaign_id)
    ):
        found[row.campaign_id].audience = row.people
    for row in await transaction.execute(
        sa.select(
            posts.c.campaign_id, sa.func.count(posts.c.ambassador_id.distinct()).label("people")
        )
        .where(posts.c.campaign_id.in_(campaign_ids))
        .group_by(posts.c.campaign_id)
    ):
        found[row.campaign_id].offered = row.people
    for row in await transaction.execute(
        sa.select(
            posts.c.campaign_id,
            posts.c.state,
            sa.func.count().label("posts"),
            sa.func.count(posts.c.ambassador_id.distinct()).label("people"),
        )
        .where(posts.c.campaign_id.in_(campaign_ids))
        .group_by(posts.c.campaign_id, posts.c.state)
    ):
        found[row.campaign_id].posts[row.state] = row.posts
        found[row.campaign_id].people[row.state] = row.people
    for row in await transaction.execute(
        sa.select(click_cells, click_cells.c.value.label("campaign_id")).where(
            click_cells.c.dimension == "campaign",
            click_cells.c.value.in_(campaign_ids),
            click_cells.c.span == "",
        )
    ):
        found[row.campaign_id].clicks[row.click_class] += row.clicks
        if row.reason:
            found[row.campaign_id].excluded[row.reason] += row.clicks
    for row in await transaction.execute(_applicants(campaign_ids)):
        found[row.id].applicants[row.stage] += row.people
        found[row.id].came_by.setdefault(row.stage, Counter())[row.by or ""] += row.people
    for touch, code in _TOUCHES.items():
        for row in await transaction.execute(_brought(campaign_ids, code)):
            found[row.campaign_id].brought.setdefault(touch, Counter())[row.stage] = row.people
    for campaign_id, metric, figure in await _figures(transaction, campaign_ids):
        of = found[campaign_id]
        (of.reach if metric == "reach" else of.impressions)[figure.tag] = figure
    return found


_TOUCHES = {"first": attributions.c.first_code, "last": attributions.c.last_code}


def _applicants(campaign_ids: Sequence[str]) -> sa.Select[tuple[str, str, str, int]]:
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
        .where(campaigns.c.id.in_(campaign_ids), campaigns.c.kind == "vacancy")
        .group_by(campaigns.c.id, applications.c.stage, posts.c.campaign_id)
    )


def _brought(campaign_ids: Sequence[str], code: sa.Column[str]) -> sa.Select[tuple[str, str, int]]:
    return (
        sa.select(posts.c.campaign_id, applications.c.stage, sa.func.count().label("people"))
        .join(attributions, code == posts.c.link_code)
        .join(applications, applications.c.application_id == attributions.c.application_id)
        .where(posts.c.campaign_id.in_(campaign_ids))
        .group_by(posts.c.campaign_id, applications.c.stage)
    )


async def sharers(transaction: Transaction, campaign_ids: Collection[str]) -> dict[str, int]:
    """How many people have a published post in each of these campaigns; one without is left out."""
    query = (
        sa.select(
            posts.c.campaign_id, sa.func.count(posts.c.ambassador_id.distinct()).label("people")
        )
        .where(posts.c.campaign_id.in_(campaign_ids), posts.c.state == PostState.PUBLISHED.value)
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
    counts = (
        posts.c.campaign_id.in_(campaign_ids),
        reach.c.metric.in_(("reach", "impressions")),
        reach.c.counts,
        reach.c.value.is_not(None),
    )
    of = (posts.c.campaign_id, reach.c.metric, reach.c.tag)
    # Apart from the sources: somebody with posts on two networks is one person.
    people = {
        tuple(row)[:3]: row.people
        for row in await transaction.execute(
            sa.select(*of, sa.func.count(posts.c.ambassador_id.distinct()).label("people"))
            .join(posts, posts.c.id == reach.c.post_id)
            .where(*counts)
            .group_by(*of)
        )
    }
    rows = await transaction.execute(
        sa.select(
            *of,
            source.label("source"),
            sa.func.sum(reach.c.value).label("value"),
            sa.func.count().label("posts"),
            sa.func.count(sa.case((posts.c.state == PostState.PUBLISHED.value, 1))).label(
                "published"
            ),
            sa.func.max(reach.c.measured_at, type_=reach.c.measured_at.type).label("measured_at"),
        )
        .join(posts, posts.c.id == reach.c.post_id)
        .where(*counts)
        .group_by(*of, source)
        .order_by(source)
    )
    found: dict[tuple[str, str, str], ReachFigure] = {}
    for row in rows:
        key = (row.campaign_id, row.metric, row.tag)
        before = found.get(key)
        found[key] = ReachFigure(
            tag=row.tag,
            value=int(row.value) + (before.value if before else 0),
            posts=row.posts + (before.posts if before else 0),
            published=row.published + (before.published if before else 0),
            people=people[key],
            measured_at=max(row.measured_at, before.measured_at) if before else row.measured_at,
            sources=(*(before.sources if before else ()), row.source),
        )
    return [(campaign_id, metric, figure) for (campaign_id, metric, _), figure in found.items()]
