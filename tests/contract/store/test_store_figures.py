"""Clicks, reach and applications: rolled up honestly, wiped and counted again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.database.engine import Database
from services.database.transaction import Transaction
from services.figures.store import applications, figures
from services.figures.store import click_cells as cells
from services.figures.store.applications import Step
from services.figures.store.figures import Figure, ReachTotals
from services.post import Post, PostState
from services.posts.store import posts
from tests.builders import NOW, ambassador, campaign, organise, story
from tests.projections import (
    add_clicks,
    applications_by_stage,
    click_cells,
    judged_click,
    wipe,
)

ABOUT = [campaign(story(f"s-{number}")) for number in range(2)]


async def test_clicks_are_counted_by_campaign_and_link(database: Database) -> None:
    """A campaign's clicks are those on the links of its posts."""
    async with database.write() as transaction:
        first, second = await organise(transaction, [ambassador(1)], ABOUT)
        await add_clicks(
            transaction,
            [
                judged_click(1, first.link_code),
                judged_click(2, first.link_code, "bot"),
                judged_click(3, second.link_code),
                judged_click(4, "unknown"),
            ],
        )
        assert await cells.by_class(transaction, campaign_id=first.campaign_id) == {
            "human": 1,
            "bot": 1,
        }
        assert await cells.by_class(transaction) == {"human": 3, "bot": 1}
        codes = [first.link_code, "nobody"]
        assert await figures.clicks_by_code(transaction, codes) == {
            first.link_code: {"human": 1, "bot": 1}
        }


async def _published(transaction: Transaction, people: int) -> list[Post]:
    drafts = await organise(transaction, [ambassador(number) for number in range(people)], ABOUT)
    for post in drafts:
        await posts.move(transaction, post.id, before=PostState.READY, after=PostState.PUBLISHED)
    return drafts


def _figure(post: Post, value: int | None, tag: str = "measured", **changes: object) -> Figure:
    figure = Figure(
        post_id=post.id, metric="reach", tag=tag, value=value, source="LinkedIn", measured_at=NOW
    )
    return replace(figure, **changes)  # type: ignore[arg-type]


async def test_reach_is_summed_by_tag_from_the_figures_that_count(database: Database) -> None:
    """Tags are never added together, an older figure gives way, and what is not known is counted."""
    later = NOW + timedelta(days=1)
    async with database.write() as transaction:
        drafts = await _published(transaction, 3)
        await figures.add_figures(
            transaction,
            [
                _figure(drafts[0], 10),
                _figure(drafts[0], 25, measured_at=later),
                _figure(drafts[1], 7, "estimated"),
                _figure(drafts[2], None, "unknown"),
                _figure(drafts[3], 2**40),
                _figure(drafts[3], 3, metric="impressions", measured_at=later),
            ],
        )
        assert await figures.reach_totals(transaction) == ReachTotals(
            measured=25 + 2**40, estimated=7, unknown_posts=3
        )
        assert await figures.reach_totals(transaction, campaign_id=ABOUT[0].id) == ReachTotals(
            measured=25, estimated=7, unknown_posts=1
        )
        best = await figures.best_of_posts(
            transaction, [post.id for post in drafts], metric="reach"
        )
        assert {identity: figure.value for identity, figure in best.items()} == {
            drafts[0].id: 25,
            drafts[1].id: 7,
            drafts[2].id: None,
            drafts[3].id: 2**40,
        }


async def test_what_was_measured_counts_before_what_was_not(database: Database) -> None:
    """A later estimate or silence takes no measured figure back, and a later silence no estimate."""
    later = NOW + timedelta(days=1)
    async with database.write() as transaction:
        drafts = await _published(transaction, 1)
        told = [
            _figure(drafts[0], 10),
            _figure(drafts[0], 500, "estimated", measured_at=later),
            _figure(drafts[0], None, "unknown", measured_at=later + timedelta(days=1)),
            _figure(drafts[1], 40, "estimated"),
            _figure(drafts[1], None, "unknown", measured_at=later),
        ]
        await figures.add_figures(transaction, told)
        assert await figures.reach_totals(transaction) == ReachTotals(
            measured=10, estimated=40, unknown_posts=0
        )
        best = await figures.best_of_posts(
            transaction, [post.id for post in drafts], metric="reach"
        )
        assert {best[post.id].value for post in drafts} == {10, 40}


