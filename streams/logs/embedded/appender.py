"""Appending from an event loop: one hand-over to the writer at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from streams.logs.embedded.writer import Append, Job, Placed

#: Records in flight before `room` makes a producer wait.
IN_FLIGHT = 20_000


class Appender:
    """Belongs to one running loop. Collects appends while the ones before are being written, so that
    the writer thread is woken once and answers once a commit, however many callers there are.
    """

    def __init__(self, submit: Callable[[Job], None], loop: asyncio.AbstractEventLoop) -> None:
        self._submit = submit
        self._loop = loop
        self._waiting: list[tuple[asyncio.Future[list[int]], Sequence[Placed], int]] = []
        self._writing = False
        self._in_flight = 0
        self._room = asyncio.Event()
        self._room.set()

    def append(self, records: Sequence[Placed], size: int) -> asyncio.Future[list[int]]:
        """A future of the offsets, done when the records are durable."""
        future: asyncio.Future[list[int]] = self._loop.create_future()
        if not self._waiting and not self._writing:
            self._loop.call_soon(self._hand_over)
        self._waiting.append((future, records, size))
        self._in_flight += len(records)
        if self._in_flight >= IN_FLIGHT:
            self._room.clear()
        return future

    async def room(self) -> None:
        """Wait while more is on its way to the disk than memory should hold."""
        await self._room.wait()

    def _hand_over(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._writing = True

        def settle(outcome: Any) -> None:
            self._loop.call_soon_threadsafe(self._resolve, waiting, outcome)

        records: list[Placed] = []
        size = 0
        for _, some, some_size in waiting:
            records += some
            size += some_size
        try:
            self._submit(Append(records=records, size=size, settle=settle))
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to the callers
            self._resolve(waiting, error)

    def _resolve(
        self,
        waiting: Sequence[tuple[asyncio.Future[list[int]], Sequence[Placed], int]],
        outcome: list[int] | BaseException,
    ) -> None:
        start = 0
        for future, records, _ in waiting:
            end = start + len(records)
            if not future.done():
                if isinstance(outcome, BaseException):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome[start:end])
            start = end
        self._in_flight -= start
        if self._in_flight < IN_FLIGHT:
            self._room.set()
        self._writing = False
        if self._waiting:
            self._hand_over()
