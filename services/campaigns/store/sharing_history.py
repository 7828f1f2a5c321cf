"""What people did with earlier campaigns, for the order in which they are asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from services.campaigns.rules.matching import topics_in_common
from services.campaigns.rules.selection import ASKED_OFTEN, FRESH_AFTER_DAYS, History
from services.campaigns.store.campaigns import Campaign
from services.database.schema import audience, campaigns, posts, sharing_preferences
from services.database.transaction import Transaction
from services.people.store.sharing_preferences import is_paused

_WEEK, _FRESH = timedelta(days=7), timedelta(days=FRESH_AFTER_DAYS)
#: Among so many latest campaigns, the so many latest about the same things tell the interest.
_LATEST, _RELATED = 500, 20


async def histories(
    transaction: Transaction, campaign: Campaign, *, now: datetime
) -> dict[str, History]:
    """Return the histories by ambassador id, without those who have none. ``campaign`` itself does not count."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    latest: dict[str, datetime] = {}
    for row in await transaction.execute(_asks(campaign.id, now)):
        found[row.ambassador_id]["asked_lately"] = row.lately
        latest[row.ambassador_id] = row.at
    for row in await transaction.execute(_shares(now)):
        latest[row.ambassador_id] = max(row.at, latest.get(row.ambassador_id, row.at))
    for person, at in latest.items():
        found[person]["days_since"] = max(0.0, (now - at) / timedelta(days=1))
    for person, interest in (await _interests(transaction, campaign)).items():
        found[person].update(interest)
    for row in await transaction.execute(_choices(now)):
        if row.weekly_cap is not None:
            found[row.ambassador_id]["weekly_cap"] = row.weekly_cap
        found[row.ambassador_id]["paused"] = bool(row.paused)
    return {person: History(**past) for person, past in found.items()}


async def asked_lately(
    transaction: Transaction, ambassador_ids: list[str], *, now: datetime, besides: str
) -> dict[str, int]:
    """How often these people were asked in the last seven days, by other campaigns."""
    rows = await transaction.execute(
        sa.select(audience.c.ambassador_id, sa.func.count().label("times"))
        .where(
            audience.c.ambassador_id.in_(ambassador_ids),
            audience.c.campaign_id != besides,
            audience.c.asked_at > now - _WEEK,
        )
        .group_by(audience.c.ambassador_id)
    )
    return {row.ambassador_id: row.times for row in rows}


def often_asked(campaign_id: str, now: datetime) -> sa.Select[tuple[str]]:
    """Ids of people whom other campaigns asked often in the last seven days."""
    return (
        sa.select(audience.c.ambassador_id)
        .where(audience.c.campaign_id != campaign_id, audience.c.asked_at > now - _WEEK)
        .group_by(audience.c.ambassador_id)
        .having(sa.func.count() >= ASKED_OFTEN)
    )


def _asks(campaign_id: str, now: datetime) -> sa.Select[Any]:
    lately = sa.func.sum(sa.case((audience.c.asked_at > now - _WEEK, 1), else_=0))
    return (
        sa.select(
            audience.c.ambassador_id,
            lately.label("lately"),
            sa.func.max(audience.c.asked_at, type_=audience.c.asked_at.type).label("at"),
        )
        .where(audience.c.asked_at > now - _FRESH, audience.c.campaign_id != campaign_id)
        .group_by(audience.c.ambassador_id)
    )


def _shares(now: datetime) -> sa.Select[Any]:
    return (
        sa.select(
            posts.c.ambassador_id,
            sa.func.max(posts.c.published_at, type_=posts.c.published_at.type).label("at"),
        )
        .where(
            posts.c.state != _literal("declined"),
            _decided(),
            posts.c.published_at > now - _FRESH,
        )
        .group_by(posts.c.ambassador_id)
    )


async def _interests(transaction: Transaction, campaign: Campaign) -> dict[str, Mapping[str, Any]]:
    """What each person did with campaigns about the same things; a share outweighs a decline.

    One of those shared serves as the example of what they were about.
    """
    related = await _related(transaction, campaign)
    if not related:
        return {}
    # An expression, so that SQLite reads the small index of decided posts, and not every post.
    about = sa.case((posts.c.campaign_id.in_(related), posts.c.campaign_id))
    shared = sa.case((posts.c.state != _literal("declined"), posts.c.campaign_id))
    rows = await transaction.execute(
        sa.select(
            posts.c.ambassador_id,
            sa.func.count(posts.c.campaign_id.distinct()).label("decided"),
            sa.func.count(shared.distinct()).label("shared"),
            sa.func.max(shared).label("example"),
        )
        .where(about.is_not(None), _decided())
        .group_by(posts.c.ambassador_id)
    )
    return {
        row.ambassador_id: {
            "shared": row.shared,
            "declined": row.decided - row.shared,
            "shared_about": related.get(row.example, ()),
        }
        for row in rows
    }


async def _related(transaction: Transaction, campaign: Campaign) -> dict[str, tuple[str, ...]]:
    """The latest campaigns about the same things, and which those are."""
    rows = await transaction.execute(
        sa.select(
            campaigns.c.id,
            campaigns.c.content["topics"].label("topics"),
            campaigns.c.content["crafts"].label("crafts"),
        )
        .where(campaigns.c.id != campaign.id)
        .order_by(campaigns.c.started_at.desc(), campaigns.c.id)
        .limit(_LATEST)
    )
    about = (
        (row.id, topics_in_common(campaign.content, [*(row.topics or ()), *(row.crafts or ())]))
        for row in rows
    )
    return dict([(identity, topics) for identity, topics in about if topics][:_RELATED])


def _choices(now: datetime) -> sa.Select[Any]:
    chosen = sharing_preferences.c
    return sa.select(
        chosen.ambassador_id,
        chosen.weekly_cap,
        sa.case((is_paused(now), True), else_=False).label("paused"),
    ).where(sa.or_(chosen.weekly_cap.is_not(None), is_paused(now)))


def _decided() -> sa.ColumnElement[bool]:
    """Word for word the condition of `ix_posts_decided`, or SQLite does not use that index."""
    return posts.c.state.in_([_literal(state) for state in ("published", "shared", "declined")])


def _literal(text: str) -> sa.BindParameter[str]:
    return sa.literal(text, literal_execute=True)
