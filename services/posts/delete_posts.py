"""Take a published post off its network, because its ambassador asked for it.

The request is the written intent: it commits before the network is called, and is kept until an
answer is written down. A worker that dies in between leaves it due, and asking for a post that is
gone already is no error (`services.ports.Network.delete`), so that a repeat does no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from services.accounts.accounts import Accounts
from services.accounts.store import connections
from services.database.engine import Database, take_turns
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import NeedsPerson, OutcomeUnknown, Rejected, RetryLater, unexpected
from services.events.incoming import EventData
from services.events.outgoing import PostDeleted, PostDeletionAsked, PostDeletionFailed
from services.events.statement import state
from services.message import NOTHING, Message, message
from services.post import Post
from services.posts.own_post import own_post
from services.posts.record_outcome import short
from services.posts.rules.deletion import PATIENCE, Deletion, DeletionState, may_be_asked
from services.posts.store import deletions, measuring, posts
from services.posts.store.deletions import DueDeletion
from services.scheduling import backoff

_log = structlog.get_logger("deletion")

#: The unit of the pauses between tries.
_PAUSE = timedelta(seconds=15)
#: Longer than all calls for one account take.
_LEASE = timedelta(minutes=5)
_POSTS_A_LEASE = 4


async def ask_for_deletion(
    transaction: Transaction, *, post_id: str, ambassador_id: str, now: datetime
) -> Post:
    """The ambassador wants this post off the network; asking twice is asking once.

    Raises Rejected when it is on no network, is gone already, or the network never said which of
    its posts it is.
    """
    post = await own_post(transaction, post_id, ambassador_id)
    await take_turns(transaction, "deletion", post.id)
    before = (await deletions.of_posts(transaction, [post.id])).get(post.id)
    if not may_be_asked(post, before):
        return post
    await deletions.ask(transaction, Deletion(post_id=post.id, asked_at=now, due_at=now))
    await record(
        transaction,
        "post.deletion_asked",
        post.id,
        state(PostDeletionAsked(**post.ids, asked_at=now), at=now, cause=now.isoformat()),
        actor=ambassador_id,
        now=now,
        network=post.network,
    )
    return post


class PostDeleter:
    """Carries requests out, an account in one worker at a time."""

    def __init__(
        self, *, database: Database, accounts: Accounts, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._clock = clock
        self._lease = f"deletion {uuid4()}"

    async def delete_due(self, limit: int = 100) -> int:
        """Try what is due; returns how many calls ended."""
        async with self._database.read() as transaction:
            due = await deletions.due(transaction, now=self._clock(), limit=limit)
        ended = 0
        for account in dict.fromkeys(each.account for each in due):
            group = await self._take(account)
            try:
                for each in group:
                    await self._keep(each, await self._tried(each))
                    ended += 1
            finally:
                async with self._database.write() as transaction:
                    await connections.release(transaction, [account], worker=self._lease)
        return ended

    async def _take(self, account: tuple[str, str]) -> list[DueDeletion]:
        """Lease the account, and see what is due now; nothing while another worker has it."""
        now = self._clock()
        async with self._database.write() as transaction:
            if not await connections.free_accounts(transaction, [account], now=now):
                return []
            await connections.lease(transaction, [account], worker=self._lease, until=now + _LEASE)
            return await deletions.due(transaction, now=now, limit=_POSTS_A_LEASE, account=account)

    async def _tried(self, due: DueDeletion) -> Deletion:
        """The request after one call."""
        try:
            delete = self._accounts.network(due.network).delete
            account = await self._accounts.open(*due.account)
            await self._accounts.call_with_access(
                due.ambassador_id, account, lambda own: delete(own, due.external_id)
            )
        except (RetryLater, OutcomeUnknown) as away:
            return self._later(due.deletion, away.message, asked=getattr(away, "after", None))
        except (Rejected, NeedsPerson) as refusal:
            return self._failed(due.deletion, refusal.message, refusal.remedy)
        except Exception as defect:  # noqa: BLE001 - one post must not keep the others waiting
            _log.exception("deleting failed", post=due.deletion.post_id, network=due.network)
            return self._later(due.deletion, unexpected(defect), asked=None)
        return replace(self._over(due.deletion), deleted_at=self._clock())

    def _later(self, tried: Deletion, reason: Message, *, asked: float | None) -> Deletion:
        tries = tried.tries + 1
        wait = backoff(tried.post_id, tries, tries=tries, base=_PAUSE, asked=asked)
        due_at = self._clock() + wait
        if due_at > tried.asked_at + PATIENCE:
            remedy = message(
                "do.delete-or-ask-again", "Delete it on the network itself, or ask again."
            )
            given_up = message(
                "post.deletion-given-up", "given up after a day: {reason}", reason=reason
            )
            return self._failed(tried, given_up, remedy)
        return replace(tried, tries=tries, due_at=due_at, reason=reason, remedy=NOTHING)

    def _failed(self, tried: Deletion, reason: Message, remedy: Message) -> Deletion:
        return replace(self._over(tried), reason=reason, remedy=remedy)

    @staticmethod
    def _over(tried: Deletion) -> Deletion:
        return replace(tried, tries=tried.tries + 1, due_at=None, reason=NOTHING, remedy=NOTHING)

    async def _keep(self, due: DueDeletion, after: Deletion) -> None:
        now = self._clock()
        async with self._database.write() as transaction:
            await posts.hold(transaction, after.post_id)
            if not await deletions.save(transaction, due.deletion, after):
                return
            if after.state is DeletionState.ASKED:
                return
            if after.state is DeletionState.DELETED:
                await measuring.stop(transaction, after.post_id)
            cause = f"asked {after.asked_at.isoformat()}"
            await record(
                transaction,
                f"post.{_ACTIONS[after.state]}",
                after.post_id,
                state(_event(due, after, now), at=now, cause=cause),
                actor="publisher",
                now=now,
                network=due.network,
                reason=str(after.reason),
            )


_ACTIONS = {DeletionState.DELETED: "deleted", DeletionState.FAILED: "deletion_failed"}


def _event(due: DueDeletion, after: Deletion, now: datetime) -> EventData:
    which = {"post_id": after.post_id, "campaign_id": due.campaign_id, "network": due.network}
    if after.state is DeletionState.DELETED:
        return PostDeleted(**which, deleted_at=now)
    return PostDeletionFailed(
        **which, reason=short(after.reason), remedy=short(after.remedy), failed_at=now
    )
