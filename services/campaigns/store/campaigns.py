"""Campaigns: prepared, launched, widened and ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import RowMapping

from services.campaigns.rules.matching import Content
from services.database.engine import in_parts, insert_new, is_one_of
from services.database.schema import campaigns, closed_vacancies, posts
from services.database.transaction import Transaction
from services.events.cloudevent import event_data
from services.events.incoming import StoryApproved, StoryImage, VacancyOpened

_CONTENT: dict[str, type[StoryApproved | VacancyOpened]] = {
    "story": StoryApproved,
    "vacancy": VacancyOpened,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A story or vacancy being shared.

    ``state`` is ``prepared`` (its audience is proposed, not asked), ``open`` or ``closed``;
    ``widen_at`` is when those who were not asked yet are asked too, ``closes_at`` when a vacancy
    closes; None: only by hand.
    """

    id: str
    kind: str
    source_id: str
    title: str
    language: str
    content: Content
    state: str
    seed: int
    started_at: datetime
    finished_at: datetime | None = None
    widen_at: datetime | None = None
    closes_at: datetime | None = None


async def add(transaction: Transaction, campaign: Campaign) -> None:
    """Store a new campaign; one that is there already stays as it is."""
    await insert_new(
        transaction, campaigns, [asdict(campaign) | {"content": event_data(campaign.content)}]
    )


async def get(transaction: Transaction, campaign_id: str) -> Campaign | None:
    found = await transaction.execute(sa.select(campaigns).where(campaigns.c.id == campaign_id))
    row = found.mappings().first()
    return None if row is None else _campaign(row)


