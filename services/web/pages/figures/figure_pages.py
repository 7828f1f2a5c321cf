"""Rows of figures, a page of campaigns at a time: as many as there are, in the memory of a few."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from services.campaigns.store import campaigns
from services.campaigns.store.campaigns import Campaign, CampaignMark
from services.database.engine import Database
from services.database.transaction import Transaction
from services.figures.store import daily_figures, figures
from services.web.pages.figures.campaign_figures import read_of
from services.web.pages.figures.figure_rows import FigureRow, rows_by_day, rows_of, rows_of_post

By = Literal["campaign", "day", "post"]
_METRICS = ("reach", "impressions")
#: Campaigns of the first page of a file, which is there at once.
_FIRST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresWanted:
    """``campaign`` is the id of one, or None: all. The days hold where it is ``by`` day. Of single
    posts only their own people and the operator may know."""

    by: By = "campaign"
    campaign: str | None = None
    first: date = date.min
    last: date = date.max
    after: CampaignMark | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FigurePage:
    """``next`` is where the next page begins; None: this is the last."""

    rows: Sequence[FigureRow]
    next: CampaignMark | None


async def read_page(transaction: Transaction, asked: FiguresWanted, *, now: datetime) -> FigurePage:
    """Campaigns, newest first; of one that there is not, nothing."""
    if asked.campaign is not None:
        one = await campaigns.get(transaction, asked.campaign)
        found = [] if one is None else [one]
    else:
        found = await campaigns.recent(transaction, after=asked.after, limit=asked.limit + 1)
    shown, more = found[: asked.limit], found[asked.limit :]
    rows = await _rows(transaction, shown, asked, now)
    following = CampaignMark(shown[-1].started_at, shown[-1].id) if more else None
    return FigurePage(rows=rows, next=following)


async def pages(
    database: Database, asked: FiguresWanted, *, now: datetime
) -> AsyncIterator[Sequence[FigureRow]]:
    """All pages from the first on, each read by itself: who reads slowly holds nothing up."""
    following: FiguresWanted | None = replace(asked, limit=min(_FIRST, asked.limit))
    while following is not None:
        async with database.read() as transaction:
            page = await read_page(transaction, following, now=now)
        yield page.rows
        following = replace(asked, after=page.next) if page.next else None


async def _rows(
    transaction: Transaction, found: Sequence[Campaign], asked: FiguresWanted, now: datetime
) -> list[FigureRow]:
    ids = [campaign.id for campaign in found]
    if asked.by == "campaign":
        shown = await read_of(transaction, found)
        return [row for each in shown for row in rows_of(each, now)]
    if asked.by == "day":
        first, last = asked.first.isoformat(), asked.last.isoformat()
        daily = await daily_figures.of_campaigns(transaction, ids, first=first, last=last)
        return [row for campaign in found for row in rows_by_day(campaign, daily[campaign.id], now)]
    published = await daily_figures.published_posts(transaction, ids)
    clicks = await figures.clicks_by_code(transaction, [post.link_code for post in published])
    posts = [post.id for post in published]
    told = {
        metric: await figures.best_of_posts(transaction, posts, metric=metric)
        for metric in _METRICS
    }
    of = {campaign.id: campaign for campaign in found}
    return [
        row
        for post in published
        for row in rows_of_post(
            of[post.campaign_id],
            post.id,
            clicks.get(post.link_code, {}),
            {metric: told[metric][post.id] for metric in _METRICS if post.id in told[metric]},
            now,
        )
    ]
