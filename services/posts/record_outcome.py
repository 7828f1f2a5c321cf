"""Write down the outcomes of attempts to publish, those of about the same time in one transaction.

An outcome is the post's next state, its event, and the state of the network. A commit that
waits for the disk takes longer than everything else that is done for a post, so outcomes share it.
It is announced once it is durable. Where the database is away, or another transaction was in the
way, they are tried again for as long as the attempts are ours.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from services.accounts.rules import CircuitRules
from services.accounts.store import connections
from services.campaigns.store import campaigns
from services.database.engine import Database
from services.database.record import Act, record_all
from services.database.transaction import Transaction
from services.errors import AccessInDoubt, Conflict, OutcomeUnknown, RetryLater, ZwaanError
from services.events.incoming import EventData
from services.events.outgoing import PostFailed, PostPostponed, PostPublished, PostUnknown
from services.events.statement import state
from services.message import NOTHING, Message, message
from services.ports import PublishedPost
from services.post import Post, PostState
from services.posts.cancel_posts import cancellation
from services.posts.network_room import update_circuits
from services.posts.store import posts, publishing
from services.posts.store.publishing import Claim
from services.scheduling import backoff
from services.text.normal_form import printable

#: A network that names a moment further away means a day's limit, not a slow quarter of an hour.
_COUNTED_WAIT = timedelta(hours=1)
NOT_ARRIVED = message("post.not-arrived", "it had not arrived")
_LOOK = message("do.look-and-say", "Look whether the post is there, and say so.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``changes`` are other columns of the post. ``outage`` is what kept the network from giving
    a usable answer, empty when it answered, None when it was not asked."""

    after: PostState
    changes: Mapping[str, Any]
    event: EventData | None = None
    outage: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One claimed post at the moment its call ended; its methods are the possible outcomes.

    ``pause`` is the unit of the pauses between tries.
    """

    claim: Claim
    post: Post
    now: datetime
    pause: timedelta

    def published(
        self, published: PublishedPost, *, first_measure: timedelta, charged: int | None
    ) -> Outcome:
        return Outcome(
            after=PostState.PUBLISHED,
            changes={
                "published_at": self.now,
                "external_id": published.external_id,
                "external_url": published.url,
                "charged": charged,
                "measure_at": self.now + first_measure,
                "reason": NOTHING,
                "remedy": NOTHING,
            },
            event=PostPublished(
                **self.post.ids,
                external_id=published.external_id,
                url=published.url,
                published_at=self.now,
            ),
            outage=NOTHING,
        )

    def later(self, error: RetryLater) -> Outcome:
        """The network did not take the post: it goes out after a pause."""
        outcome = self._approved_until(self._pause(error.after), error.message, outage_of(error))
        if not is_long(error):
            return outcome
        return replace(outcome, changes={**outcome.changes, "tries": self.claim.tries - 1})

    def not_there(self) -> Outcome:
        """The network shows that the post never arrived, so that it is safe to send it."""
        return self._approved_until(timedelta(), NOT_ARRIVED, NOTHING)

    def look_again(self, error: ZwaanError) -> Outcome:
        """Keep the intent: when the lease has run out, the next attempt reconciles again."""
        until = self.now + self._pause(None)
        return Outcome(
            after=PostState.PUBLISHING,
            changes={"leased_until": until, "reason": error.message},
            outage=outage_of(error),
        )

    def failed(self, reason: Message, remedy: Message, *, outage: Message | None) -> Outcome:
        return Outcome(
            after=PostState.FAILED,
            changes={"reason": reason, "remedy": remedy},
            event=PostFailed(
                **self.post.ids, reason=short(reason), remedy=short(remedy), failed_at=self.now
            ),
            outage=outage,
        )

    def unknown(self, reason: Message, *, outage: Message | None) -> Outcome:
        return Outcome(
            after=PostState.UNKNOWN,
            changes={"reason": reason, "remedy": _LOOK},
            event=PostUnknown(**self.post.ids, reason=short(reason), since=self.now),
            outage=outage,
        )

    def _approved_until(self, pause: timedelta, reason: Message, outage: Message | None) -> Outcome:
        publish_at = self.now + pause
        return Outcome(
            after=PostState.APPROVED,
            changes={"publish_at": publish_at, "reason": reason},
            event=PostPostponed(
                **self.post.ids, reason=short(reason), publish_at=publish_at, postponed_at=self.now
            ),
            outage=outage,
        )

    def _pause(self, asked: float | None) -> timedelta:
        return backoff(
            self.post.id, self.claim.attempt, tries=self.claim.tries, base=self.pause, asked=asked
        )


def is_long(later: RetryLater) -> bool:
    """Whether the network named a moment so far away that the try does not count: a day's limit."""
    return later.after is not None and later.after > _COUNTED_WAIT.total_seconds()


def outage_of(error: ZwaanError) -> Message:
    """What kept the network from answering, or nothing: a refusal, or a limit that says until
    when, is an answer."""
    if isinstance(error, AccessInDoubt):
        return NOTHING
    if isinstance(error, OutcomeUnknown) or (isinstance(error, RetryLater) and error.after is None):
        return error.message
    return NOTHING


def short(reason: Message) -> str:
    """Return the English sentence for an event, cut: a network's own words in it may be anything."""
    return printable(str(reason))[:1000]


_log = structlog.get_logger("publisher")


