"""Publish what was approved: a written intent first, then one call, then its outcome.

No idempotency key exists on either network, so the order is everything. The intent commits before
the call; an attempt whose end nobody saw is reconciled, never repeated blindly; and what cannot be
told apart waits for a person as ``unknown``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from services.accounts.accounts import Accounts
from services.accounts.rules.network_rules import CREATE_LIMITS, CircuitRules
from services.accounts.store import connections
from services.accounts.store.connections import Connection
from services.campaigns.store import campaigns
from services.database.engine import Database
from services.database.record import Act, record_all
from services.database.transaction import Transaction
from services.errors import (
    AccessInDoubt,
    NeedsNewAccess,
    NeedsPerson,
    OutcomeUnknown,
    Rejected,
    RetryLater,
    unexpected,
)
from services.events.incoming import Image
from services.events.outgoing import PostPublishing
from services.events.statement import state
from services.message import NOTHING, NetworkName, message
from services.ports import Account, LinkCard, Network, OutgoingPost, PublishedPost
from services.post import Post, PostState, text_sha256
from services.posts.distance import places
from services.posts.network_room import (
    Limits,
    count_calls,
    measure_room,
    members_at_limit,
    reserve_probes,
)
from services.posts.record_outcome import (
    Attempt,
    Ended,
    Outcome,
    OutcomeRecorder,
    is_long,
    outage_of,
)
from services.posts.store import post_images, posts, publishing
from services.posts.store.post_images import HeldImage
from services.posts.store.publishing import Claim, Due
from services.posts.upload_images import NotReady, PostImages, references, with_images
from services.price import Prices, charge_for

_log = structlog.get_logger("publisher")

#: How long an attempt is its worker's. No call is begun in its second half, and connectors end
#: theirs within 35 seconds, so an attempt that is alive ends before its lease does.
LEASE = timedelta(seconds=90)
#: After this many tries that ended with "later", the post fails and a person may approve it again.
MAX_TRIES = 8

#: Seconds.
_TOGETHER = 0.02

_TOO_CLOSE = message("pace.too-close", "a colleague has just shared about the same")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    claim: Claim
    post: Post
    outgoing: OutgoingPost
    connection: Connection | None
    started_at: datetime
    images: tuple[Image, ...] = ()
    held: Mapping[str, HeldImage] = field(default_factory=dict)

    @property
    def interrupted(self) -> OutgoingPost:
        """What an attempt whose end nobody saw sent: with the images that were stored for it."""
        return with_images(self.outgoing, references(self.images, self.held))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishingRules:
    """``concurrency`` posts at a time, each measured for the first time after ``first_measure``.

    ``prices`` are those of the networks that charge for a post, ``stagger`` is the least time between
    two posts of a campaign on one network. ``pause`` is the unit of the pauses between tries: the
    first is one to two of it, and they double.
    """

    concurrency: int
    first_measure: timedelta
    prices: Mapping[str, Prices] = field(default_factory=dict)
    stagger: timedelta = timedelta()
    lease: timedelta = LEASE
    pause: timedelta = timedelta(seconds=1)
    limits: Limits = field(default_factory=lambda: CREATE_LIMITS)
    circuit: CircuitRules = field(default_factory=CircuitRules)


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
        self._worker = worker
        self._short_link = short_link
        self._images = images
        self._recorder = OutcomeRecorder(
            database=database, clock=clock, worker=worker, circuit=rules.circuit
        )
        self._running: set[asyncio.Task[None]] = set()

    async def claim(self) -> int:
        """Start as many due posts as there are free places; returns how many were started."""
        free = self._rules.concurrency - len(self._running)
        if free <= 0:
            return 0
        now = self._clock()
        async with self._database.read() as transaction:
            # Most looks find nothing, and a write would wake everybody who waits for one.
            if not await publishing.any_due(transaction, now=now):
                return 0
            room = await measure_room(transaction, self._rules.limits, now=now)
            if room and not await publishing.any_due(transaction, now=now, room=room):
                return 0
        async with self._database.write() as transaction:
            jobs = await self._claim(transaction, free, now)
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

    async def _claim(self, transaction: Transaction, free: int, now: datetime) -> list[_Job]:
        room = await measure_room(transaction, self._rules.limits, now=now)
        candidates = await publishing.due(transaction, now=now, limit=free, room=room)
        waiting = await self._keep_apart(transaction, candidates, now)
        full = await members_at_limit(transaction, candidates, self._rules.limits, now=now)
        for each in full:
            reason = message(
                "pace.limit-reached",
                "your limit on {network} is reached",
                network=NetworkName(each.network),
            )
            await publishing.postpone(transaction, each.post_ids, until=each.until, reason=reason)
        waiting |= {post_id for each in full for post_id in each.post_ids}
        claims = await publishing.take(
            transaction,
            [each for each in candidates if each.post_id not in waiting],
            worker=self._worker,
            now=now,
            lease=self._rules.lease,
            limit=free,
            room=room,
        )
        if not claims:
            return []
        await count_calls(transaction, claims, self._rules.limits, now=now)
        await reserve_probes(transaction, claims, now=now, lease=self._rules.lease)
        found = await posts.by_ids(transaction, [claim.post_id for claim in claims])
        await self._tell(transaction, claims, found, now)
        held = await connections.get_many(
            transaction, [(claim.ambassador_id, claim.network) for claim in claims]
        )
        images, uploads = await self._pictures(transaction, claims, found)
        titles = await campaigns.titles(
            transaction, sorted({post.campaign_id for post in found.values()})
        )
        return [
            _Job(
                claim=claim,
                post=(post := found[claim.post_id]),
                outgoing=self._outgoing(post, titles[post.campaign_id]),
                connection=held.get((claim.ambassador_id, claim.network)),
                started_at=now,
                images=images.get((post.campaign_id, post.network), ()),
                held=uploads.get(post.id, {}),
            )
            for claim in claims
        ]

    async def _pictures(
        self, transaction: Transaction, claims: Sequence[Claim], found: Mapping[str, Post]
    ) -> tuple[Mapping[tuple[str, str], tuple[Image, ...]], Mapping[str, Mapping[str, HeldImage]]]:
        """The images that belong in these posts, and those that their networks hold already."""
        if self._images is None:
            return {}, {}
        series = {(post.campaign_id, post.network) for post in found.values()}
        wanted = await self._images.wanted(transaction, series)
        if not any(wanted.values()):
            return {}, {}
        return wanted, await post_images.of_posts(transaction, [one.post_id for one in claims])

    async def _keep_apart(
        self, transaction: Transaction, candidates: Sequence[Due], now: datetime
    ) -> set[str]:
        """Posts that are too close to a colleague's; each gets the next place that is not."""
        found = await places(transaction, candidates, self._rules.stagger, now=now)
        later: dict[datetime, list[str]] = {}
        for post_id, moment in found.items():
            if moment is not None and moment > now:
                later.setdefault(moment, []).append(post_id)
        for moment, post_ids in later.items():
            await publishing.postpone(transaction, post_ids, until=moment, reason=_TOO_CLOSE)
        return {post_id for post_id, moment in found.items() if moment != now}

    def _outgoing(self, post: Post, title: str) -> OutgoingPost:
        card = LinkCard(url=self._short_link(post.link_code), title=title)
        return OutgoingPost(text=post.text, card=card)

    async def _tell(
        self,
        transaction: Transaction,
        claims: Sequence[Claim],
        found: dict[str, Post],
        now: datetime,
    ) -> None:
        """Note the intent where it is new; one that was interrupted stands already."""
        acts = []
        for claim in claims:
            if claim.interrupted_at is not None:
                continue
            post = found[claim.post_id]
            digest = text_sha256(post.text)
            event = PostPublishing(
                **post.ids, attempt=claim.attempt, text_sha256=digest, started_at=now
            )
            told = state(event, at=now, cause=f"attempt {claim.attempt}")
            detail = {"attempt": claim.attempt, "sha256": digest}
            acts.append(Act("post.publishing", post.id, (told,), detail))
        await record_all(transaction, acts, actor=self._worker, now=now)

    async def _carry_out(self, job: _Job) -> None:
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
        except Exception:  # noqa: BLE001 - as above; a task's error would be seen by nobody
            _log.exception("outcome not recorded", post=job.post.id)

    async def _attempt(self, job: _Job) -> Outcome:
        try:
            if job.claim.interrupted_at is None:
                return await self._first_try(job)
            return await self._reconcile(job, job.interrupted, since=job.claim.interrupted_at)
        except Exception as defect:  # noqa: BLE001 - it may have had its effect: a person looks
            _log.exception("connector failed", post=job.post.id)
            return self._ended(job).unknown(unexpected(defect), outage=None)

    async def _first_try(self, job: _Job) -> Outcome:
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

    async def _open(self, job: _Job) -> tuple[Network, Account]:
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

    async def _with_pictures(self, job: _Job, account: Account) -> OutgoingPost:
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

    def _published(self, job: _Job, published: PublishedPost) -> Outcome:
        return self._ended(job).published(
            published,
            first_measure=self._rules.first_measure,
            charged=charge_for(self._rules.prices, job.claim.network, job.outgoing.text),
        )

    def _later(self, job: _Job, later: RetryLater) -> Outcome:
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

    async def _reconcile(self, job: _Job, outgoing: OutgoingPost, *, since: datetime) -> Outcome:
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

    async def _with_access(self, job: _Job, account: Account, call: Callable[[Account], _T]) -> _T:
        return await self._accounts.call_with_access(
            job.claim.ambassador_id, account, call, is_late=lambda: self._is_late(job)
        )

    def _is_late(self, job: _Job) -> bool:
        return self._clock() - job.started_at > self._rules.lease / 2

    def _ended(self, job: _Job) -> Attempt:
        """The attempt as it ends now."""
        return Attempt(claim=job.claim, post=job.post, now=self._clock(), pause=self._rules.pause)
