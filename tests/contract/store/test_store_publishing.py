"""The written intent: who may publish what, and until when."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.accounts.store import connections
from services.database.engine import Database
from services.database.transaction import Transaction
from services.message import said
from services.people.rules.ambassador import SharingPreferences
from services.people.store import sharing_preferences
from services.post import Post, PostState
from services.posts.store import measuring, posts, publishing
from services.posts.store.publishing import Claim
from tests.builders import NOW, ambassador, campaign, organise, story
from tests.contract.store.conftest import Store

LEASE = timedelta(seconds=90)
ANNA, BERT = ambassador(1), ambassador(2)
ABOUT = [campaign(story(f"s-{number}")) for number in range(4)]


async def _approve(
    transaction: Transaction, drafts: list[Post], *, at: datetime = NOW, **changes: Any
) -> None:
    for post in drafts:
        assert await posts.move(
            transaction,
            post.id,
            before=PostState.READY,
            after=PostState.APPROVED,
            publish_at=at,
            **changes,
        )


async def _claim(
    transaction: Transaction, worker: str = "a", now: datetime = NOW, limit: int = 10
) -> list[Claim]:
    due = await publishing.due(transaction, now=now, limit=limit)
    return await publishing.take(transaction, due, worker=worker, now=now, lease=LEASE, limit=limit)


async def _end(transaction: Transaction, claim: Claim, after: PostState, **changes: Any) -> bool:
    return await publishing.end(transaction, claim, after=after, changes=changes)


async def _state(transaction: Transaction, post_id: str) -> PostState:
    post = await posts.get(transaction, post_id)
    assert post is not None
    return post.state


async def test_only_what_is_approved_and_due_is_claimed(database: Database) -> None:
    """A draft that no one approved, or whose time has not come, stays where it is."""
    async with database.write() as transaction:
        drafts = await organise(transaction, [ANNA], ABOUT[:2])
        assert not await publishing.any_due(transaction, now=NOW)
        await _approve(transaction, drafts[:1], at=NOW + timedelta(seconds=1))
        assert await _claim(transaction) == []
        later = NOW + timedelta(seconds=1)
        assert await publishing.any_due(transaction, now=later)
        (claim,) = await _claim(transaction, now=later)
        assert claim == Claim(
            post_id=drafts[0].id,
            ambassador_id=ANNA.id,
            network="linkedin",
            attempt=1,
            tries=1,
            interrupted_at=None,
        )
        assert await _state(transaction, claim.post_id) is PostState.PUBLISHING


async def test_one_account_has_one_post_under_way(database: Database) -> None:
    """Of several posts of one account, the earliest goes first and the next when it has ended."""
    async with database.write() as transaction:
        drafts = await organise(transaction, [ANNA, BERT], ABOUT[:2], networks=("linkedin", "x"))
        await _approve(transaction, drafts)
        claims = await _claim(transaction, limit=100)
        assert Counter((each.ambassador_id, each.network) for each in claims) == {
            (person.id, network): 1 for person in (ANNA, BERT) for network in ("linkedin", "x")
        }
        assert await _claim(transaction, "b") == []
        assert not await publishing.any_due(transaction, now=NOW)
        first = claims[0]
        assert await _end(transaction, first, PostState.PUBLISHED)
        await connections.release(transaction, [first.account], worker="a")
        (again,) = await _claim(transaction, "b")
        assert (again.ambassador_id, again.network) == (first.ambassador_id, first.network)
        assert again.post_id != first.post_id


async def test_many_workers_never_share_an_account_or_a_post(store: Store) -> None:
    """Workers that claim at the same time get different posts of different accounts."""
    everybody = [ambassador(number) for number in range(10)]
    async with store.open() as one, store.open() as other:
        async with one.write() as transaction:
            drafts = await organise(transaction, everybody, ABOUT)
            await _approve(transaction, drafts)
        claimed: list[Claim] = []
        held: set[tuple[str, str]] = set()

        async def work(worker: str, database: Database) -> None:
            while len(claimed) < len(drafts):
                async with database.write() as transaction:
                    claims = await _claim(transaction, worker, limit=2)
                for claim in claims:
                    account = (claim.ambassador_id, claim.network)
                    assert account not in held
                    held.add(account)
                claimed.extend(claims)
                await asyncio.sleep(0)
                for claim in claims:
                    held.remove((claim.ambassador_id, claim.network))
                    async with database.write() as transaction:
                        assert await _end(transaction, claim, PostState.PUBLISHED)
                        await connections.release(transaction, [claim.account], worker=worker)

        workers = [(f"w{number}", (one, other)[number % 2]) for number in range(8)]
        await asyncio.wait_for(asyncio.gather(*(work(*each) for each in workers)), 60)
    assert Counter(claim.post_id for claim in claimed) == {post.id: 1 for post in drafts}


async def test_an_attempt_without_an_end_comes_back_as_interrupted(
    database: Database,
) -> None:
    """When the lease has run out another worker gets the post, with the time the attempt began."""
    async with database.write() as transaction:
        await _approve(transaction, await organise(transaction, [ANNA], ABOUT[:1]))
        (first,) = await _claim(transaction, "a")
        assert await _claim(transaction, "b", now=NOW + LEASE) == []
        after = NOW + LEASE + timedelta(microseconds=1)
        (again,) = await _claim(transaction, "b", now=after)
        assert again == replace(first, attempt=2, tries=2, interrupted_at=NOW)
        (third,) = await _claim(transaction, "c", now=after + LEASE + timedelta(seconds=1))
        assert third.interrupted_at == NOW, "the first attempt's beginning, not the last look's"


async def test_a_lease_that_was_left_ends_with_its_owner(database: Database) -> None:
    """On the embedded log, whose owner is alone, a restart makes interrupted posts due at once."""
    async with database.write() as transaction:
        await _approve(transaction, await organise(transaction, [ANNA], ABOUT[:1]))
        await _claim(transaction, "a")
        await publishing.end_all_leases(transaction)
        (again,) = await _claim(transaction, "b", now=NOW + timedelta(seconds=1))
        assert again.interrupted_at == NOW


async def test_a_post_without_its_account_is_still_given_out(database: Database) -> None:
    """Somebody who disconnects after approving hears of it; the post does not wait for ever."""
    async with database.write() as transaction:
        await _approve(transaction, await organise(transaction, [ANNA], ABOUT[:1]))
        await connections.remove(transaction, ANNA.id, "linkedin")
        assert len(await _claim(transaction)) == 1
        assert await _claim(transaction, "b") == []


async def test_an_old_outcome_does_not_end_a_newer_attempt(database: Database) -> None:
    """A worker that was held up beyond its lease cannot fail what another has under way."""
    later = NOW + LEASE + timedelta(seconds=1)
    async with database.write() as transaction:
        await _approve(transaction, await organise(transaction, [ANNA], ABOUT[:1]))
        (old,) = await _claim(transaction, "a")
        (new,) = await _claim(transaction, "b", now=later)
        assert not await _end(transaction, old, PostState.FAILED, reason="refused")
        assert not await _end(transaction, old, PostState.APPROVED)
        assert await _state(transaction, old.post_id) is PostState.PUBLISHING
        assert await _end(transaction, new, PostState.UNKNOWN)


@pytest.mark.parametrize("meanwhile", [PostState.APPROVED, PostState.UNKNOWN])
async def test_that_a_post_is_there_is_true_however_late(
    database: Database, meanwhile: PostState
) -> None:
    """A late "published" counts also when another worker had given the post up for not sent."""
    later = NOW + LEASE + timedelta(seconds=1)
    async with database.write() as transaction:
        await _approve(transaction, await organise(transaction, [ANNA], ABOUT[:1]))
        (old,) = await _claim(transaction, "a")
        (new,) = await _claim(transaction, "b", now=later)
        assert await _end(transaction, new, meanwhile)
        assert await _end(transaction, old, PostState.PUBLISHED, external_id="1")
        assert await _state(transaction, old.post_id) is PostState.PUBLISHED


async def test_no_post_of_a_paused_person_is_due(database: Database) -> None:
    """Neither what was approved nor what was interrupted, until the pause is over."""
    pause = SharingPreferences(
        ambassador_id=ANNA.id, paused_at=NOW, paused_until=NOW + timedelta(days=1)
    )
    async with database.write() as transaction:
        await _approve(transaction, await organise(transaction, [ANNA], ABOUT[:2]))
        await _claim(transaction, limit=1)
        await sharing_preferences.save(transaction, pause)
        later = NOW + LEASE + timedelta(seconds=1)
        assert not await publishing.any_due(transaction, now=later)
        assert await _claim(transaction, now=later) == []
        assert len(await _claim(transaction, now=NOW + timedelta(days=1))) == 1
        await sharing_preferences.save(transaction, replace(pause, paused_until=None))
        assert not await publishing.any_due(transaction, now=NOW + timedelta(days=99))


async def test_a_network_takes_no_more_than_it_has_room_for(database: Database) -> None:
    """One that is full holds up neither the others nor the look for what is due."""
    everybody = [ambassador(number) for number in range(1, 6)]
    async with database.write() as transaction:
        drafts = await organise(transaction, everybody, ABOUT[:1], networks=("linkedin", "x"))
        await _approve(transaction, [each for each in drafts if each.network == "x"])
        assert not await publishing.any_due(transaction, now=NOW, room={"x": 0})
        linkedin = [each for each in drafts if each.network == "linkedin"]
        await _approve(transaction, linkedin, at=NOW + timedelta(seconds=1))
        now = NOW + timedelta(seconds=1)
        room = {"x": 2}
        due = await publishing.due(transaction, now=now, limit=4, room=room)
        claims = await publishing.take(
            transaction, due, worker="a", now=now, lease=LEASE, limit=100, room=room
        )
        assert Counter(claim.network for claim in claims) == {"linkedin": 5, "x": 2}
        assert await publishing.due(transaction, now=now, limit=4, room={"x": 0}) == []


async def test_a_postponed_post_waits_without_a_try(database: Database) -> None:
    """It is due again at the time it was put off to, with the reason kept."""
    until = NOW + timedelta(hours=1)
    async with database.write() as transaction:
        (post,) = await organise(transaction, [ANNA], ABOUT[:1])
        await _approve(transaction, [post])
        await publishing.postpone(transaction, [post.id], until=until, reason=said("full"))
        assert not await publishing.any_due(transaction, now=NOW)
        (claim,) = await _claim(transaction, now=until)
        assert (claim.attempt, claim.tries) == (1, 1)
        stored = await posts.get(transaction, post.id)
        assert stored is not None
        assert stored.reason == said("full")


# --- measuring ----------------------------------------------------------------------------------


async def test_published_posts_are_due_for_measuring_by_time(database: Database) -> None:
    """Posts are measured when their time has come, the longest due first, by account where asked."""
    async with database.write() as transaction:
        drafts = await organise(transaction, [ANNA, BERT], ABOUT[:2])
        for minutes, post in enumerate(drafts):
            await posts.move(
                transaction,
                post.id,
                before=PostState.READY,
                after=PostState.PUBLISHED,
                external_id=f"e{minutes}",
                published_at=NOW,
                measure_at=NOW - timedelta(minutes=minutes),
            )
        due = await measuring.due(transaction, now=NOW, limit=3)
        assert [each.external_id for each in due] == ["e3", "e2", "e1"]
        own = await measuring.due(transaction, now=NOW, limit=9, account=(BERT.id, "linkedin"))
        assert {each.ambassador_id for each in own} == {BERT.id}
        await measuring.postpone(transaction, [own[0].id], until=NOW + timedelta(minutes=1))
        assert len(await measuring.due(transaction, now=NOW, limit=9)) == 3


async def test_a_step_is_done_once(database: Database) -> None:
    """Recording the same step twice does not skip the next; after the last, nothing is due."""
    async with database.write() as transaction:
        (post,) = await organise(transaction, [ANNA], ABOUT[:1])
        await posts.move(
            transaction,
            post.id,
            before=PostState.READY,
            after=PostState.PUBLISHED,
            external_id="e",
            published_at=NOW,
            measure_at=NOW,
        )
        (first,) = await measuring.due(transaction, now=NOW, limit=9)
        assert first.step == 0
        for _ in range(2):
            await measuring.advance(transaction, [(first, NOW)])
        await measuring.advance(transaction, [])
        (second,) = await measuring.due(transaction, now=NOW, limit=9)
        assert second == replace(first, step=1)
        await measuring.advance(transaction, [(second, None)])
        assert await measuring.due(transaction, now=NOW, limit=9) == []