async def test_a_post_shared_by_hand_makes_no_other_post_known(database: Database) -> None:
    """Its own measured reach is added; how many published posts are unknown stays the same."""
    async with database.write() as transaction:
        _, shared = await _published(transaction, 1)
        await posts.move(transaction, shared.id, before=PostState.PUBLISHED, after=PostState.SHARED)
        await figures.add_figures(transaction, [_figure(shared, 10)])
        assert await figures.reach_totals(transaction) == ReachTotals(
            measured=10, estimated=0, unknown_posts=1
        )


async def test_the_same_figure_twice_counts_once(database: Database) -> None:
    """A figure is one post's metric at one moment."""
    async with database.write() as transaction:
        post = (await _published(transaction, 1))[0]
        for value in (10, 99):
            await figures.add_figures(transaction, [_figure(post, value)])
        assert (await figures.reach_totals(transaction)).measured == 10
        await figures.add_figures(transaction, [])


async def test_a_figure_about_a_post_that_is_gone_is_left_out(database: Database) -> None:
    """A figure that arrives after its post was erased harms neither the others nor a rebuild."""
    async with database.write() as transaction:
        post = (await _published(transaction, 1))[0]
        gone = replace(post, id="gone")
        await figures.add_figures(transaction, [_figure(gone, 5), _figure(post, 10)])
        assert (await figures.reach_totals(transaction)).measured == 10


def _step(application: str = "1", stage: str = "applied", *, at: datetime = NOW) -> Step:
    return Step(application_id=application, vacancy_id="v-1", stage=stage, at=at)


async def test_an_applicants_step_counts_once(database: Database) -> None:
    """The same step of the same applicant twice is one; each stage is counted by vacancy."""
    async with database.write() as transaction:
        for application, stage in (
            ("1", "applied"),
            ("1", "applied"),
            ("1", "hired"),
            ("2", "applied"),
        ):
            await applications.add_steps(transaction, [_step(application, stage)])
        assert await applications_by_stage(transaction, "v-1") == {
            "applied": 2,
            "hired": 1,
        }
        assert await applications_by_stage(transaction, "v-2") == {}


async def test_a_salt_is_set_once_and_destroyed(database: Database) -> None:
    """The first salt of a day stays; those of earlier days are gone for good."""
    async with database.write() as transaction:
        for day, salt in (("2026-11-22", b"a"), ("2026-11-23", b"b"), ("2026-11-23", b"c")):
            await figures.keep_salt(transaction, day, salt)
        assert await figures.salts(transaction) == {"2026-11-22": b"a", "2026-11-23": b"b"}
        await figures.destroy_salts_before(transaction, "2026-11-23")
        assert await figures.salts(transaction) == {"2026-11-23": b"b"}


async def test_wiping_takes_the_projections_alone(database: Database) -> None:
    """Clicks, reach and applications go; people, posts and salts stay."""
    async with database.write() as transaction:
        post = (await _published(transaction, 1))[0]
        await add_clicks(transaction, [judged_click(1)])
        await figures.add_figures(transaction, [_figure(post, 10)])
        await figures.keep_salt(transaction, "2026-11-24", b"a")
        await applications.add_steps(transaction, [_step()])
        await wipe(transaction)
        assert await cells.by_class(transaction) == {}
        assert await click_cells(transaction) == {}
        assert await applications_by_stage(transaction, "v-1") == {}
        assert await figures.reach_totals(transaction) == ReachTotals(
            measured=0, estimated=0, unknown_posts=2
        )
        assert await posts.counts_by_state(transaction) == {"published": 2}
        assert await figures.salts(transaction) == {"2026-11-24": b"a"}


async def test_what_is_before_a_day_survives_its_wiping(database: Database) -> None:
    """Wiped from a midnight on, the figures of the days before it stay, to the last moment."""
    midnight = NOW.replace(hour=0)
    before = midnight - timedelta(microseconds=1)
    async with database.write() as transaction:
        post = (await _published(transaction, 1))[0]
        for number, moment in enumerate((before, midnight)):
            await figures.add_figures(transaction, [_figure(post, number, measured_at=moment)])
            await applications.add_steps(transaction, [_step(str(number), at=moment)])
        for wipe_some in (figures.wipe_reach, applications.wipe):
            await wipe_some(transaction, since=midnight)
        assert (await figures.reach_totals(transaction)).measured == 0
        assert await applications_by_stage(transaction, "v-1") == {"applied": 1}
