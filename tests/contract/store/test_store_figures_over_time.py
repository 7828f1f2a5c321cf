"""Figures of a time: from cells alone, the period before beside it, and nothing of a small group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from services.database.engine import Database
from services.database.transaction import Transaction
from services.events.incoming import ApplicationReceived
from services.figures import over_time
from services.figures.over_time import POSTS, large_enough
from services.figures.record_figures import record_applications
from services.figures.rules.click import Click
from services.figures.rules.period import Period
from services.figures.store import figures
from services.figures.store.figures import Figure
from services.figures.store.period_figures import Series
from services.message import said
from services.people.store import people
from services.post import Post, PostState
from services.posts.store import posts
from tests.builders import NOW, ambassador, campaign, fact, organise, story, vacancy
from tests.projections import add_clicks, judged_click

STORY, VACANCY = campaign(story("s-1")), campaign(vacancy("v-1"))
MONTH = Period(name="30", first=date(2026, 11, 20), last=date(2026, 12, 19))
DAY = timedelta(days=1)
HUMAN = Series("human", "measured")
REACH = Series("reach", "measured")


async def _shared_by(
    transaction: Transaction,
    people: int,
    networks: tuple[str, ...] = ("linkedin",),
    more: Sequence[Click] = (),
) -> list[Post]:
    """Person ``n`` publishes on day ``n``, has one click an hour later and a reach of 100 next day."""
    everybody = [ambassador(number) for number in range(people)]
    drafts = await organise(transaction, everybody, [STORY], networks)
    for number, post in enumerate(drafts):
        at = NOW + number // len(networks) * DAY
        await posts.move(
            transaction,
            post.id,
            before=PostState.READY,
            after=PostState.PUBLISHED,
            published_at=at,
        )
    fresh, told = [], []
    for number, post in enumerate(drafts):
        at = NOW + number // len(networks) * DAY
        click = judged_click(post.id, post.link_code, clicked_at=at + timedelta(hours=1))
        fresh.append(click)
        told.append(_told(post, 100, at + DAY))
    await add_clicks(transaction, [*fresh, *more])
    await figures.add_figures(transaction, told)
    return drafts


def _told(post: Post, value: int, at: datetime, tag: str = "measured") -> Figure:
    return Figure(
        post_id=post.id,
        metric="reach",
        tag=tag,
        value=value,
        source=said("LinkedIn"),
        measured_at=at,
    )


async def test_what_came_before_the_fifth_counts_on_their_day(database: Database) -> None:
    """Four people's clicks are on no day; with the fifth they are all on theirs, and their sum is whole."""
    async with database.write() as transaction:
        await _shared_by(transaction, 6)
        now, before, _ = await over_time.read(transaction, MONTH, by="kind")
        assert now.days[HUMAN] == {
            **{f"2026-11-{day}": 0 for day in (24, 25, 26, 27)},
            "2026-11-28": 5,
            "2026-11-29": 1,
        }
        # Each one's reach was measured a day later.
        assert now.days[REACH]["2026-11-29"] == 500
        assert (now.total(HUMAN), now.total(REACH), now.total(POSTS)) == (6, 600, 6)
        assert (before.total(HUMAN), before.total(REACH), before.total(POSTS)) == (0, 0, 0)


async def test_a_small_campaign_is_in_no_sum(database: Database) -> None:
    """Nothing of a campaign that four people shared is in a sum, for any question."""
    async with database.write() as transaction:
        of_no_post = judged_click("?", "nobody-knows-this-link")
        drafts = await _shared_by(transaction, 4, more=[of_no_post])
        await figures.add_figures(transaction, [_told(drafts[0], 9, NOW, "estimated")])
        now, *_ = await over_time.read(transaction, MONTH, by="kind")
        assert not any(sum(days.values()) for days in now.days.values())
        for dimension in ("campaign", "network", "language", "team", "kind"):
            *_, rows = await over_time.read(transaction, MONTH, by=dimension)
            assert rows.rows == []
        alone, *_ = await over_time.read(
            transaction, MONTH, of="campaign", value=STORY.id, by="kind"
        )
        assert alone.total(HUMAN) is None


