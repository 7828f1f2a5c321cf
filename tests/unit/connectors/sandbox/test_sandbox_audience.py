"""The simulated audience."""

from __future__ import annotations

import itertools
from dataclasses import astuple
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.audience import Audience, Published

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
_POSTS = st.builds(
    Published,
    post_id=st.integers(1, 10**19).map(str),
    network=st.sampled_from(["linkedin", "x"]),
    published_at=st.just(START),
    has_link=st.just(True),
)


def _post(number: int = 1, network: str = "linkedin", *, has_link: bool = True) -> Published:
    return Published(post_id=str(number), network=network, published_at=START, has_link=has_link)


@given(post=_POSTS, seed=st.integers(), hours=st.lists(st.floats(0, 2000), min_size=2))
def test_figures_never_decrease(post: Published, seed: int, hours: list[float]) -> None:
    """Later readings are at least as high, and reach never exceeds impressions."""
    audience = Audience(seed=seed)
    readings = [audience.figures(post, START + hour * HOUR) for hour in sorted(hours)]

    for earlier, later in itertools.pairwise(readings):
        assert all(a <= b for a, b in zip(astuple(earlier), astuple(later), strict=True))
    for reading in readings:
        assert reading.members_reached <= reading.impressions


@given(post=_POSTS, seed=st.integers())
def test_the_same_seed_gives_the_same_audience(post: Published, seed: int) -> None:
    """Figures and visits follow from seed, post and age alone."""
    one, other = Audience(seed=seed), Audience(seed=seed)

    assert one.figures(post, START + WEEK) == other.figures(post, START + WEEK)
    assert one.visits(post, START + WEEK) == other.visits(post, START + WEEK)


@given(post=_POSTS, hours=st.floats(0, 500))
def test_link_clicks_equal_visits_by_people(post: Published, hours: float) -> None:
    """What the network counts as link clicks is every request that a person's browser made."""
    until = START + hours * HOUR
    visits = Audience().visits(post, until)
    clicks = [visit for visit in visits if visit.kind in {"person", "double_click"}]

    assert Audience().figures(post, until).link_clicks == len(clicks)


@pytest.mark.parametrize(("network", "typical_hours"), [("linkedin", 9), ("x", 2.5)])
def test_audience_growth_follows_an_s_curve(network: str, typical_hours: float) -> None:
    """Summed over many posts, half of it comes within hours and nearly all within two weeks."""
    audience = Audience()
    posts = [_post(number, network) for number in range(300)]

    def seen(hours: float) -> int:
        return sum(audience.figures(post, START + hours * HOUR).impressions for post in posts)

    final = seen(24 * 365)
    assert seen(0) == 0
    assert seen(typical_hours / 10) < 0.08 * final
    assert 0.35 * final < seen(typical_hours) < 0.65 * final
    assert seen(24 * 14) > 0.95 * final


def test_posts_differ_in_how_far_they_get() -> None:
    """Some posts reach several times as many people as others."""
    sizes = sorted(
        Audience().figures(_post(number), START + WEEK).impressions for number in range(100)
    )

    assert sizes[90] > 3 * sizes[10]


def test_visits_include_every_kind_of_visitor() -> None:
    """Over a few posts there are people, double clicks, previews, crawlers and HEAD bursts."""
    visits = [
        visit for number in range(30) for visit in Audience().visits(_post(number), START + WEEK)
    ]

    assert {visit.kind for visit in visits} == {
        "person",
        "double_click",
        "preview_bot",
        "crawler",
        "head",
    }
    assert {visit.method for visit in visits if visit.kind == "head"} == {"HEAD"}
    assert {visit.method for visit in visits if visit.kind != "head"} == {"GET"}
    agents = " ".join({visit.user_agent for visit in visits})
    for name in ("LinkedInBot", "Slackbot", "Mastodon", "facebookexternalhit", "Googlebot"):
        assert name in agents


def test_a_double_click_is_the_same_visitor_within_seconds() -> None:
    """Somebody who clicks twice does so with the same browser, a moment after the first time."""
    visits = Audience().visits(_post(5), START + 4 * WEEK)
    doubles = [visit for visit in visits if visit.kind == "double_click"]

    assert doubles
    for double in doubles:
        earlier = [
            visit.at
            for visit in visits
            if visit.kind == "person"
            and visit.visitor == double.visitor
            and visit.user_agent == double.user_agent
        ]
        assert any(timedelta() < double.at - at < timedelta(seconds=10) for at in earlier)


def test_visits_come_in_order_and_not_before_their_time() -> None:
    """A longer look ahead only adds visits at the end."""
    audience = Audience()
    day = audience.visits(_post(), START + 24 * HOUR)
    week = audience.visits(_post(), START + WEEK)

    assert week[: len(day)] == day
    assert [visit.at for visit in week] == sorted(visit.at for visit in week)
    assert week[0].at >= START
    assert week[-1].at <= START + WEEK


def test_faster_pace_brings_the_same_visits_sooner() -> None:
    """With a pace of 3600 an hour's visits come within a second."""
    slow = Audience().visits(_post(), START + 10 * HOUR)
    fast = Audience(pace=3600).visits(_post(), START + timedelta(seconds=10))

    assert [(visit.kind, visit.visitor) for visit in fast] == [
        (visit.kind, visit.visitor) for visit in slow
    ]


def test_post_without_link_has_no_visits() -> None:
    """A post without a link has readers but no visits."""
    post = _post(has_link=False)

    assert Audience().visits(post, START + WEEK) == []
    assert Audience().figures(post, START + WEEK).impressions > 0
