# ruff: noqa: ARG002 - the signatures are Faust's
"""Offsets are committed up to the first record that is not done, and never past it.

Faust's own bookkeeping passes over records. It commits past the record that is next when a later one
is done first; it acknowledges what it skips while partitions move; it forgets a commit that failed;
and what it drops between fetching and delivering is never read again. A record passed over is an
event lost, so both transports use this instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from faust.transport.consumer import Consumer as FaustConsumer
from faust.types import TP
from faust.types.enums import ProcessingGuarantee

from services.errors import Stop
from services.message import message

#: Messages delivered before the agents get a turn.
_YIELD_EVERY = 100

#: Seconds after which an idle consumer looks up from waiting, to notice that it should stop.
_LOOK_UP_EVERY = 1.0


class PartitionProgress:
    """What was delivered of one partition since it was assigned or sought, and what of it is done."""

    def __init__(self, start: int) -> None:
        #: The next offset that the group will read, as far as its commits are known to have worked.
        self.committed = start
        #: The offset that is expected next; larger ones are there after a hole only.
        self.expected = start
        self._open: dict[int, None] = {}

    def deliver(self, offset: int) -> None:
        if offset < self.expected:  # read again
            self._open = {earlier: None for earlier in self._open if earlier < offset}
        self._open[offset] = None
        self.expected = offset + 1

    def done(self, offset: int) -> None:
        self._open.pop(offset, None)

    @property
    def safe(self) -> int:
        """The next offset to read after a takeover: the first that is not done."""
        return next(iter(self._open), self.expected)


class SafeConsumer(FaustConsumer):  # type: ignore[misc]
    """The first base of a transport's consumer; replaces how Faust's delivers and commits."""

    def __init__(self, transport: Any, *, callback: Any, **options: Any) -> None:
        if transport.app.conf.processing_guarantee is ProcessingGuarantee.EXACTLY_ONCE:
            raise Stop(
                message(
                    "faust.transactions",
                    "Faust's transactions are not supported; use at_least_once",
                )
            )
        #: (topic, partition, from, to before) of records that retention took unread, to be reported.
        self.expired: list[tuple[str, int, int, int]] = []
        self._partitions: dict[TP, PartitionProgress] = {}
        super().__init__(transport, callback=callback, **options)

    def begin(self, starts: Mapping[TP, int]) -> None:
        """Delivery begins anew at these offsets, which are committed or the first ones kept."""
        self._take_acks()  # what was done of before is of no use any more
        self._partitions = {TP(*tp): PartitionProgress(start) for tp, start in starts.items()}

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        # In this order: what is done is committed for the worker that takes over.
        await super().on_partitions_revoked(revoked)
        for tp in revoked:
            self._partitions.pop(tp, None)

    async def _drain_messages(self, fetcher: Any) -> None:
        # Faust's own makes three tasks for every message, to let go of it when a rebalance begins
        # while it waits for room in a buffer. A rebalance empties the buffers first, and a stop
        # cancels this task, so that waiting for the message itself is enough.
        delivered = 0
        try:
            while not (self.should_stop or fetcher.should_stop):
                await asyncio.sleep(0)
                async for tp, message in self.getmany(timeout=_LOOK_UP_EVERY):
                    await self._deliver(tp, message)
                    delivered += 1
                    if delivered % _YIELD_EVERY == 0:
                        await asyncio.sleep(0)
        except (asyncio.CancelledError, *self.consumer_stopped_errors):
            if not self.app.should_stop:
                raise

    async def _deliver(self, tp: TP, message: Any) -> None:
        if self.app.topics.acks_enabled_for(message.topic):
            progress = self._partitions.get(tp)
            if progress is None:
                return  # revoked meanwhile: the worker that has it now reads it
            if message.offset > progress.expected:
                if not await self._is_hole(tp):
                    return
                await self._note_expired(tp, progress.expected)
            progress.deliver(message.offset)
        await self.callback(message)

    async def _note_expired(self, tp: TP, expected: int) -> None:
        """Note records that retention removed unread: they are lost and must be reported."""
        first = (await self.earliest_offsets(tp))[tp]
        if first > expected:
            self.expired.append((tp.topic, tp.partition, expected, first))

    async def _is_hole(self, tp: TP) -> bool:
        """Whether nothing is on the log between what was expected and what came.

        When it says no, it has seen to it that the records between are read.
        """
        raise NotImplementedError

    def ack(self, message: Any) -> bool:
        """Faust acknowledges what it skipped as well; only what an agent had is ``tracked``."""
        return bool(message.tracked) and super().ack(message)

    def _take_acks(self) -> None:
        """Faust's stream writes its acknowledgements into these two, past `ack` where compiled."""
        for tp, offsets in self._acked.items():
            progress = self._partitions.get(tp)
            while offsets:
                offset = offsets.pop()
                self._acked_index[tp].discard(offset)
                if progress is not None:
                    progress.done(offset)

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Commit what moved. One that fails is made up for by the next."""
        self._take_acks()
        moved = {
            tp: (progress, progress.safe)
            for tp, progress in self._partitions.items()
            if progress.safe > progress.committed
            and (topics is None or tp in topics or tp.topic in topics)
        }
        if not moved:
            return False
        offsets = {tp: offset for tp, (_, offset) in moved.items()}
        try:
            await self._handle_attached(offsets)
            await self.app.producer.flush()
            if not await self._commit(offsets):
                return False
        except Exception as fault:  # noqa: BLE001 - the records are done; they come again at worst
            self.log.warning("Committing failed, and is tried again: %r", fault)
            return False
        for progress, offset in moved.values():
            progress.committed = offset
        self.app.tables.on_commit(offsets)
        self.app.monitor.on_tp_commit(offsets)
        return True
