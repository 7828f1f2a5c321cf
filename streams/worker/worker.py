"""A worker: the Faust app with every processor, and the loops that watch the clock.

Every worker publishes and measures (leases in the database keep them apart); the relay of the
outbox and the housekeeping run in the leader alone.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import structlog
from faust.contrib.asgi import faust_app_running

from services.accounts.reseal_tokens import reseal_tokens
from services.campaigns.start_campaign import widen_due
from services.database.settle_dead_letters import note_expired
from services.errors import RetryLater, Stop
from services.figures.collect_reach import ReachCollector
from services.message import Message, message
from services.people.store import people
from services.posts.cancel_posts import finish_over
from services.posts.choose_pace import approve_by_standing_consent
from services.posts.delete_posts import PostDeleter
from services.posts.edit_answers import AnswerEditor
from services.posts.publish import Publisher
from services.posts.store import publishing
from services.privacy.forget import forget_what_is_old
from services.web.parts import Readiness
from streams.bootstrap import Parts, clock
from streams.key_files import vault
from streams.logs.admin import broker_credentials
from streams.logs.topics import prepare_for_worker
from streams.process.outbox_relay import OutboxRelay
from streams.process.processor import GiveWay, ProcessorRunner, Progress
from streams.process.processors import processors
from streams.worker.faust_app import create_faust_app
from streams.worker.watch import STALLED_AFTER, watch

_log = structlog.get_logger("worker")

_PUBLISH_POLL = 0.25
_REACH_POLL = 1.0
_DELETION_POLL = 1.0
_CONSENT_POLL = 2.0
_CAMPAIGNS_POLL = 5.0
_EDIT_POLL = 1.0
_HOUSEKEEPING = 3600.0


class Worker:
    """Processes records and watches the clock while `running`; reports its state."""

    def __init__(self, parts: Parts, *, give_way: GiveWay | None = None) -> None:
        """``give_way``: see `ProcessorRunner`."""
        self._parts = parts
        progress = Progress()
        self._watch = watch(parts, away=lambda: progress.reason)
        self._app = create_faust_app(
            broker=parts.settings.broker_url,
            credentials=broker_credentials(parts.settings),
            group=parts.settings.consumer_group,
            data=parts.settings.data,
            runners=[
                ProcessorRunner(
                    processor,
                    database=parts.database,
                    clock=clock,
                    progress=progress,
                    give_way=give_way,
                )
                for processor in processors(parts.draft_writer(), parts.settings.zone)
            ],
        )
        self._woken = asyncio.Event()
        parts.database.on_write(self._woken.set)
        self._loops: list[asyncio.Task[None]] = []

    async def readiness(self) -> Readiness:
        return await self._watch.readiness()

    async def lag(self) -> int:
        """Records that wait now, for the whole group."""
        await self._watch.look()
        return (await self._watch.readiness()).lag

    @asynccontextmanager
    async def running(self, drained: Callable[[], None] = lambda: None) -> AsyncIterator[None]:
        """Process records and watch the clock until the block ends, then finish what runs.

        ``drained`` is called when no post is on its way any more: nothing that is left to end would
        be lost when it were cut off.
        """
        publisher = self._parts.publisher()
        relay = OutboxRelay(database=self._parts.database, log=self._parts.log)
        if self._parts.settings.embedded:
            async with self._parts.database.write() as transaction:
                await publishing.end_all_leases(transaction)
        group = self._parts.settings.consumer_group
        await asyncio.to_thread(prepare_for_worker, self._parts.admin, group)
        async with faust_app_running(self._app, stop_timeout=10.0):
            self._loops = [
                asyncio.create_task(self._watch.run(), name="the watch"),
                asyncio.create_task(self._as_leader(relay.run), name="the relay of the outbox"),
                asyncio.create_task(self._publish(publisher), name="publishing"),
                asyncio.create_task(self._collect(self._parts.reach_collector()), name="reach"),
                asyncio.create_task(self._delete(self._parts.post_deleter()), name="deleting"),
                asyncio.create_task(self._as_leader(self._watch_campaigns), name="campaigns"),
                asyncio.create_task(self._as_leader(self._keep_house), name="housekeeping"),
            ]
            if self._parts.settings.offers_standing_consent:
                consents = self._as_leader(self._approve_under_consent)
                self._loops.append(asyncio.create_task(consents, name="standing consents"))
            if (editor := self._parts.answer_editor()) is not None:
                editing = self._as_leader(partial(self._edit, editor))
                self._loops.append(asyncio.create_task(editing, name="language model"))
            _spare_the_collector()
            try:
                yield
            finally:
                for loop in self._loops:
                    loop.cancel()
                # The failure of one of them was logged by `wait_until_broken`; the posts matter now.
                await asyncio.gather(*self._loops, return_exceptions=True)
                await publisher.drain()
                with suppress(RetryLater):  # counted while the last posts were looked for
                    await self._parts.accounts.store_billed()
                drained()

    async def wait_until_broken(self) -> Message:
        """Return why the worker cannot go on: a loop ended, Faust gave up, or a partition is stuck."""
        settled = time.monotonic()
        while True:
            ended, _ = await asyncio.wait(
                self._loops, timeout=1.0, return_when=asyncio.FIRST_COMPLETED
            )
            for loop in ended:
                return message(
                    "worker.loop",
                    "{name} stopped: {fault}",
                    name=loop.get_name(),
                    fault=str(loop.exception()),
                )
            await self._guarded(self._note_expired)
            if self._app.should_stop:
                return message(
                    "worker.streams",
                    "the stream processing stopped: {fault}",
                    fault=str(self._app.crash_reason),
                )
            if not self._app.rebalancing:
                settled = time.monotonic()
            elif time.monotonic() - settled > STALLED_AFTER:
                return message(
                    "worker.unassigned",
                    "no partitions were assigned for {seconds} seconds",
                    seconds=round(STALLED_AFTER),
                )
            if stuck := self._watch.stuck(tuple(self._app.consumer.assignment())):
                topic, partition = stuck
                return message(
                    "worker.stuck",
                    "no record of {topic}, partition {partition}, was processed for {seconds} seconds though some wait",
                    topic=topic,
                    partition=partition,
                    seconds=round(STALLED_AFTER),
                )

    async def _note_expired(self) -> int:
        """Write down which records retention took before they were handled: `doctor --deep` asks."""
        lost = tuple(self._app.consumer.expired)
        if not lost:
            return 0
        async with self._parts.database.write() as transaction:
            await note_expired(transaction, lost, now=clock())
        del self._app.consumer.expired[: len(lost)]
        for topic, partition, first, end in lost:
            _log.error(
                "records expired before they were handled",
                topic=topic,
                partition=partition,
                offsets=f"{first}-{end - 1}",
            )
        return len(lost)

    async def _as_leader(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run ``work`` while this process leads the group."""
        while True:
            while not self._is_leader():  # noqa: ASYNC110 - Faust gives no notice when that changes
                await asyncio.sleep(0.05)
            running: asyncio.Task[Any] = asyncio.ensure_future(work())
            try:
                while self._is_leader() and not running.done():
                    await asyncio.wait({running}, timeout=0.5)
            finally:
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running

    def _is_leader(self) -> bool:
        return bool(self._app.is_leader())

    async def _publish(self, publisher: Publisher) -> None:
        while True:
            self._woken.clear()
            started = await self._guarded(publisher.claim)
            if started and publisher.full:
                await publisher.wait_for_place()
            elif not started:
                # Not `wait_for`: before Python 3.12 it loses a cancellation that comes as it ends.
                with suppress(TimeoutError):
                    async with asyncio.timeout(_PUBLISH_POLL):
                        await self._woken.wait()

    async def _collect(self, collector: ReachCollector) -> None:
        while True:
            await self._guarded(collector.collect)
            await asyncio.sleep(_REACH_POLL)

    async def _delete(self, deleter: PostDeleter) -> None:
        while True:
            await self._guarded(deleter.delete_due)
            await asyncio.sleep(_DELETION_POLL)

    async def _approve_under_consent(self) -> None:
        approve = partial(
            approve_by_standing_consent,
            self._parts.database,
            self._parts.settings.pace,
            clock=clock,
            networks=self._parts.rules,
        )
        while True:
            await self._guarded(approve)
            await asyncio.sleep(_CONSENT_POLL)

    async def _watch_campaigns(self) -> None:
        while True:
            await self._guarded(lambda: finish_over(self._parts.database, clock()))
            await self._guarded(lambda: widen_due(self._parts.database, clock()))
            await asyncio.sleep(_CAMPAIGNS_POLL)

    async def _edit(self, editor: AnswerEditor) -> None:
        while True:
            if not await self._guarded(editor.edit):
                await asyncio.sleep(_EDIT_POLL)

    async def _keep_house(self) -> None:
        warnings = self._parts.expiry_warnings()
        while True:
            for each in warnings:
                await self._guarded(each.warn)
            await self._guarded(self._count_heads)
            await self._guarded(self._forget)
            await self._guarded(self._reseal)
            await asyncio.sleep(_HOUSEKEEPING)

    async def _reseal(self) -> int:
        return await reseal_tokens(self._parts.database, vault(self._parts.settings))

    async def _count_heads(self) -> int:
        async with self._parts.database.write() as transaction:
            await people.remember_headcount(transaction, now=clock())
        return 0

    async def _forget(self) -> int:
        settings = self._parts.settings
        async with self._parts.database.write() as transaction:
            await forget_what_is_old(
                transaction,
                now=clock(),
                keep_clicks=settings.keep_clicks,
                keep_measurements=settings.keep_measurements,
                keep_audit=settings.keep_audit,
            )
        return 0

    async def _guarded(self, work: Callable[[], Awaitable[int]]) -> int:
        """Loops outlive a database that is away, and a defect in one round. Raises Stop."""
        try:
            return await work()
        except Stop:
            raise
        except RetryLater as away:
            _log.warning("waiting", reason=str(away))
        except Exception:  # noqa: BLE001 - see above
            _log.exception("a round failed")
        await asyncio.sleep(1.0)
        return 0


def _spare_the_collector() -> None:
    """Let the garbage collector look less often.

    A batch of drafts makes and keeps thousands of objects without cycles; looking through them
    after every 700 took up to a tenth of the time of a large campaign. Ten such parts at a time: fifty
    of them kept the loop for a tenth of a second.
    """
    gc.set_threshold(20_000, 10, 500)
