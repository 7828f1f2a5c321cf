"""A member's own figures find the posts that they belong to, and no one else's."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.database import audit, outbox
from services.events.outgoing import ReachMeasured
from services.figures.import_reach import Export, Imported, import_reach, match
from services.figures.record_figures import record_reach
from services.figures.store import figures
from services.figures.store.figures import ReachTotals
from services.post import Post, PostState
from services.posts.store import posts
from services.text.web_address import moment_of_post
from tests.builders import NOW, ambassador, campaign, draft, fact, story
from tests.unit.conftest import STEPS, Desk

ABOUT = campaign()


def number(moment: datetime, sequence: int = 1) -> str:
    milliseconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    return str(milliseconds << 22 | sequence)


def activity(moment: datetime, sequence: int = 99) -> str:
    return f"https://www.linkedin.com/feed/update/urn:li:activity:{number(moment, sequence)}"


def shared(sequence: int, moment: datetime, **changes: Any) -> Post:
    about = campaign(story(f"s-{sequence}"))
    post = draft(about, ambassador(1), external_id=f"urn:li:share:{number(moment)}")
    return replace(post, **changes)


def test_the_moment_in_a_number_is_when_the_post_was_made() -> None:
    """An activity that a member's own export dates to 16 December 2025 says so itself."""
    assert moment_of_post("7406535690785632256").date().isoformat() == "2025-12-16"


def test_a_post_is_known_by_its_number_or_by_its_moment() -> None:
    """The same number is the same post; another number of the same seconds is one too."""
    first, second = shared(1, NOW), shared(2, NOW + timedelta(days=1))
    by_number = f"https://www.linkedin.com/posts/anna-share-{number(NOW)}-AbCd"
    by_moment = activity(NOW + timedelta(days=1, seconds=2))
    assert match([by_number, by_moment], [first, second]) == {by_number: first, by_moment: second}


def test_an_address_that_the_person_gave_counts() -> None:
    """A post that was shared by hand is known by the address that was pasted."""
    post = shared(1, NOW, external_id=None, external_url=activity(NOW), state=PostState.SHARED)
    assert match([activity(NOW)], [post]) == {activity(NOW): post}


@pytest.mark.parametrize("seconds", [11, -11, 3600])
def test_another_moment_is_another_post(seconds: int) -> None:
    """What was posted at another time did not come from here."""
    assert match([activity(NOW + timedelta(seconds=seconds))], [shared(1, NOW)]) == {}


def test_what_is_not_certain_is_left_out() -> None:
    """Two posts for one line, or two lines for one post: none is guessed."""
    near = [shared(1, NOW), shared(2, NOW + timedelta(seconds=3))]
    assert match([activity(NOW + timedelta(seconds=1))], near) == {}
    assert match([activity(NOW, 7), activity(NOW, 8)], near[:1]) == {}


async def _told(desk: Desk) -> list[dict[str, Any]]:
    async with desk.database.read() as transaction:
        rows = await outbox.oldest(transaction, 1000)
    return [json.loads(row.event)["data"] for row in rows if row.topic == "reach.measured"]


async def test_own_figures_are_measured_and_the_rest_is_not_kept(desk: Desk) -> None:
    """One's own post gets its figures with their source; other lines leave no trace."""
    mine, other = await desk.prepare(people=2)
    async with desk.database.write() as transaction:
        for post in (mine, other):
            await posts.move(
                transaction,
                post.id,
                before=PostState.READY,
                after=PostState.PUBLISHED,
                external_id=f"urn:li:share:{number(desk.now, 5 if post is mine else 6)}",
                published_at=desk.now,
            )
    foreign = activity(desk.now - timedelta(days=3))
    export = Export(
        posts={activity(desk.now): {"reach": 21, "impressions": 55}, foreign: {"impressions": 7}}
    )
    imported = await import_reach(
        desk.database, export, ambassador_id=mine.ambassador_id, estimated=False, now=desk.now
    )
    assert imported == Imported(posts=1, others=1)
    told = await _told(desk)
    assert {(each["post_id"], each["metric"], each["value"], each["tag"]) for each in told} == {
        (mine.id, "reach", 21, "measured"),
        (mine.id, "impressions", 55, "measured"),
    }
    assert {each["source"] for each in told} == {"LinkedIn's own analytics, imported by the member"}
    async with desk.database.read() as transaction:
        (entry,) = await audit.of(transaction, mine.ambassador_id)
    assert entry.action == "reach.imported"
    assert foreign not in str(entry.detail)


async def test_a_network_that_stays_silent_takes_nothing_back(desk: Desk) -> None:
    """An imported figure counts on, although LinkedIn reports nothing at the next step."""
    (post,) = await desk.prepare()
    await desk.approve(post)
    await desk.work()
    published = await desk.post(post)
    async with desk.database.write() as transaction:
        moved = {"external_id": f"urn:li:share:{number(desk.now)}"}
        await posts.move(
            transaction, post.id, before=published.state, after=published.state, **moved
        )
    export = Export(posts={activity(desk.now): {"reach": 21}})
    await import_reach(
        desk.database, export, ambassador_id=post.ambassador_id, estimated=False, now=desk.now
    )
    desk.now += STEPS[0]
    await desk.collector.collect()
    told = await _told(desk)
    assert [each["tag"] for each in told] == ["measured", "unknown"]
    async with desk.database.write() as transaction:
        facts = [fact(ReachMeasured.model_validate(each)) for each in told]
        await record_reach(transaction, facts, desk.now)
        totals = await figures.reach_totals(transaction)
        best = await figures.best_of_posts(transaction, [post.id], metric="reach")
    assert totals == ReachTotals(measured=21, estimated=0, unknown_posts=0)
    assert best[post.id].value == 21
