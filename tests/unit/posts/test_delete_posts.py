"""A published post is taken off its network when its ambassador asks, once, in every case."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import pytest

from services.accounts.store import connections
from services.database import audit, outbox
from services.errors import NeedsNewAccess, NeedsPerson, Rejected, RetryLater
from services.message import said
from services.ports import Account
from services.post import Post, PostState
from services.posts.delete_posts import PostDeleter, ask_for_deletion
from services.posts.rules.deletion import PATIENCE, Deletion, DeletionState
from services.posts.store import deletions, measuring, posts
from tests.scripted_network import Lost
from tests.unit.conftest import Desk

AFTER_LEASE = timedelta(minutes=6)


def deleter(desk: Desk) -> PostDeleter:
    return PostDeleter(database=desk.database, accounts=desk.accounts, clock=lambda: desk.now)


async def published(desk: Desk) -> Post:
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    await desk.work()
    assert await desk.state(draft) is PostState.PUBLISHED
    desk.network.calls.clear()
    return await desk.post(draft)


async def ask(desk: Desk, post: Post) -> None:
    async with desk.database.write() as transaction:
        await ask_for_deletion(
            transaction, post_id=post.id, ambassador_id=post.ambassador_id, now=desk.now
        )


async def deletion_of(desk: Desk, post: Post) -> Deletion:
    async with desk.database.read() as transaction:
        return (await deletions.of_posts(transaction, [post.id]))[post.id]


async def told(desk: Desk, post: Post) -> list[str]:
    """The deletion's events, which are its audit entries too."""
    async with desk.database.read() as transaction:
        events = [each.topic for each in await outbox.oldest(transaction, limit=1_000)]
        acts = [each.action for each in await audit.of(transaction, post.id)]
    said = sorted(name for name in events if "delet" in name)
    assert said == sorted(name for name in acts if "delet" in name)
    return said


async def test_a_request_takes_the_post_off(desk: Desk) -> None:
    """It is deleted once; event and audit say who asked and that it is gone; no more measuring."""
    post = await published(desk)
    await ask(desk, post)
    assert (await deletion_of(desk, post)).state is DeletionState.ASKED
    assert await deleter(desk).delete_due() == 1
    assert desk.network.deleted == [post.external_id]
    gone = await deletion_of(desk, post)
    assert (gone.state, gone.deleted_at) == (DeletionState.DELETED, desk.now)
    assert await told(desk, post) == ["post.deleted", "post.deletion_asked"]
    assert await desk.post(post) == post, "that it was published stays true"
    async with desk.database.read() as transaction:
        assert await measuring.due(transaction, now=desk.now + timedelta(days=99), limit=9) == []
    assert await deleter(desk).delete_due() == 0
    with pytest.raises(Rejected, match="already"):
        await ask(desk, post)


async def test_asking_twice_is_asking_once(desk: Desk) -> None:
    """A second tap before the network answered changes nothing."""
    post = await published(desk)
    await ask(desk, post)
    first = await deletion_of(desk, post)
    desk.now += timedelta(seconds=1)
    await ask(desk, post)
    assert await deletion_of(desk, post) == first
    await deleter(desk).delete_due()
    assert desk.network.calls == ["delete"]


async def test_a_network_that_is_away_is_asked_again(desk: Desk) -> None:
    """Later, by itself, with the reason for a person who looks meanwhile; not before it asked for."""
    post = await published(desk)
    await ask(desk, post)
    desk.network.deleting = [RetryLater(said("the network rests"), after=60)]
    await deleter(desk).delete_due()
    waiting = await deletion_of(desk, post)
    assert (waiting.state, str(waiting.reason)) == (DeletionState.ASKED, "the network rests")
    desk.now += timedelta(seconds=59)
    assert await deleter(desk).delete_due() == 0
    desk.now += timedelta(seconds=10)
    await deleter(desk).delete_due()
    assert (await deletion_of(desk, post)).state is DeletionState.DELETED


async def test_a_lost_reply_is_repeated_without_harm(desk: Desk) -> None:
    """The post was gone when the reply was lost; the repeat finds it so, and it is stated once."""
    post = await published(desk)
    await ask(desk, post)
    desk.network.deleting = [Lost(said("the reply was lost"))]
    await deleter(desk).delete_due()
    assert (await deletion_of(desk, post)).state is DeletionState.ASKED
    desk.now += timedelta(hours=1)
    await deleter(desk).delete_due()
    assert desk.network.deleted == [post.external_id, post.external_id]
    assert await told(desk, post) == ["post.deleted", "post.deletion_asked"]


