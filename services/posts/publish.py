"""Publish what was approved: a written intent first, then one call, then its outcome.

No idempotency key exists on either network, so the order is everything. The intent commits before
the call; an attempt with an unknown end is reconciled, never repeated blindly; what cannot be
decided waits for a person as ``unknown``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import structlog

from services.accounts.accounts import Accounts
from services.database.engine import Database
from services.errors import (
    AccessInDoubt,
    NeedsNewAccess,
    NeedsPerson,
    OutcomeUnknown,
    Rejected,
    RetryLater,
    unexpected,
)
from services.message import NOTHING, NetworkName, message
from services.ports import Account, Network, OutgoingPost, PublishedPost
from services.post import PostState
from services.posts.claim_posts import Claimer, Job, PublishingRules
from services.posts.network_room import (
    count_calls,
)
from services.posts.record_outcome import (
    Attempt,
    Ended,
    Outcome,
    OutcomeRecorder,
    is_long,
    outage_of,
)
from services.posts.upload_images import NotReady, PostImages, with_images
from services.price import charge_for

_log = structlog.get_logger("publisher")

#: After this many tries that ended with "later", the post fails and a person may approve it again.
MAX_TRIES = 8

#: Seconds.
_TOGETHER = 0.02

_T = TypeVar("_T")


class Publisher:
    """Publishes due posts by its rules.

    ``short_link`` turns a link code into the address for the card. Without ``images`` posts go out
    without any.
    """

    def __init__(
        self,
        rules: PublishingRules,
        *,
        database: Database,
        accounts: Accounts,
        clock: Callable[[], datetime],
        worker: str,
        short_link: Callable[[str], str],
        images: PostImages | None = None,
    ) -> None:
        self._rules = rules
        self._database = database
        self._accounts = accounts
        self._clock = clock
        self._images = images
        self._claimer = Claimer(rules, worker=worker, short_link=short_link, images=images)
        self._recorder = OutcomeRecorder(
            database=database, clock=clock, worker=worker, circuit=rules.circuit
        )
        self._running: set[asyncio.Task[None]] = set()

    async def claim(self) -> int:
        """Start as many due posts as there are free places; returns how many were started."""
        free = self._rules.concurrency - len(self._running)
        if free <= 0:
            return 0
        jobs = await self._claimer.claim(self._database, free, self._clock())
        for job in jobs:
            task = asyncio.create_task(self._carry_out(job), name=f"publish {job.post.id}")
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return len(jobs)

    async def wait_for_place(self) -> None:
        """Return when a running post has ended (at once when none runs), with those that end
        about the same time: the next are then claimed together."""
        if self._running:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        if self._running:
            await asyncio.wait(self._running, timeout=_TOGETHER)

    @property
    def full(self) -> bool:
        return len(self._running) >= self._rules.concurrency

    async def drain(self) -> None:
        """Let running posts end; nothing new is started."""
        if self._running:
            await asyncio.wait(self._running)

    async def _carry_out(self, job: Job) -> None:
        try:
            outcome = await self._attempt(job)
            until = job.started_at + self._rules.lease
            await self._recorder.record(
                Ended(claim=job.claim, post=job.post, outcome=outcome, until=until)
            )
            if outcome.after is PostState.PUBLISHED and job.connection is not None:
                with suppress(RetryLater):  # the next post that goes out says it as well
                    await self._accounts.note_works(job.connection)
        except RetryLater as away:
            # The database is away: the lease runs out and the attempt is reconciled then.
            _log.warning("outcome not recorded", post=job.post.id, error=str(away))
        except Exception:  # noqa: BLE001 - as above; a task's error would not be seen
            _log.exception("outcome not recorded", post=job.post.id)

    async def _attempt(self, job: Job) -> Outcome:
        try:
            if job.claim.interrupted_at is None:
                return await self._first_try(job)
            return await self._reconcile(job, job.interrupted, since=job.claim.interrupted_at)
        except Exception as defect:  # noqa: BLE001 - it may have had its effect: a person looks
            _log.exception("connector failed", post=job.post.id)
            return self._ended(job).unknown(unexpected(defect), outage=None)

    async def _first_try(self, job: Job) -> Outcome:
        try:
            network, account = await self._open(job)
            outgoing = await self._with_pictures(job, account)
        except NotReady as later:
            return replace(self._later(job, later), outage=None)
        except RetryLater as away:
            return self._later(job, away)
        except (Rejected, NeedsPerson) as refusal:
            return self._ended(job).failed(refusal.message, refusal.remedy, outage=None)
        try:
            published = await self._with_access(
                job, account, lambda own: network.publish(own, outgoing)
            )
        except OutcomeUnknown as lost:
            _log.info("reply lost, reconciling", post=job.post.id, error=str(lost))
            if self._is_late(job):
                return self._ended(job).look_again(lost)
            with suppress(RetryLater):
                async with self._database.write() as transaction:
                    # LinkedIn is asked by sending the same post once more.
                    await count_calls(
                        transaction, [job.claim], self._rules.limits, now=self._clock()
                    )
            return await self._reconcile(job, outgoing, since=job.started_at)
        except RetryLater as later:
            return self._later(job, later)
        except (Rejected, NeedsPerson) as refusal:
            return self._ended(job).failed(refusal.message, refusal.remedy, outage=NOTHING)
        return self._published(job, published)

    async def _open(self, job: Job) -> tuple[Network, Account]:
        network = self._accounts.network(job.claim.network)
        if job.connection is None:
            raise NeedsPerson(
                message(
                    "network.not-connected",
                    "{network} is not connected",
                    network=NetworkName(network.name),
                ),
                remedy=message("do.connect-again", "Connect it again."),
            )
        return network, await self._accounts.open_stored(job.connection)

    async def _with_pictures(self, job: Job, account: Account) -> OutgoingPost:
        if self._images is None or not job.images:
            return job.outgoing
        try:
            uploaded = await self._images.upload(
                job.post.id, account, job.images, job.held, is_late=lambda: self._is_late(job)
            )
        except (NeedsNewAccess, AccessInDoubt) as refused:
            await self._accounts.renew(job.claim.ambassador_id, account, refused)
            raise NotReady(
                message("connection.renewed", "the access was renewed"), after=0
            ) from None
        return with_images(job.outgoing, uploaded)

    def _published(self, job: Job, published: PublishedPost) -> Outcome:
        return self._ended(job).published(
            published,
            first_measure=self._rules.first_measure,
            charged=charge_for(self._rules.prices, job.claim.network, job.outgoing.text),
        )

    def _later(self, job: Job, later: RetryLater) -> Outcome:
        if job.claim.tries < MAX_TRIES or is_long(later):
            return self._ended(job).later(later)
        reason = message(
            "post.given-up",
            "given up after {tries} tries: {reason}",
            tries=job.claim.tries,
            reason=later.message,
        )
        remedy = message("do.approve-again", "Approve it again.")
        if isinstance(later, AccessInDoubt):
            remedy = message(
                "do.connect-and-approve-again", "Connect it again, and approve the post again."
            )
        return self._ended(job).failed(reason, remedy, outage=outage_of(later))

    async def _reconcile(self, job: Job, outgoing: OutgoingPost, *, since: datetime) -> Outcome:
        try:
            network = self._accounts.network(job.claim.network)
            # Read anew: the first call may have renewed the access.
            account = await self._accounts.open(job.claim.ambassador_id, job.claim.network)
            found = await self._with_access(
                job, account, lambda own: network.reconcile(own, outgoing, since=since)
            )
        except (RetryLater, OutcomeUnknown, NeedsPerson) as lost:
            # Also for lack of access: it may be a blip, and the person may connect again.
            if job.claim.tries < MAX_TRIES:
                return self._ended(job).look_again(lost)
            return self._ended(job).unknown(lost.message, outage=outage_of(lost))
        except Rejected as refusal:
            return self._ended(job).unknown(refusal.message, outage=NOTHING)
        if found is None:
            return self._ended(job).not_there()
        return self._published(job, found)

    async def _with_access(self, job: Job, account: Account, call: Callable[[Account], _T]) -> _T:
        return await self._accounts.call_with_access(
            job.claim.ambassador_id, account, call, is_late=lambda: self._is_late(job)
        )

    def _is_late(self, job: Job) -> bool:
        return self._clock() - job.started_at > self._rules.lease / 2

    def _ended(self, job: Job) -> Attempt:
        """The attempt as it ends now."""
        return Attempt(claim=job.claim, post=job.post, now=self._clock(), pause=self._rules.pause)
