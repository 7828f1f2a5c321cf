"""Figures as rows: what it is, how much, how it is known, who says so, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.campaigns.store.campaigns import Campaign
from services.figures.store.campaign_figures import ESTIMATED
from services.figures.store.daily_figures import DailyFigures
from services.figures.store.figures import Figure
from services.web.pages.figures.campaign_figures import CLICK_CLASSES, PublicFigures

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
        *((each.figure, each, _source(each.tag)) for each in daily.told),
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
    told: Mapping[str, Figure],
    now: datetime,
) -> list[FigureRow]:
    """Of one post: its clicks by class, and by metric the figure that counts."""
    rows: list[_Row] = [
        (f"clicks_{each}", clicks.get(each, 0), "measured", _LINKS, now) for each in CLICK_CLASSES
    ]
    rows += [
        (metric, each.value, each.tag, str(each.source), each.measured_at)
        for metric, each in told.items()
    ]
    if "reach" not in told:
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