async def test_a_worker_that_dies_in_between_leaves_it_to_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The post is off, no one wrote it down: after the lease another worker finishes it."""
    post = await published(desk)
    await ask(desk, post)
    inside, over = threading.Event(), threading.Event()
    delete = desk.network.delete

    def slowly(account: Account, external_id: str) -> None:
        delete(account, external_id)
        inside.set()
        over.wait(60)

    monkeypatch.setattr(desk.network, "delete", slowly)
    # What a killed process does not do any more: give the account back.
    with monkeypatch.context() as killed:
        killed.setattr(connections, "release", _nothing)
        dying = asyncio.create_task(deleter(desk).delete_due())
        await asyncio.to_thread(inside.wait, 10)
        dying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dying
    over.set()
    assert (await deletion_of(desk, post)).state is DeletionState.ASKED
    assert await deleter(desk).delete_due() == 0, "the account is still leased"
    desk.now += AFTER_LEASE
    await deleter(desk).delete_due()
    assert (await deletion_of(desk, post)).state is DeletionState.DELETED
    assert await told(desk, post) == ["post.deleted", "post.deletion_asked"]


async def _nothing(*_: object, **__: object) -> None:
    """In the place of what a dead process does not do."""


async def test_access_that_died_is_renewed_once(desk: Desk) -> None:
    """As for publishing: a token that ended early keeps no one's post up."""
    post = await published(desk)
    await ask(desk, post)
    desk.network.deleting = [NeedsNewAccess(said("expired"), remedy=said("Connect again."))]
    await deleter(desk).delete_due()
    assert desk.network.calls == ["delete", "refresh", "delete"]
    assert (await deletion_of(desk, post)).state is DeletionState.DELETED


@pytest.mark.parametrize(
    "refusal",
    [
        NeedsPerson(said("no permission"), remedy=said("Connect again.")),
        Rejected(said("no"), remedy=said("Ask them.")),
    ],
)
async def test_a_refusal_waits_for_its_person(desk: Desk, refusal: NeedsPerson | Rejected) -> None:
    """It is shown with its remedy, nothing is tried any more, and it can be asked for again."""
    post = await published(desk)
    await ask(desk, post)
    desk.network.deleting = [refusal]
    await deleter(desk).delete_due()
    failed = await deletion_of(desk, post)
    assert failed.state is DeletionState.FAILED
    assert (str(failed.reason), str(failed.remedy)) == (str(refusal), str(refusal.remedy))
    assert "post.deletion_failed" in await told(desk, post)
    desk.now += timedelta(days=2)
    assert await deleter(desk).delete_due() == 0
    await ask(desk, post)
    await deleter(desk).delete_due()
    assert (await deletion_of(desk, post)).state is DeletionState.DELETED


async def test_without_a_connection_its_person_hears_what_to_do(desk: Desk) -> None:
    """Who disconnected meanwhile connects again, or deletes it on the network."""
    post = await published(desk)
    await ask(desk, post)
    async with desk.database.write() as transaction:
        await connections.remove(transaction, post.ambassador_id, post.network)
    await deleter(desk).delete_due()
    failed = await deletion_of(desk, post)
    assert (failed.state, str(failed.remedy)) == (DeletionState.FAILED, "Connect it again.")
    assert desk.network.calls == []


async def test_after_a_day_a_person_has_to_do_it(desk: Desk) -> None:
    """X wants a post gone within a day of the request: no one waits longer without hearing so."""
    post = await published(desk)
    await ask(desk, post)
    desk.network.deleting = [RetryLater(said("away"))] * 10_000
    asked = desk.now
    while (await deletion_of(desk, post)).state is DeletionState.ASKED:
        await deleter(desk).delete_due()
        desk.now += timedelta(minutes=30)
        assert desk.now < asked + PATIENCE + timedelta(hours=1)
    failed = await deletion_of(desk, post)
    assert str(failed.reason) == "given up after a day: away"
    assert "on the network itself" in str(failed.remedy)


async def test_an_account_is_in_one_workers_hands(desk: Desk) -> None:
    """Several workers with several posts of one person: one call at a time, each post once."""
    drafts = await desk.prepare(people=2, stories=3)
    await desk.approve(*drafts)
    for _ in drafts:
        await desk.work()
    for draft in drafts:
        await ask(desk, draft)
    workers = [deleter(desk) for _ in range(3)]
    for _ in range(len(drafts)):
        await asyncio.gather(*(worker.delete_due() for worker in workers))
    assert desk.network.overlapping == set()
    assert len(desk.network.deleted) == len(set(desk.network.deleted)) == len(drafts)


async def test_what_is_on_no_network_cannot_be_taken_off(desk: Desk) -> None:
    """A draft, somebody else's post, and one whose address the network never reported."""
    (draft,) = await desk.prepare()
    with pytest.raises(Rejected, match="on no network"):
        await ask(desk, draft)
    async with desk.database.write() as transaction:
        with pytest.raises(Rejected, match="no such draft of yours"):
            await ask_for_deletion(
                transaction, post_id=draft.id, ambassador_id="somebody", now=desk.now
            )
        await posts.move(transaction, draft.id, before=PostState.READY, after=PostState.PUBLISHED)
    with pytest.raises(Rejected, match="never told"):
        await ask(desk, draft)
