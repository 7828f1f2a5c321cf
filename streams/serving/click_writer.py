"""Clicks, durable before their redirect is answered.

Clicks that arrive while the log commits share the next commit, and those of a partition one record (a
CloudEvents batch). The embedded log gets them a moment after they are on the disk (`ClicksAhead`). When
the log is away they go to a journal file beside the database, and from there to the log when it is back:
a visitor is redirected all the same, and the clicks on a link keep their order.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import Any

import structlog

from services.errors import RetryLater
from services.events.clicks import TOPIC
from services.message import message
from services.ports import EventLog, Record
from streams.logs.topics import partition_of
from streams.serving.click_journal import Click, ClickJournal, ClicksAhead

_log = structlog.get_logger("clicks")

_DRAIN_SECONDS = 1.0
#: How long visitors wait for the log before the journal takes their clicks.
_PATIENCE_SECONDS = 0.5
_ONE_AFTER_ANOTHER = 0.02
#: How long clicks that are on the disk gather for one commit of the log.
_GATHER_SECONDS = 0.05
#: How many turns of the loop clicks gather for one write or commit, at most.
_TURNS = 50
_MOST_A_COMMIT = 2_000
#: Below what a reader takes (`MAX_EVENT_BYTES`): no click has more than 2,000 bytes.
_MOST_A_RECORD = 250


class ClickWriter:
    """The `ClickSink` of this process. ``run`` has to run for clicks to be answered."""

    def __init__(
        self,
        *,
        log: EventLog,
        journal: Path,
        ahead: Path | None = None,
        patience: float = _PATIENCE_SECONDS,
    ) -> None:
        """``ahead``: where clicks are kept for as long as an embedded log of this process needs."""
        self._log = log
        self._patience = patience
        self._journal = ClickJournal(journal)
        self._ahead = self._open_ahead(ahead) if ahead else None
        #: Those that are to be written ahead of the log.
        self._unwritten: list[_Group] = []
        #: Those that wait for the log, in their order; the last may gather more.
        self._groups: deque[_Group] = deque()
        self._gathering: _Group | None = None
        self._arrived = asyncio.Event()
        self._away = self._journal.holds_some()
        #: Held by who decides where clicks go.
        self._turn = asyncio.Lock()
        self._committed = -math.inf
        self._ended = False
        self.lost = 0

    def _open_ahead(self, path: Path) -> ClicksAhead | None:
        """None where the disk refuses: the log takes every click itself, and the file stays as it is."""
        try:
            ahead = ClicksAhead(path)
            if left := ahead.left():
                self._journal.append_now(left)
                _log.info("clicks of the process before go to the log", clicks=len(left))
            ahead.forget()
        except OSError as fault:
            _log.error("clicks cannot be kept ahead of the log", file=str(path), error=str(fault))
            return None
        return ahead

    def record(self, code: str, click: str) -> Kept:
        """Take a click; the returned future is done when it is on the disk or in the log.

        Raises RetryLater when the writer has ended.
        """
        group = self._gathering
        if group is None:
            if self._ended:
                raise RetryLater(message("process.stopping", "this process is stopping"))
            group = self._gathering = _Group()
            if self._ahead is None:
                self._queue(group)
            else:
                self._unwritten.append(group)
                asyncio.get_running_loop().call_soon(self._gather, group, 0, _TURNS)
        group.clicks.append((code, click))
        if len(group.clicks) >= _MOST_A_COMMIT:
            self._gathering = None
        return group.kept

    def _gather(self, group: _Group, before: int, turns: int) -> None:
        """Write a group when a turn of the loop brought no more of it.

        A turn costs a tenth of a write, and a client just answered asks again in the next ones.
        """
        if group not in self._unwritten:
            return
        if (clicks := len(group.clicks)) > before and turns:
            asyncio.get_running_loop().call_soon(self._gather, group, clicks, turns - 1)
        else:
            self._write_ahead(group)

    def _write_ahead(self, group: _Group) -> None:
        """Answer a group whose clicks are on the disk; if there is no room the log has to take it.

        In the loop itself: a thread would be waited for as long as the disk.
        """
        self._unwritten.remove(group)
        try:
            group.half = self._ahead.write(group.clicks) if self._ahead is not None else None
        except Exception as fault:  # noqa: BLE001 - the log is there for this
            _log.warning("clicks are not kept ahead of the log", error=str(fault))
        self._queue(group)
        if group.half is None:
            return
        if group is self._gathering:
            self._gathering = None
        self._committed = time.monotonic()
        group.kept.set_done()

    def _queue(self, group: _Group) -> None:
        self._groups.append(group)
        self._arrived.set()

    async def give_way(self, seconds: float) -> None:
        """Wait while visitors come one after another, for twice ``seconds`` at most.

        Counting their clicks in the same process can wait, and they do not: of a load that takes all
        of it, answers get two thirds.
        """
        until = time.monotonic() + 2 * seconds
        while (now := time.monotonic()) < until and now - self._committed < _ONE_AFTER_ANOTHER:  # noqa: ASYNC110 - until nothing happens
            await asyncio.sleep(min(_ONE_AFTER_ANOTHER, until - now))

    async def run(self) -> None:
        """Commit clicks until cancelled; what is pending then is committed first."""
        draining = asyncio.create_task(self._drain(), name="click journal")
        try:
            while True:
                await self._arrived.wait()
                await self._let_gather(self._groups[0])
                await self._commit()
        finally:
            draining.cancel()
            with suppress(asyncio.CancelledError):
                await draining
            while self._unwritten or self._groups:
                for group in list(self._unwritten):
                    self._write_ahead(group)
                await self._commit()
            self._ended = True
            self._journal.close()
            if self._ahead is not None:
                self._ahead.close()

    async def _let_gather(self, group: _Group) -> None:
        """Those who were answered by the last commit ask again: fewer and larger ones take less."""
        if group.half is not None:
            await asyncio.sleep(_GATHER_SECONDS)
            return
        clicks = 0
        for _ in range(_TURNS):
            if len(group.clicks) == clicks:
                return
            clicks = len(group.clicks)
            await asyncio.sleep(0)

    async def _commit(self) -> None:
        groups = self._next_groups()
        clicks = [click for group in groups for click in group.clicks]
        try:
            async with self._turn:
                await self._append(clicks)
        except Exception as fault:  # noqa: BLE001 - nothing may keep later clicks from being answered
            # Neither the log nor the journal takes it: the visitor goes on, and we say it aloud.
            _log.error("clicks lost", clicks=len(clicks), error=str(fault))
            self.lost += len(clicks)
        # Only now: a commit that is cancelled is made again at the end, with the same event ids.
        for _ in groups:
            self._groups.popleft()
        if self._ahead is not None:
            self._ahead.free_all_but({group.half for group in self._groups})
        if not self._groups:
            self._arrived.clear()
        for group in groups:
            if not group.kept.done():
                self._committed = time.monotonic()
                group.kept.set_done()

    def _next_groups(self) -> list[_Group]:
        """The first one or, of those that are on the disk already, all that follow one another."""
        groups = list(takewhile(lambda group: group.half is not None, self._groups))
        if groups and self._ahead is not None:
            self._ahead.turn()
            return groups
        group = self._groups[0]
        if group is self._gathering:
            self._gathering = None
        return [group]

    async def _append(self, clicks: Sequence[Click]) -> None:
        if not self._away:
            try:
                await self._append_soon(clicks)
            except RetryLater as away:
                self._away = True
                _log.warning("the log is away, clicks go to the journal", reason=str(away))
            except Exception:  # noqa: BLE001 - as above; the journal is there for this
                self._away = True
                _log.exception("the log failed, clicks go to the journal")
            else:
                return
        await self._journal.append(clicks)

    async def _append_soon(self, clicks: Sequence[Click]) -> None:
        """Append to the log, or raise RetryLater when it takes longer than a visitor waits.

        It may still arrive, and once more from the journal: both carry the same event ids.
        """
        appending = asyncio.ensure_future(self._log.append(pack(clicks)))
        done, _ = await asyncio.wait({appending}, timeout=self._patience)
        if not done:
            appending.add_done_callback(_forget)
            raise RetryLater(
                message(
                    "log.no-answer",
                    "the log did not answer within {seconds} seconds",
                    seconds=self._patience,
                )
            )
        appending.result()

    async def _drain(self) -> None:
        while True:
            try:
                await self._drain_once()
            except (RetryLater, TimeoutError):
                pass
            except Exception:  # noqa: BLE001 - it is tried again, and the clicks stay on the disk
                _log.exception("the click journal could not be relayed")
            await asyncio.sleep(_DRAIN_SECONDS)

    async def _drain_once(self) -> None:
        """Move the journal to the log. Raises RetryLater while the log is away."""
        await self._relay()
        if self._away:
            # What came meanwhile, before any click that goes straight to the log again.
            async with self._turn, asyncio.timeout(self._patience):
                await self._relay()
                self._away = False

    async def _relay(self) -> None:
        for part in await self._journal.parts():
            clicks = await self._journal.read(part)
            for start in range(0, len(clicks), _MOST_A_COMMIT):
                await self._log.append(pack(clicks[start : start + _MOST_A_COMMIT]))
            await self._journal.remove(part)
            _log.info("journal relayed", clicks=len(clicks))


class Kept:
    """Many wait for the same commit; who goes away leaves it to the others.

    A future's callbacks each take a turn of the loop of their own.
    """

    __slots__ = ("_done", "_waiting")

    def __init__(self) -> None:
        self._done = False
        self._waiting: list[Callable[[Any], object]] = []

    def done(self) -> bool:
        return self._done

    def add_done_callback(self, callback: Callable[[Any], object]) -> None:
        """``callback`` is called at once when it is done already."""
        if self._done:
            callback(self)
        else:
            self._waiting.append(callback)

    def set_done(self) -> None:
        self._done = True
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            try:
                callback(self)
            except Exception:  # noqa: BLE001 - one connection's; the others are answered
                _log.exception("a redirect could not be answered")

    def __await__(self) -> Generator[Any, None, None]:
        if not self._done:
            future = asyncio.get_running_loop().create_future()
            self._waiting.append(lambda _: None if future.done() else future.set_result(None))
            yield from future


class _Group:
    """Clicks of one commit; ``half`` of what is kept ahead has them, if any."""

    __slots__ = ("clicks", "half", "kept")

    def __init__(self) -> None:
        self.clicks: list[Click] = []
        self.half: int | None = None
        self.kept = Kept()


def pack(clicks: Sequence[Click]) -> list[Record]:
    """The clicks of each partition in their order, many in a record, under the key of the first."""
    places: dict[int, list[Click]] = {}
    for click in clicks:
        place = partition_of(click[0].encode())
        if place in places:
            places[place].append(click)
        else:
            places[place] = [click]
    return [
        Record(
            topic=TOPIC,
            partition=place,
            key=some[0][0].encode(),
            value=f"[{','.join([event for _, event in some])}]".encode(),
        )
        for place, all_of_it in places.items()
        for some in _cut(all_of_it)
    ]


def _cut(clicks: list[Click]) -> list[list[Click]]:
    if len(clicks) <= _MOST_A_RECORD:
        return [clicks]
    return [
        clicks[start : start + _MOST_A_RECORD] for start in range(0, len(clicks), _MOST_A_RECORD)
    ]


def _forget(appending: asyncio.Future[None]) -> None:
    if not appending.cancelled():
        appending.exception()  # seen: the clicks are in the journal
