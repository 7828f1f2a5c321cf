"""Colleagues' posts stay apart when they go out, also when everything is due at once."""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.errors import RetryLater
from services.message import said
from services.post import Post, PostState
from services.posts import share_by_hand
from services.posts.store import posts
from tests.migrated import open_migrated
from tests.unit.conftest import Desk

STAGGER = timedelta(minutes=10)


async def _everything_out(desk: Desk, drafts: list[Post], *, workers: int = 1) -> list[Post]:
    """Work until nothing is approved any more, from one planned moment to the next."""
    publishers = [desk.publisher(f"w{n}", stagger=STAGGER) for n in range(workers)]
    for _ in range(200):
        for publisher in publishers:
            await desk.work(publisher)
        found = [await desk.post(draft) for draft in drafts]
        waiting = [
            post.publish_at
            for post in found
            if post.state is PostState.APPROVED and post.publish_at is not None
        ]
        if not waiting:
            return found
        # What is overdue waits for the network's circuit, which takes minutes.
        desk.now = max(min(waiting), desk.now + timedelta(seconds=30 * (min(waiting) <= desk.now)))
    raise AssertionError("posts still wait")


def _least_distance(found: list[Post]) -> timedelta:
    moments: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for post in found:
        assert post.published_at is not None
        moments[post.campaign_id, post.network].append(post.published_at)
    gaps = [
        later - earlier for each in moments.values() for earlier, later in pairwise(sorted(each))
    ]
    return min(gaps, default=STAGGER)


async def test_after_an_outage_they_leave_one_by_one(desk: Desk) -> None:
    """Five that were planned well apart and are all overdue go out ten minutes after each other."""
    drafts = await desk.prepare(people=5)
    await desk.approve(*drafts)
    start = desk.now = desk.now + timedelta(hours=6)
    assert await desk.work(desk.publisher(stagger=STAGGER)) == 1
    waiting = [post for draft in drafts if (post := await desk.post(draft)).publish_at]
    reasons = {str(post.reason) for post in waiting if post.state is PostState.APPROVED}
    assert reasons == {"a colleague has just shared about the same"}
    found = await _everything_out(desk, drafts)
    moments = sorted(post.published_at for post in found if post.published_at)
    assert moments == [start + number * STAGGER for number in range(5)]


async def test_other_campaigns_do_not_wait(desk: Desk) -> None:
    """The distance is between posts about the same, and between no one else's."""
    drafts = await desk.prepare(people=2, stories=2)
    await desk.approve(*drafts)
    assert await desk.work(desk.publisher(stagger=STAGGER)) == 2
    assert _least_distance(await _everything_out(desk, drafts)) == STAGGER


async def test_a_retry_does_not_wait_for_itself(desk: Desk) -> None:
    """A post that the network did not take goes out after its pause and not ten minutes later."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    desk.network.publishing = [RetryLater(said("busy"))]
    publisher = desk.publisher(stagger=STAGGER)
    await desk.work(publisher)
    desk.now += timedelta(seconds=10)
    assert await desk.work(publisher) == 1
    assert await desk.state(draft) is PostState.PUBLISHED


async def test_a_post_shared_by_hand_counts(desk: Desk) -> None:
    """A colleague who shared it with their own hands a minute ago is a colleague all the same."""
    mine, theirs = await desk.prepare(people=2)
    async with desk.database.write() as transaction:
        await share_by_hand.record_shared(
            transaction,
            post_id=theirs.id,
            ambassador_id=theirs.ambassador_id,
            text=theirs.text,
            address="",
            now=desk.now,
        )
    start = desk.now
    await desk.approve(mine)
    desk.now += timedelta(minutes=1)
    (post,) = await _everything_out(desk, [mine])
    assert post.published_at == start + STAGGER


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.integers(1, 4),
    stories=st.integers(1, 2),
    planned=st.lists(st.integers(0, 180), min_size=8, max_size=8),
    outage=st.integers(0, 300),
    workers=st.integers(1, 3),
    failures=st.lists(st.booleans(), max_size=8),
)
def test_no_two_posts_of_a_campaign_are_closer_than_the_distance(
    *,
    people: int,
    stories: int,
    planned: list[int],
    outage: int,
    workers: int,
    failures: list[bool],
) -> None:
    """For any plan, any pause, any worker and any failure."""

    async def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            database = await open_migrated(Path(folder) / "zwaan.db")
            desk = Desk(database)
            try:
                drafts = await desk.prepare(people=people, stories=stories)
                await desk.approve(*drafts)
                async with database.write() as transaction:
                    for draft, minutes in zip(drafts, planned, strict=False):
                        moment = desk.now + timedelta(minutes=minutes)
                        await posts.plan(transaction, draft.id, publish_at=moment)
                desk.now += timedelta(minutes=outage)
                desk.network.publishing = [
                    RetryLater(said("busy")) if fails else None for fails in failures
                ]
                found = await _everything_out(desk, drafts, workers=workers)
                assert {post.state for post in found} == {PostState.PUBLISHED}
                assert _least_distance(found) >= STAGGER
            finally:
                desk.calls.shutdown()
                await database.close()

    asyncio.run(run())
