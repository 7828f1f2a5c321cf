"""Faust's transport for Apache Kafka, with commits that pass over nothing, and an end in time.

Registered by the entry point ``kafka`` of the group ``faust.transports`` (pyproject.toml), in the
place of Faust's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, ClassVar

from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers import aiokafka
from faust.types import TP

from streams.logs.commits import SafeConsumer

#: A commit that gets no answer in this time is made up for by the next one.
_COMMIT_SECONDS = 5.0

#: For the last commit, and then again for leaving the group. What is not committed is delivered
#: again, and a member that does not say goodbye is missed after the session's time.
_LEAVE_SECONDS = 3.0
_CALLS_WAITING = 20
_MOMENT = 0.05


class _Thread(aiokafka.AIOKafkaConsumerThread):  # type: ignore[misc]
    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        # Faust's own ends the worker when a commit fails; the broker may only be away.
        assigned = self.assignment()
        wanted = {
            TopicPartition(*tp): OffsetAndMetadata(offset, "")
            for tp, offset in offsets.items()
            if tp in assigned
        }
        if len(wanted) < len(offsets):
            return False  # partitions move: the next assignment begins at what is committed
        async with asyncio.timeout(_COMMIT_SECONDS):
            await self._ensure_consumer().commit(wanted)
        return True

    async def on_thread_stop(self) -> None:
        """Leave the group if that can be done now."""
        # Must not raise: aiokafka lets the cancellation of its own tasks out while the broker is
        # away, and then the end of the thread is not reported; Faust waited a minute for it.
        await _at_most(_LEAVE_SECONDS, super().on_thread_stop())


class Consumer(SafeConsumer, aiokafka.Consumer):  # type: ignore[misc]
    """Reads by aiokafka in a thread of its own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._fetches = 0
        self._read_again: dict[TP, tuple[int, int]] = {}
        super().__init__(*args, **options)

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    async def on_stop(self) -> None:
        """Commit if that can be done now."""
        await _at_most(_LEAVE_SECONDS, super().on_stop())

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Continue where the group stopped; a group that is new begins at the first record kept."""
        committed: Mapping[TP, int] = await super().seek_to_committed()
        known = {TP(*tp): offset for tp, offset in committed.items() if offset}
        new = [tp for tp in committed if tp not in known]
        first = await self.earliest_offsets(*new) if new else {}
        if new:
            await self.seek_wait(first)
        self.begin({**known, **{TP(*tp): offset for tp, offset in first.items()}})
        self._read_again.clear()
        return committed

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Any:  # noqa: ASYNC109 - Faust's signature
        self._fetches += 1
        return await super()._getmany(active_partitions, timeout)

    async def _is_hole(self, tp: TP) -> bool:
        """A hole is one that is still there when it is read a second time.

        Retention, compaction and transactions leave holes; Faust leaves some where it dropped what
        it had fetched.
        """
        expected = self._partitions[tp].expected
        before, fetch = self._read_again.get(tp, (-1, -1))
        if before == expected and fetch < self._fetches:
            return True
        if fetch < self._fetches:  # the rest of this fetch comes again as well
            self._read_again[tp] = (expected, self._fetches)
            await self.seek_wait({tp: expected})
        return False


class Transport(aiokafka.Transport):  # type: ignore[misc]
    """Made by Faust for ``broker="kafka://host:port"``."""

    Consumer: ClassVar[type] = Consumer


async def _at_most(seconds: float, work: Coroutine[Any, Any, None]) -> None:
    # Not `asyncio.timeout`: for mode's queue of calls a cancellation is the result of one call, and
    # it goes on to the next.
    running = asyncio.ensure_future(work)
    await asyncio.wait({running}, timeout=seconds)
    for _ in range(_CALLS_WAITING):
        if not running.cancel():
            break
        await asyncio.wait({running}, timeout=_MOMENT)