async def titles(transaction: Transaction, campaign_ids: Sequence[str]) -> dict[str, str]:
    rows = await transaction.execute(
        sa.select(campaigns.c.id, campaigns.c.title).where(
            is_one_of(transaction, campaigns.c.id, campaign_ids)
        )
    )
    return {row.id: row.title for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Titled:
    """The title and start of a campaign, for a list to choose from."""

    id: str
    title: str
    started_at: datetime


async def titled(transaction: Transaction, *, kind: str) -> list[Titled]:
    """Those that have not ended."""
    query = sa.select(campaigns.c.id, campaigns.c.title, campaigns.c.started_at).where(
        campaigns.c.kind == kind, campaigns.c.state != "closed"
    )
    return [Titled(**row) for row in (await transaction.execute(query)).mappings()]


async def images(
    transaction: Transaction, campaign_ids: Sequence[str]
) -> dict[str, tuple[StoryImage, ...]]:
    """The images of stories, by campaign; the rest of the content is not read."""
    rows = await transaction.execute(
        sa.select(campaigns.c.id, campaigns.c.content["images"].label("images")).where(
            campaigns.c.id.in_(campaign_ids), campaigns.c.kind == "story"
        )
    )
    return {row.id: tuple(StoryImage(**each) for each in row.images or ()) for row in rows}


async def kinds(transaction: Transaction, campaign_ids: Sequence[str]) -> dict[str, str]:
    """``story`` or ``vacancy``, by campaign."""
    rows = await transaction.execute(
        sa.select(campaigns.c.id, campaigns.c.kind).where(campaigns.c.id.in_(campaign_ids))
    )
    return {row.id: row.kind for row in rows}


async def of_post(transaction: Transaction, post_id: str) -> Campaign | None:
    found = await transaction.execute(
        sa.select(campaigns)
        .join(posts, posts.c.campaign_id == campaigns.c.id)
        .where(posts.c.id == post_id)
    )
    row = found.mappings().first()
    return None if row is None else _campaign(row)


async def by_source(transaction: Transaction, *, kind: str, source_id: str) -> Campaign | None:
    found = await transaction.execute(
        sa.select(campaigns).where(campaigns.c.kind == kind, campaigns.c.source_id == source_id)
    )
    row = found.mappings().first()
    return None if row is None else _campaign(row)


async def by_sources(
    transaction: Transaction, *, kind: str, source_ids: Collection[str]
) -> list[Campaign]:
    """The campaigns among those of ``source_ids`` that there are."""
    wanted, found = list(source_ids), []
    for some in in_parts(wanted):
        query = sa.select(campaigns).where(
            campaigns.c.kind == kind, campaigns.c.source_id.in_(some)
        )
        found += [_campaign(row) for row in (await transaction.execute(query)).mappings()]
    return found


class CampaignMark(NamedTuple):
    """A campaign's place in the order in which they are listed."""

    started_at: datetime
    id: str


async def recent(
    transaction: Transaction,
    *,
    kind: str | None = None,
    after: CampaignMark | None = None,
    limit: int = 50,
) -> list[Campaign]:
    """Campaigns, newest first; those that come behind ``after``."""
    query = sa.select(campaigns).order_by(campaigns.c.started_at.desc(), campaigns.c.id)
    if kind is not None:
        query = query.where(campaigns.c.kind == kind)
    if after is not None:
        started = campaigns.c.started_at
        same = sa.and_(started == after.started_at, campaigns.c.id > after.id)
        query = query.where(sa.or_(started < after.started_at, same))
    return [_campaign(row) for row in (await transaction.execute(query.limit(limit))).mappings()]


async def count(transaction: Transaction) -> int:
    return (await transaction.scalar(sa.select(sa.func.count()).select_from(campaigns))) or 0


async def stays_open(transaction: Transaction, campaign_id: str) -> bool:
    """Return whether a campaign is open; if so, it stays open until this transaction ends."""
    query = (
        sa.select(campaigns.c.id)
        .where(campaigns.c.id == campaign_id, campaigns.c.state == "open")
        .with_for_update(read=True)
    )
    return await transaction.scalar(query) is not None


async def over(transaction: Transaction, *, now: datetime) -> list[Campaign]:
    """Campaigns whose vacancy has closed by itself and that are not closed yet, oldest first."""
    query = (
        sa.select(campaigns)
        .where(campaigns.c.closes_at <= now, campaigns.c.state != "closed")
        .order_by(campaigns.c.closes_at, campaigns.c.id)
    )
    return [_campaign(row) for row in (await transaction.execute(query)).mappings()]


async def close(transaction: Transaction, campaign_id: str, *, now: datetime) -> bool:
    """Close a campaign, open or only prepared; False when it was closed already."""
    result = await transaction.execute(
        campaigns.update()
        .where(campaigns.c.id == campaign_id, campaigns.c.state != "closed")
        .values(state="closed", finished_at=now, widen_at=None)
    )
    return bool(result.rowcount)


async def launch(
    transaction: Transaction, campaign_id: str, *, now: datetime, widen_at: datetime | None
) -> bool:
    """Open a prepared campaign; False when it is not prepared any more."""
    result = await transaction.execute(
        campaigns.update()
        .where(campaigns.c.id == campaign_id, campaigns.c.state == "prepared")
        .values(state="open", started_at=now, widen_at=widen_at)
    )
    return bool(result.rowcount)


async def set_content(transaction: Transaction, campaign_id: str, content: Content) -> None:
    """Another choice of passages; everything else of a content stays as it arrived."""
    await transaction.execute(
        campaigns.update().where(campaigns.c.id == campaign_id).values(content=event_data(content))
    )


async def forget_widening(transaction: Transaction, campaign_id: str) -> bool:
    """Cancel the timed widening. False when the campaign is not open; if it is, it stays open until this
    transaction ends."""
    result = await transaction.execute(
        campaigns.update()
        .where(campaigns.c.id == campaign_id, campaigns.c.state == "open")
        .values(widen_at=None)
    )
    return bool(result.rowcount)


async def to_widen(transaction: Transaction, *, now: datetime, limit: int = 10) -> list[str]:
    """Open campaigns whose moment to widen has come, longest due first."""
    query = (
        sa.select(campaigns.c.id)
        .where(campaigns.c.widen_at <= now, campaigns.c.state == "open")
        .order_by(campaigns.c.widen_at, campaigns.c.id)
    )
    return list(await transaction.scalars(query.limit(limit)))


async def remember_closed_vacancy(
    transaction: Transaction, vacancy_id: str, *, now: datetime
) -> None:
    await insert_new(transaction, closed_vacancies, [{"vacancy_id": vacancy_id, "closed_at": now}])


async def vacancy_is_closed(transaction: Transaction, vacancy_id: str) -> bool:
    query = sa.select(closed_vacancies.c.vacancy_id).where(
        closed_vacancies.c.vacancy_id == vacancy_id
    )
    return await transaction.scalar(query) is not None


def _campaign(row: RowMapping) -> Campaign:
    content = _CONTENT[row["kind"]].model_validate(row["content"])
    return Campaign(**dict(row) | {"content": content})
