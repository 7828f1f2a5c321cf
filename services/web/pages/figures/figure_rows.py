"""Figures as rows: what it is, how much, how it is known, who says so, and when; a page of campaigns at a
time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from services.campaigns.store import campaigns
from services.campaigns.store.campaigns import Campaign, CampaignMark
from services.database.engine import Database
from services.database.transaction import Transaction
from services.figures.store import daily_figures, figures
from services.figures.store.campaign_figures import ESTIMATED
from services.figures.store.daily_figures import DailyFigures
from services.figures.store.figures import Figure
from services.web.pages.figures.campaign_figures import CLICK_CLASSES, PublicFigures, read_of

_OWN = "zwaan"
_LINKS = "zwaan short links"
_ATS = "applicant tracking system"
_NETWORKS = "networks"


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """``tag``: measured, estimated, unknown; or hidden, for a group too small to show.

    Applicants at a stage who came by the campaign's posts have a suffix after a dot, by
    the first and by the last link that they followed, and so have those of unknown origin: parts of the
    same people, and never to be added.

    ``value`` is None where it is hidden or unknown. ``day`` (of UTC) and ``post`` are empty for what
    is of all days, of all posts.
    """

    campaign: str
    kind: str
    title: str
    figure: str
    value: int | None
    tag: str
    source: str
    at: datetime
    day: str = ""
    post: str = ""


_Row = tuple[str, int | None, str, str, datetime]


def rows_of(shown: PublicFigures, now: datetime) -> list[FigureRow]:
    """Of a campaign altogether."""
    return [_row(shown.campaign, each) for each in _figures(shown, now)]


def rows_by_day(campaign: Campaign, daily: DailyFigures, now: datetime) -> list[FigureRow]:
    """What each day added."""
    rows = [
        *((f"clicks_{each.figure}", each, _LINKS) for each in daily.clicks),
        *((each.figure, each, _source(each.tag)) for each in daily.reported),
        *((f"applicants_{each.figure}", each, _ATS) for each in daily.applicants),
    ]
    return [
        _row(campaign, (figure, each.value, each.tag, source, now), day=each.day)
        for figure, each, source in sorted(rows, key=lambda row: (row[1].day, row[0], row[1].tag))
    ]


def _source(tag: str) -> str:
    return ESTIMATED if tag == "estimated" else _NETWORKS


def rows_of_post(
    campaign: Campaign,
    post_id: str,
    clicks: Mapping[str, int],
    reported: Mapping[str, Figure],
    now: datetime,
) -> list[FigureRow]:
    """Of one post: its clicks by class, and by metric the figure that counts."""
    rows: list[_Row] = [
        (f"clicks_{each}", clicks.get(each, 0), "measured", _LINKS, now) for each in CLICK_CLASSES
    ]
    rows += [
        (metric, each.value, each.tag, str(each.source), each.measured_at)
        for metric, each in reported.items()
    ]
    if "reach" not in reported:
        rows.append(("reach", None, "unknown", "", now))
    return [_row(campaign, each, post=post_id) for each in rows]


def _row(campaign: Campaign, row: _Row, *, day: str = "", post: str = "") -> FigureRow:
    figure, value, tag, source, at = row
    return FigureRow(
        campaign=campaign.id,
        kind=campaign.kind,
        title=campaign.title,
        figure=figure,
        value=value,
        tag=tag,
        source=source,
        at=at,
        day=day,
        post=post,
    )


def _figures(shown: PublicFigures, now: datetime) -> Iterator[_Row]:
    yield "audience", shown.figures.audience, "measured", _OWN, now
    yield "published", shown.published, "measured" if shown.counted else "hidden", _OWN, now
    for click_class, clicks in shown.clicks.items():
        yield f"clicks_{click_class}", clicks, "measured", _LINKS, now
    if not shown.detailed:
        yield "clicks_human", None, "hidden", _LINKS, now
    yield from _applicants(shown, now)
    for tag, reach in shown.reach.items():
        yield "reach", reach.value, tag, "; ".join(reach.sources), reach.measured_at
    for tag, times in shown.impressions.items():
        yield "impressions", times.value, tag, "; ".join(times.sources), times.measured_at
    if shown.hides_reach:
        yield "reach", None, "hidden", "", now
    if shown.unknown_reach:
        yield "posts_without_reach", shown.unknown_reach, "unknown", "", now


def _applicants(shown: PublicFigures, now: datetime) -> Iterator[_Row]:
    for stage in shown.stages:
        figure = f"applicants_{stage}"
        if people := shown.figures.applicants[stage]:
            yield figure, people, "measured", _ATS, now
        for touch, by_stage in shown.brought.items():
            if people := by_stage[stage]:
                yield f"{figure}.{touch}_touch", people, "measured", _ATS, now
        if people := shown.unattributed[stage]:
            yield f"{figure}.unattributed", people, "unknown", "", now


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
    reported = {
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
            {
                metric: reported[metric][post.id]
                for metric in _METRICS
                if post.id in reported[metric]
            },
            now,
        )
    ]