async def test_a_tag_of_few_people_is_in_no_sum(database: Database) -> None:
    """One person's estimate beside five people's measured reach is shown nowhere."""
    async with database.write() as transaction:
        drafts = await _shared_by(transaction, 6)
        guessed = Series("impressions", "estimated")
        shown = []
        for post in drafts[:5]:
            told = replace(_told(post, 70, NOW, "estimated"), metric="impressions")
            await figures.add_figures(transaction, [told])
            now, *_ = await over_time.read(transaction, MONTH, by="kind")
            shown.append((now.total(guessed), now.total(REACH)))
        assert shown == [(0, 600)] * 4 + [(350, 600)]


async def test_dimensions_are_divided_and_small_ones_hidden(database: Database) -> None:
    """A network of few people is hidden, and with it the one that would tell it by subtraction."""
    async with database.write() as transaction:
        drafts = await _shared_by(transaction, 6, ("linkedin", "x"))
        *_, found = await over_time.read(transaction, MONTH, by="network")
        assert {row.value: (row.totals[HUMAN], row.totals[REACH]) for row in found.rows} == {
            "linkedin": (6, 600),
            "x": (6, 600),
        }
        mine = [post.id for post in drafts if post.network == "x"][:2]
        await transaction.execute(
            sa.text("UPDATE posts SET state = 'failed' WHERE id IN :ids").bindparams(
                sa.bindparam("ids", mine, expanding=True)
            )
        )
        *_, found = await over_time.read(transaction, MONTH, by="network")
        assert (found.rows, found.hidden) == ([], 2)
        alone, *_ = await over_time.read(transaction, MONTH, of="network", value="x", by="kind")
        assert alone.total(HUMAN) is None


async def test_participation_is_of_the_heads_of_that_day(database: Database) -> None:
    """Who shared in a time is divided by the ambassadors of its last day, not by those of today."""
    async with database.write() as transaction:
        await _shared_by(transaction, 6)
        await people.remember_headcount(transaction, now=NOW)
        await organise(transaction, [ambassador(number) for number in range(6, 24)], [])
        await people.remember_headcount(transaction, now=NOW + 60 * DAY)
        now, *_ = await over_time.read(transaction, MONTH, by="kind")
        assert now.participation == 1.0
        later = Period(name="own", first=MONTH.first, last=date(2027, 2, 1))
        now, *_ = await over_time.read(transaction, later, by="kind")
        assert now.participation == pytest.approx(6 / 24)


async def test_applicants_belong_to_vacancy_and_link(database: Database) -> None:
    """A step counts on its day, for its vacancy, and for the network of the link that brought it."""
    async with database.write() as transaction:
        drafts = await _shared_by(transaction, 5)
        await organise(transaction, [], [VACANCY])
        for number, stage in enumerate(("applied", "applied", "hired")):
            step = ApplicationReceived(
                application_id=f"a-{number}",
                vacancy_id="v-1",
                link_code=drafts[0].link_code if number else None,
                stage=stage,
                at=NOW + number * DAY,
            )
            await record_applications(transaction, [fact(step)], NOW)
        applied, hired = Series("applied", "measured"), Series("hired", "measured")
        now, *_ = await over_time.read(transaction, MONTH, by="kind")
        assert (now.total(applied), now.total(hired)) == (2, 1)
        network, *_ = await over_time.read(
            transaction, MONTH, of="network", value="linkedin", by="kind"
        )
        assert (network.total(applied), network.total(hired)) == (1, 1)


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 9), max_size=8))
def test_hidden_groups_hold_five_people_together(people: dict[str, int]) -> None:
    """Of disjoint groups those that are hidden are none, or five people together."""
    shown = large_enough(people)
    assert all(people[value] >= 5 for value in shown)
    hidden = [number for value, number in people.items() if value not in shown and number]
    assert not hidden or not shown or max(hidden) >= 5
