"""What managers see of small groups: nothing, not even by subtraction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.domain.post import PostState
from services.storage.campaign_figures import CampaignFigures, ReachFigure
from services.web.pages.campaign_figures import (
    SMALL_GROUP,
    PublicFigures,
    PublicTotals,
    totals_of,
)
from services.web.pages.figure_rows import FigureRow, rows_of
from services.web.pages.figures_export import write_csv
from tests.builders import NOW, campaign, story
from tests.unit.web.organisation import Organisation
from tests.unit.web.test_web_managers import team

PUBLISHED = PostState.PUBLISHED.value
_NUMBERS = st.integers(0, 10_000)


@st.composite
def _figures(draw: st.DrawFn) -> CampaignFigures:
    """A campaign in which up to nine people shared, each one or two posts."""
    people = draw(st.integers(0, 9))
    posts = people + draw(st.integers(0, people))
    measured = draw(st.integers(0, people))
    found = CampaignFigures(
        audience=people + draw(st.integers(0, 9)),
        posts={PUBLISHED: posts},
        people={PUBLISHED: people},
        clicks={name: draw(_NUMBERS) for name in ("human", "bot", "duplicate") if people},
    )
    for tag, told in (("measured", measured), ("estimated", people - measured)):
        for by_tag in (found.reach, found.impressions):
            if told:
                by_tag[tag] = ReachFigure(
                    tag=tag,
                    value=draw(_NUMBERS),
                    posts=told,
                    published=told,
                    people=told,
                    measured_at=NOW,
                    sources=("LinkedIn",),
                )
    return found


def _shown(every: list[CampaignFigures]) -> tuple[PublicTotals, list[FigureRow], str]:
    """Everything that the page of figures and the export are made of."""
    public = [
        PublicFigures(campaign=campaign(story(f"s-{number}")), figures=figures)
        for number, figures in enumerate(every)
    ]
    rows = [row for each in public for row in rows_of(each, NOW)]
    return totals_of(public), rows, write_csv(rows)


def _changed(
    by_tag: Mapping[str, ReachFigure], change: int, *, everything: bool
) -> dict[str, ReachFigure]:
    """Other figures, of other times and sources, where they may not be shown."""
    return {
        tag: replace(
            figure,
            value=figure.value + change,
            measured_at=figure.measured_at + timedelta(hours=change),
            sources=("X",),
        )
        if everything or figure.people < SMALL_GROUP
        else figure
        for tag, figure in by_tag.items()
    }


@given(every=st.lists(_figures(), min_size=1, max_size=6), change=st.integers(1, 1_000))
def test_no_suppressed_figure_follows_from_what_is_shown(
    every: list[CampaignFigures], change: int
) -> None:
    """Whatever the clicks and reach of a small group are, all that is shown is the same."""
    other = []
    for figures in every:
        small = figures.people[PUBLISHED] < SMALL_GROUP
        other.append(
            replace(
                figures,
                clicks={
                    name: clicks + (change if small else 0)
                    for name, clicks in figures.clicks.items()
                },
                reach=_changed(figures.reach, change, everything=small),
                impressions=_changed(figures.impressions, change, everything=small),
            )
        )
    assert _shown(every) == _shown(other)


@given(every=st.lists(_figures(), min_size=1, max_size=6))
def test_what_may_be_shown_is_in_the_totals(every: list[CampaignFigures]) -> None:
    """The totals are the sums of what stands below them."""
    totals, rows, _ = _shown(every)
    clicks = [row.value for row in rows if row.figure == "clicks_human" and row.value is not None]
    assert sum(clicks) == totals.clicks.get("human", 0)


async def test_a_campaign_that_is_left_out_is_said(organisation: Organisation) -> None:
    """Beside a large campaign a small one is in no sum, and the page says so."""
    await team(organisation, [PostState.PUBLISHED] * 6)
    await team(organisation, [PostState.PUBLISHED] * 2, story_id="small")
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get("/figures")).text
    assert "One campaign is too small and is not in these sums" in page
    assert "Of 12 clicks on short links" in page
