"""What managers see of small groups: nothing, not even by subtraction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.database.schema import posts
from services.figures.store.campaign_figures import CampaignFigures, ReachFigure
from services.post import PostState
from services.web.pages.figures.campaign_figures import (
    SMALL_GROUP,
    PublicFigures,
    PublicTotals,
    totals_of,
)
from services.web.pages.figures.figure_rows import FigureRow, rows_of
from services.web.pages.figures.figures_export import csv_lines
from tests.builders import NOW, campaign, story, vacancy
from tests.unit.web.organisation import Organisation, said_by
from tests.unit.web.test_web_managers import team

PUBLISHED = PostState.PUBLISHED.value
READY = PostState.READY.value
_NUMBERS = st.integers(0, 10_000)


@st.composite
def _figures(draw: st.DrawFn) -> CampaignFigures:
    """A campaign in which up to nine people shared, each one or two posts, and others did not."""
    people = draw(st.integers(0, 9))
    others = draw(st.integers(0, 4))
    published = people + draw(st.integers(0, people))
    measured = draw(st.integers(0, people))
    found = CampaignFigures(
        audience=people + others + draw(st.integers(0, 9)),
        offered=people + others,
        posts={PUBLISHED: published, READY: others},
        people={PUBLISHED: people, READY: others},
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
    return totals_of(public), rows, csv_lines(rows)


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
    """For any clicks and reach of a small group, all that is shown is the same."""
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


@given(every=st.lists(_figures(), min_size=1, max_size=6), decided=st.sampled_from(PostState))
def test_no_decision_of_a_small_group_follows_from_what_is_shown(
    every: list[CampaignFigures], decided: PostState
) -> None:
    """For any decisions of a small group, all that is shown is the same."""
    other = [
        replace(
            figures,
            posts={decided.value: sum(figures.posts.values())},
            people={decided.value: figures.offered},
            clicks={},
            reach={},
            impressions={},
        )
        if figures.offered < SMALL_GROUP
        else figures
        for figures in every
    ]
    assert _shown(every) == _shown(other)


@pytest.mark.parametrize("decided", PostState)
async def test_one_colleagues_decision_is_on_no_page(
    organisation: Organisation, decided: PostState
) -> None:
    """What one colleague did changes nothing on the campaign's page, the list, figures or export."""
    campaign_id = await team(organisation, [PostState.PUBLISHED] * 6, "s-large")
    small = await team(organisation, [PostState.READY])
    addresses = f"/vacancies/{small}", "/vacancies", "/figures", "/figures.csv"
    async with organisation.staff("mia@example.org", "marketing", "recruiter") as browser:
        before = [said_by(await browser.get(address)) for address in addresses]
        async with organisation.database.write() as transaction:
            await transaction.execute(
                posts.update().where(posts.c.campaign_id == small).values(state=decided.value)
            )
        assert [said_by(await browser.get(address)) for address in addresses] == before
        assert "<dd>6</dd>" in (await browser.get(f"/stories/{campaign_id}/campaign")).text


@given(every=st.lists(_figures(), min_size=1, max_size=6))
def test_what_may_be_shown_is_in_the_totals(every: list[CampaignFigures]) -> None:
    """The totals are the sums of what is below them."""
    totals, rows, _ = _shown(every)
    clicks = [row.value for row in rows if row.figure == "clicks_human" and row.value is not None]
    assert sum(clicks) == totals.clicks.get("human", 0)
    assert sum(row.value or 0 for row in rows if row.figure == "published") == totals.published


async def test_a_campaign_that_is_left_out_is_said(organisation: Organisation) -> None:
    """Beside a large campaign a small one is in no sum, and the page says so."""
    await team(organisation, [PostState.PUBLISHED] * 6)
    await team(organisation, [PostState.PUBLISHED] * 2, story_id="small")
    async with organisation.staff("mia@example.org", "marketing") as browser:
        page = (await browser.get("/figures")).text
    assert "Clicks and reach of one campaign are not in these sums" in page
    assert "Of 12 clicks on short links" in page


async def test_the_api_token_reads_no_small_group(organisation: Organisation) -> None:
    """With the API token a small campaign is null and in no sum; the command line reads it all."""
    organisation.with_parts(api_token="the-api-token", owner_token="owner-token")
    large = await team(organisation, [PostState.PUBLISHED] * 5 + [PostState.DECLINED], "s-large")
    small = await team(organisation, [PostState.PUBLISHED] * 2)
    answers = []
    for token in ("the-api-token", "owner-token"):
        async with organisation.client() as client:
            for query in ("", f"?campaign={large}", f"?campaign={small}"):
                answer = await client.get(
                    f"/api/v1/stats{query}", headers={"Authorization": f"Bearer {token}"}
                )
                answers.append(answer.json())
    everything, of_large, of_small, operators, _, operators_small = answers
    assert everything["posts"] == of_large["posts"] == {"published": 5, "undecided": 1}
    assert everything["clicks"] == of_large["clicks"]
    assert everything["reach"] == of_large["reach"]
    assert (of_small["posts"], of_small["clicks"], of_small["reach"]) == (None, None, None)
    assert operators["posts"] == {"published": 7, "declined": 1}
    assert operators_small["posts"] == {"published": 2}


def test_applicants_of_a_small_group_are_not_shown() -> None:
    """Who brought them is shown of a large group only, also by the difference to what is unknown."""
    large, small = campaign(story("large")).id, campaign(story("small"))
    vacant = campaign(vacancy())
    by = {large: 3, small.id: 2, "": 4}
    figures = CampaignFigures(
        offered=6,
        people={PUBLISHED: 6},
        posts={PUBLISHED: 6},
        applicants=Counter(applied=9),
        came_by={"applied": Counter(by)},
        brought={"first": Counter(applied=1), "last": Counter(applied=2, hired=1)},
    )
    shown = PublicFigures(campaign=vacant, figures=figures, elsewhere=frozenset({large}))
    assert shown.stages == ["applied", "hired"]
    assert shown.unattributed == {"applied": 6}
    told = {(row.figure, row.tag): row.value for row in rows_of(shown, NOW) if "appl" in row.figure}
    assert told == {
        ("applicants_applied", "measured"): 9,
        ("applicants_applied.first_touch", "measured"): 1,
        ("applicants_applied.last_touch", "measured"): 2,
        ("applicants_applied.unattributed", "unknown"): 6,
        ("applicants_hired.last_touch", "measured"): 1,
    }
    few = replace(shown, figures=replace(figures, people={PUBLISHED: 4}))
    told = {row.figure: row.value for row in rows_of(few, NOW) if "appl" in row.figure}
    assert told == {"applicants_applied": 9}
