"""Publish what was approved: a written intent first, then one call, then its outcome.

No idempotency key exists on either network, so the order is everything. The intent commits before
the call; an attempt whose end nobody saw is reconciled, never repeated blindly; and what cannot be
told apart waits for a person as ``unknown``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from services.domain.post import Post, PostState, printable
from services.errors import NeedsPerson, OutcomeUnknown, Rejected, RetryLater
from services.events.incoming import EventData
from services.events.outgoing import PostFailed, PostPublished, PostUnknown
from services.events.statement import state
from services.ports import Account, LinkCard, OutgoingPost, PublishedPost
from services.storage import audit, campaigns, connections, outbox, posts, publishing
from services.storage.audit import Entry
from services.storage.database import Database
from services.storage.publishing import Claim
from services.use_cases.accounts import Accounts

_log = structlog.get_logger("publisher")

#: How long an attempt is its worker's. Longer than any call may take (connectors end theirs).
LEASE = timedelta(seconds=90)
#: After this many tries that ended with "later", the post fails and a person may approve it again.
MAX_TRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What is written after a call: the post's next state, other columns, and the event."""

    after: PostState
    changes: dict[str, Any]
    event: EventData | None


class Publisher:
    """Publishes due posts, ``concurrency`` at a time.

    ``links`` turns a link code into the short address for the card; ``first_measure`` is when a
    post is measured for the first time after publication.
    """

    def __init__(
        self,
        *,
        database: Database,
        accounts: Accounts,
        clock: Callable[[], datetime],
        worker: str,
        concurrency: int,
        short_link: Callable[[str], str],
        first_measure: timedelta,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._clock = clock
        self._worker = worker
        self._concurrency = concurrency
        self._short_link = short_link
        self._first_measure = first_measure
        self._running: set[asyncio.Task[None]] = set()

    async def claim(self) -> int:
        """Start as many due posts as there are free places; returns how many were started."""
        free = self._concurrency - len(self._running)
        if free <= 0:
            return 0
        async with self._database.read() as transaction:
            # Most looks find nothing, and a write would wake everybody who waits for one.
            if not await publishing.any_due(transaction, now=self._clock()):
                return 0
        async with self._database.write() as transaction:
            claims = await publishing.claim_due(
                transaction, worker=self._worker, now=self._clock(), lease=LEASE, limit=free
            )
        for claim in claims:
            task = asyncio.create_task(self._carry_out(claim), name=f"publish {claim.post_id}")
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return len(claims)

    async def wait_for_place(self) -> None:
        """Return when a running post has ended (at once when none runs)."""
        if self._running:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    @property
    def full(self) -> bool:
        return len(self._running) >= self._concurrency

    async def drain(self) -> None:
        """Let running posts end; nothing new is started."""
        if self._running:
            await asyncio.wait(self._running)

    async def _carry_out(self, claim: Claim) -> None:
        try:
            async with self._database.read() as transaction:
                post = await posts.get(transaction, claim.post_id)
                campaign = await campaigns.of_post(transaction, claim.post_id)
            if post is None or campaign is None:
                return
            card = LinkCard(url=self._short_link(post.link_code), title=campaign.title)
            outcome = await self._attempt(claim, post, OutgoingPost(text=post.text, card=card))
            await self._record(claim, post, outcome)
        except RetryLater as away:
            # The database is away: the lease runs out and the attempt is reconciled then.
            _log.warning("outcome not recorded", post=claim.post_id, error=str(away))
        except Exception:  # noqa: BLE001 - as above; a task's error would be seen by nobody
            _log.exception("outcome not recorded", post=claim.post_id)

    async def _attempt(self, claim: Claim, post: Post, outgoing: OutgoingPost) -> _Outcome:
        try:
            if claim.interrupted_at is None:
                return await self._first_try(claim, post, outgoing)
            return await self._reconcile(claim, post, outgoing, since=claim.interrupted_at)
        except Exception as defect:  # noqa: BLE001 - it may have had its effect: a person looks
            _log.exception("connector failed", post=post.id)
            return self._unknown(post, f"unexpected {type(defect).__name__}")

    async def _first_try(self, claim: Claim, post: Post, outgoing: OutgoingPost) -> _Outcome:
        started = self._clock()
        try:
            account = await self._accounts.open(claim.ambassador_id, claim.network)
            return self._published(post, await self._publish(claim, account, outgoing))
        except OutcomeUnknown as lost:
            _log.info("reply lost, reconciling", post=post.id, error=str(lost))
            return await self._reconcile(claim, post, outgoing, since=started)
        except RetryLater as later:
            return self._later(claim, post, later)
        except (Rejected, NeedsPerson) as refusal:
            return self._failed(post, str(refusal), refusal.remedy)

    async def _publish(
        self, claim: Claim, account: Account, outgoing: OutgoingPost
    ) -> PublishedPost:
        network = self._accounts.network(claim.network)
        try:
            return await self._accounts.call(network.publish, account, outgoing)
        except NeedsPerson:
            # Access tokens die early (revoked elsewhere, clocks apart); a refresh tells.
            if account.tokens.refresh is None:
                raise
            fresh = await self._accounts.refresh(claim.ambassador_id, account)
            return await self._accounts.call(network.publish, fresh, outgoing)

    async def _reconcile(
        self, claim: Claim, post: Post, outgoing: OutgoingPost, *, since: datetime
    ) -> _Outcome:
        network = self._accounts.network(post.network)
        try:
            account = await self._accounts.open(claim.ambassador_id, claim.network)
            found = await self._accounts.call(network.reconcile, account, outgoing, since=since)
        except (RetryLater, OutcomeUnknown) as lost:
            return self._look_again(claim, post, str(lost))
        except (Rejected, NeedsPerson) as refusal:
            return self._unknown(post, str(refusal))
        if found is not None:
            return self._published(post, found)
        changes = {"publish_at": self._clock(), "reason": "it had not arrived"}
        return _Outcome(after=PostState.APPROVED, changes=changes, event=None)

    def _published(self, post: Post, published: PublishedPost) -> _Outcome:
        now = self._clock()
        return _Outcome(
            after=PostState.PUBLISHED,
            changes={
                "published_at": now,
                "external_id": published.external_id,
                "external_url": published.url,
                "measure_at": now + self._first_measure,
                "reason": "",
                "remedy": "",
            },
            event=PostPublished(
                post_id=post.id,
                campaign_id=post.campaign_id,
                network=post.network,
                external_id=published.external_id,
                url=published.url,
                published_at=now,
            ),
        )

    def _later(self, claim: Claim, post: Post, later: RetryLater) -> _Outcome:
        if claim.tries >= MAX_TRIES:
            return self._failed(
                post, f"given up after {claim.tries} tries: {later}", "Approve it again."
            )
        wait = later.after if later.after is not None else 2.0**claim.tries
        return _Outcome(
            after=PostState.APPROVED,
            changes={
                "publish_at": self._clock() + timedelta(seconds=wait),
                "reason": _short(str(later)),
            },
            event=None,
        )

    def _look_again(self, claim: Claim, post: Post, reason: str) -> _Outcome:
        """Keep the intent; when the lease has run out the next attempt reconciles it again."""
        if claim.tries >= MAX_TRIES:
            return self._unknown(post, reason)
        until = self._clock() + timedelta(seconds=2.0**claim.tries)
        return _Outcome(
            after=PostState.PUBLISHING,
            changes={"leased_until": until, "reason": _short(reason)},
            event=None,
        )

    def _failed(self, post: Post, reason: str, remedy: str) -> _Outcome:
        reason, remedy = _short(reason), _short(remedy)
        return _Outcome(
            after=PostState.FAILED,
            changes={"reason": reason, "remedy": remedy},
            event=PostFailed(
                post_id=post.id,
                campaign_id=post.campaign_id,
                network=post.network,
                reason=reason,
                remedy=remedy,
                failed_at=self._clock(),
            ),
        )

    def _unknown(self, post: Post, reason: str) -> _Outcome:
        reason = _short(reason)
        return _Outcome(
            after=PostState.UNKNOWN,
            changes={"reason": reason, "remedy": "Look whether the post is there, and say so."},
            event=PostUnknown(
                post_id=post.id,
                campaign_id=post.campaign_id,
                network=post.network,
                reason=reason,
                since=self._clock(),
            ),
        )

    async def _record(self, claim: Claim, post: Post, outcome: _Outcome) -> None:
        now = self._clock()
        async with self._database.write() as transaction:
            going_on = await campaigns.stays_open(transaction, post.campaign_id)
            moved = await publishing.end(
                transaction, claim, after=outcome.after, changes=outcome.changes
            )
            await connections.release(
                transaction, claim.ambassador_id, claim.network, worker=self._worker
            )
            if not moved or outcome.after is PostState.PUBLISHING:
                return
            if outcome.after is PostState.APPROVED and not going_on:
                # While it was under way its campaign ended, and what was not sent is cancelled.
                await posts.move(
                    transaction, post.id, before=outcome.after, after=PostState.CANCELLED
                )
            entry = Entry(
                at=now,
                actor=self._worker,
                action=f"post.{outcome.after}",
                subject=post.id,
                detail={"attempt": claim.attempt, "reason": outcome.changes.get("reason", "")},
            )
            await audit.add(transaction, [entry])
            if outcome.event is not None:
                cause = f"attempt {claim.attempt}"
                await outbox.add(transaction, [state(outcome.event, at=now, cause=cause)])


def _short(sentence: str) -> str:
    """A network's own words, which may be anything, as they can be stored and shown."""
    return printable(sentence)[:1000]
