"""Short links as they are read to be known by heart (`services.figures.rules.link_table`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import RowMapping

from services.database.engine import in_parts
from services.database.schema import campaigns, posts
from services.database.transaction import Transaction
from services.figures.rules.link_table import LinkedCampaign, LinkMark, NewLink, Target

_CAMPAIGN = (
    campaigns.c.id,
    campaigns.c.kind,
    campaigns.c.source_id,
    campaigns.c.content["url"].label("url"),
    campaigns.c.state,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Links in their order, and the mark of the last."""

    links: Sequence[NewLink]
    mark: LinkMark | None


async def after(transaction: Transaction, mark: LinkMark | None, *, limit: int) -> Page:
    """The links that come after ``mark``, oldest first."""
    query = (
        sa.select(posts.c.link_code, posts.c.campaign_id, posts.c.network, posts.c.created_at)
        .order_by(posts.c.created_at, posts.c.link_code)
        .limit(limit)
    )
    if mark is not None:
        place = sa.tuple_(posts.c.created_at, posts.c.link_code)
        query = query.where(
            place > sa.tuple_(sa.literal(mark.created_at, posts.c.created_at.type), mark.code)
        )
    rows = (await transaction.execute(query)).all()
    return Page(
        links=[NewLink(row.link_code, row.campaign_id, row.network) for row in rows],
        mark=LinkMark(rows[-1].created_at, rows[-1].link_code) if rows else mark,
    )


async def extent(transaction: Transaction, until: LinkMark) -> tuple[int, Sequence[str]]:
    """How many links there are up to the moment of ``until``, and the first and last by code."""
    row = (
        await transaction.execute(
            sa.select(
                sa.func.count(posts.c.link_code).label("links"),
                sa.func.min(posts.c.link_code).label("least"),
                sa.func.max(posts.c.link_code).label("most"),
            ).where(posts.c.created_at <= until.created_at)
        )
    ).one()
    return row.links, [code for code in (row.least, row.most) if code is not None]


async def campaigns_by_id(
    transaction: Transaction, campaign_ids: Sequence[str]
) -> list[LinkedCampaign]:
    found: list[LinkedCampaign] = []
    for some in in_parts(campaign_ids):
        rows = await transaction.execute(sa.select(*_CAMPAIGN).where(campaigns.c.id.in_(some)))
        found += [_campaign(row) for row in rows.mappings()]
    return found


async def finished(
    transaction: Transaction, since: datetime | None
) -> tuple[Sequence[str], datetime | None]:
    """The campaigns that finished from ``since`` on, or ever, and when the last of them did."""
    query = sa.select(campaigns.c.id, campaigns.c.finished_at).where(
        campaigns.c.finished_at.is_not(None)
    )
    if since is not None:
        query = query.where(campaigns.c.finished_at >= since)
    rows = (await transaction.execute(query)).all()
    return [row.id for row in rows], max((row.finished_at for row in rows), default=since)


async def target(transaction: Transaction, code: str) -> Target | None:
    """Where one link leads."""
    found = await transaction.execute(
        sa.select(*_CAMPAIGN, posts.c.network)
        .join(posts, posts.c.campaign_id == campaigns.c.id)
        .where(posts.c.link_code == code)
    )
    row = found.mappings().first()
    return None if row is None else Target(_campaign(row), row["network"])


def _campaign(row: RowMapping) -> LinkedCampaign:
    return LinkedCampaign(
        id=row["id"],
        kind=row["kind"],
        source_id=row["source_id"],
        url=row["url"],
        closed=row["state"] == "closed",
    )