#: Seconds between two tries to write outcomes; the last one doubles the one before.
_FIRST_WAIT, _LONGEST_WAIT = 0.05, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An attempt and its outcome, recorded only ``until`` the attempt's lease ends: after that
    another worker may reconcile it."""

    claim: Claim
    post: Post
    outcome: Outcome
    until: datetime


_Batch = list[tuple[Ended, asyncio.Future[None]]]


class OutcomeRecorder:
    """Records for one publisher; each caller of `record` returns when its own outcome is durable."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Callable[[], datetime],
        worker: str,
        circuit: CircuitRules,
    ) -> None:
        self._database = database
        self._clock = clock
        self._worker = worker
        self._circuit = circuit
        self._waiting: _Batch = []
        self._turn = asyncio.Lock()

    async def record(self, ended: Ended) -> None:
        """Raises RetryLater when the database was away until the lease had ended."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((ended, done))
        async with self._turn:
            wait = _FIRST_WAIT
            while not done.done():  # somebody before us may have taken it along
                fault = await self._write_all()
                if fault is not None and not done.done():
                    # Two workers in each other's way do not come back at the same moment.
                    pause = _FIRST_WAIT if isinstance(fault, Conflict) else wait
                    await asyncio.sleep(pause * (0.5 + random.random()))  # noqa: S311 - see above
                    wait = min(wait * 2, _LONGEST_WAIT)
        await done

    async def _write_all(self) -> RetryLater | None:
        """Write all that waits; on a fault of the database it waits on, and the fault is returned."""
        batch, self._waiting = self._waiting, []
        try:
            await self._write([ended for ended, _ in batch])
        except RetryLater as fault:
            return self._keep(batch, fault)
        except Exception:  # noqa: BLE001 - one of them may be at fault; the others are not
            return await self._write_one_by_one(batch)
        except BaseException:
            _refuse(batch, RetryLater(message("publisher.stopped", "the publisher was stopped")))
            raise
        for _, done in batch:
            if not done.done():
                done.set_result(None)
        return None

    async def _write_one_by_one(self, batch: _Batch) -> RetryLater | None:
        later = None
        for ended, done in batch:
            try:
                await self._write([ended])
            except RetryLater as fault:
                later = self._keep([(ended, done)], fault)
            except Exception as fault:  # noqa: BLE001 - its own caller hears of it
                _refuse([(ended, done)], fault)
            else:
                if not done.done():
                    done.set_result(None)
        return later

    def _keep(self, batch: _Batch, fault: RetryLater) -> RetryLater:
        now = self._clock()
        self._waiting[:0] = [each for each in batch if now < each[0].until]
        _refuse([each for each in batch if now >= each[0].until], fault)
        return fault

    async def _write(self, batch: Sequence[Ended]) -> None:
        now = self._clock()
        async with self._database.write() as transaction:
            open_campaigns = await self._hold_open(transaction, batch)
            moved = [
                ended
                for ended in sorted(batch, key=lambda each: each.claim.post_id)
                if await publishing.end(
                    transaction,
                    ended.claim,
                    after=ended.outcome.after,
                    changes=ended.outcome.changes,
                )
            ]
            await connections.release(
                transaction, [ended.claim.account for ended in batch], worker=self._worker
            )
            await self._record(transaction, moved, open_campaigns, now)
            circuits = await update_circuits(
                transaction,
                [
                    (ended.claim.network, ended.outcome.outage)
                    for ended in batch
                    if ended.outcome.outage is not None
                ],
                self._circuit,
                now=now,
            )
        for circuit in circuits:
            if circuit.opened_at is None:
                _log.info("the network is back", network=circuit.network)
            else:
                _log.warning(
                    "the network is away", network=circuit.network, reason=str(circuit.reason)
                )

    @staticmethod
    async def _hold_open(transaction: Transaction, batch: Sequence[Ended]) -> set[str]:
        """Campaigns that are open, and stay so until this is written, of posts that go back."""
        back = {
            ended.post.campaign_id for ended in batch if ended.outcome.after is PostState.APPROVED
        }
        return {each for each in sorted(back) if await campaigns.stays_open(transaction, each)}

    async def _record(
        self,
        transaction: Transaction,
        moved: Sequence[Ended],
        open_campaigns: set[str],
        now: datetime,
    ) -> None:
        acts: list[Act] = []
        for ended in moved:
            outcome, post = ended.outcome, ended.post
            if outcome.after is PostState.PUBLISHING:
                continue
            detail = {
                "attempt": ended.claim.attempt,
                "reason": str(outcome.changes.get("reason", "")),
            }
            cause = f"attempt {ended.claim.attempt}"
            statements = (
                () if outcome.event is None else (state(outcome.event, at=now, cause=cause),)
            )
            acts.append(Act(f"post.{outcome.after}", post.id, statements, detail))
            if outcome.after is PostState.APPROVED and post.campaign_id not in open_campaigns:
                # While it was under way its campaign ended, and what was not sent is cancelled.
                await posts.move(
                    transaction, post.id, before=PostState.APPROVED, after=PostState.CANCELLED
                )
                acts.append(cancellation(post, now))
        await record_all(transaction, acts, actor=self._worker, now=now)


def _refuse(batch: _Batch, fault: Exception) -> None:
    for _, done in batch:
        if not done.done():
            done.set_exception(fault)
            done.exception()  # seen, also where the caller is gone
