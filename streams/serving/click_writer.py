"""Clicks, durable before their redirect is answered.

Clicks that arrive while the log commits share the next commit, and those of a partition one record (a
CloudEvents batch). When the log is away they go to a journal file beside the database, and from there
to the log when it is back: a visitor is redirected all the same, and the clicks on a link keep their
order.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from services.errors import RetryLater
from services.events.click_text import CLICKED
from services.message import message
from services.ports import EventLog, Record
from streams.logs.topics import partition_of
from streams.serving.click_journal import Click, ClickJournal

_log = structlog.get_logger("clicks")

_DRAIN_SECONDS = 1.0
#: How long visitors wait for the log before the journal takes their clicks.
_PATIENCE_SECONDS = 0.5
_ONE_AFTER_ANOTHER = 0.02
_MOST_A_COMMIT = 2_000
#: Below what a reader takes (`MAX_EVENT_BYTES`): no click has more than 2,000 bytes.
_MOST_A_RECORD = 250


class ClickWriter:
    """The `ClickSink` of this process. ``run`` has to run for clicks to be answered."""

    def __init__(
        self, *, log: EventLog, journal: Path, patience: float = _PATIENCE_SECONDS
    ) -> None:
        self._log = log
        self._patience = patience
        self._journal = ClickJournal(journal)
        #: Those that gather and, before them, those whose turn has not come.
        self._groups: deque[_Group] = deque()
        self._gathering: _Group | None = None
        self._arrived = asyncio.Event()
        self._away = self._journal.holds_some()
        #: Held by who decides where clicks go.
        self._turn = asyncio.Lock()
        self._committed = -math.inf
        self._ended = False
        self.lost = 0

    def record(self, code: str, click: str) -> asyncio.Future[None]:
        """Take a click; what is returned is done when it is in the log or in the journal.

        Raises RetryLater when the writer has ended: nobody would answer.
        """
        group = self._gathering
        if group is None:
            if self._ended:
                raise RetryLater(message("process.stopping", "this process is stopping"))
            group = self._gathering = _Group()
            self._groups.append(group)
            self._arrived.set()
        group.clicks.append((code, click))
        if len(group.clicks) >= _MOST_A_COMMIT:
            self._gathering = None
        return group.kept

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
                await self._commit()
        finally:
            draining.cancel()
            with suppress(asyncio.CancelledError):
                await draining
            while self._groups:
                await self._commit()
            self._ended = True
            self._journal.close()

    async def _commit(self) -> None:
        group = self._groups[0]
        if group is self._gathering:
            self._gathering = None
        try:
            async with self._turn:
                await self._append(group.clicks)
        except Exception as fault:  # noqa: BLE001 - nothing may keep later clicks from being answered
            # Neither the log nor the journal takes it: the visitor goes on, and we say it aloud.
            _log.error("clicks lost", clicks=len(group.clicks), error=str(fault))
            self.lost += len(group.clicks)
        # Only now: a commit that is cancelled is made again at the end, with the same event ids.
        self._groups.popleft()
        self._committed = time.monotonic()
        if not self._groups:
            self._arrived.clear()
        group.kept.set_result(None)

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


class _Kept(asyncio.Future[None]):
    """Many wait for it: one of them who goes away (is cancelled) leaves it to the others."""

    def cancel(self, msg: object = None) -> bool:  # noqa: ARG002
        return False


class _Group:
    """Clicks of one commit."""

    __slots__ = ("clicks", "kept")

    def __init__(self) -> None:
        self.clicks: list[Click] = []
        self.kept = _Kept()


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
            topic=CLICKED,
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
