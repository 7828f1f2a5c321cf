"""A campaign's figures as rows: what it is, how much, how it is known, who says so, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.web.pages.figures.campaign_figures import PublicFigures

_OWN = "zwaan"
_LINKS = "zwaan short links"
_ATS = "applicant tracking system"


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """``tag``: measured, estimated, unknown; or hidden, for a group too small to show.

    Of applicants at a stage those who came by the campaign's posts are told apart behind a dot, by
    the first and by the last link that they followed, and those of whom nobody knows: parts of the
    same people, and never to be added.

    ``value`` is None where it is hidden.
    """

    campaign: str
    kind: str
    title: str
    figure: str
    value: int | None
    tag: str
    source: str
    at: datetime


def rows_of(shown: PublicFigures, now: datetime) -> list[FigureRow]:
    campaign = shown.campaign
    return [
        FigureRow(
            campaign=campaign.id,
            kind=campaign.kind,
            title=campaign.title,
            figure=figure,
            value=value,
            tag=tag,
            source=source,
            at=at,
        )
        for figure, value, tag, source, at in _figures(shown, now)
    ]


_Row = tuple[str, int | None, str, str, datetime]


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
