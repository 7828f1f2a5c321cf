"""Clicks, durable before their redirect is answered.

Clicks that arrive while the log commits share the next commit and one record (a CloudEvents batch).
When the log is away they go to a journal file beside the database, and from there to the log when
it is back: a visitor is redirected all the same.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, TypeVar

import structlog

from services.database.outbox import OutboxRow
from services.errors import RetryLater
from services.events.statement import Statement
from services.message import message
from services.ports import EventLog
from streams.process.outbox_relay import pack
from streams.serving.shared_folder import in_turn, sync_folder

_log = structlog.get_logger("clicks")

_T = TypeVar("_T")

_TOPIC = "link.clicked"
_DRAIN_SECONDS = 1.0
#: How long visitors wait for the log before the journal takes their clicks.
_PATIENCE_SECONDS = 0.5
_MOST_A_COMMIT = 2_000


class ClickWriter:
    """The `ClickSink` of this process. ``run`` has to run for clicks to be answered."""

    def __init__(
        self, *, log: EventLog, journal: Path, patience: float = _PATIENCE_SECONDS
    ) -> None:
        self._log = log
        self._patience = patience
        self._journal = _Journal(journal)
        self._pending: list[tuple[OutboxRow, asyncio.Future[None]]] = []
        self._arrived = asyncio.Event()
        self._away = False
        self._ended = False
        self.lost = 0

    async def record(self, click: Statement) -> None:
        """Return when the click is durable, in the log or in the journal.

        Raises RetryLater when the writer has ended: nobody would answer.
        """
        if self._ended:
            raise RetryLater(message("process.stopping", "this process is stopping"))
        done = asyncio.get_running_loop().create_future()
        text = json.dumps(click.event.as_dict(), ensure_ascii=False, separators=(",", ":"))
        row = OutboxRow(id=0, topic=_TOPIC, key=click.key, event=text)
        self._pending.append((row, done))
        self._arrived.set()
        await done

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
            while self._pending:
                await self._commit()
            self._ended = True
            self._journal.close()

    async def _commit(self) -> None:
        taken = self._pending[:_MOST_A_COMMIT]
        rows = [row for row, _ in taken]
        try:
            await self._append(rows)
        except Exception as fault:  # noqa: BLE001 - nothing may keep later clicks from being answered
            # Neither the log nor the journal takes it: the visitor goes on, and we say it aloud.
            _log.error("clicks lost", clicks=len(rows), error=str(fault))
            self.lost += len(rows)
        # Only now: a commit that is cancelled is made again at the end, with the same event ids.
        del self._pending[: len(taken)]
        if not self._pending:
            self._arrived.clear()
        for _, done in taken:
            if not done.done():
                done.set_result(None)

    async def _append(self, rows: Sequence[OutboxRow]) -> None:
        if not self._away:
            try:
                await self._append_soon(rows)
            except RetryLater as away:
                self._away = True
                _log.warning("the log is away, clicks go to the journal", reason=str(away))
            except Exception:  # noqa: BLE001 - as above; the journal is there for this
                self._away = True
                _log.exception("the log failed, clicks go to the journal")
            else:
                return
        await self._journal.append(rows)

    async def _append_soon(self, rows: Sequence[OutboxRow]) -> None:
        """Append to the log, or raise RetryLater when it takes longer than a visitor waits.

        It may still arrive, and once more from the journal: both carry the same event ids.
        """
        appending = asyncio.ensure_future(self._log.append(pack(rows)))
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
            except RetryLater:
                pass
            except Exception:  # noqa: BLE001 - it is tried again, and the clicks stay on the disk
                _log.exception("the click journal could not be relayed")
            await asyncio.sleep(_DRAIN_SECONDS)

    async def _drain_once(self) -> None:
        """Move the journal to the log. Raises RetryLater while the log is away."""
        for part in await self._journal.parts():
            rows = await self._journal.read(part)
            for start in range(0, len(rows), _MOST_A_COMMIT):
                await self._log.append(pack(rows[start : start + _MOST_A_COMMIT]))
            await self._journal.remove(part)
            _log.info("journal relayed", clicks=len(rows))
        self._away = False


def _forget(appending: asyncio.Future[None]) -> None:
    if not appending.cancelled():
        appending.exception()  # seen: the clicks are in the journal


class _Journal:
    """Files of NDJSON: the open one grows, closed ones wait to be relayed.

    Several processes may share a folder (pages run in any number). A lock keeps one from putting
    the open file aside while another writes; a file that two of them relay is relayed twice, with
    the same event ids. No closed file ever gets the name of an earlier one: whoever relayed that
    one slowly would remove it unread.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._disk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="click-journal")

    async def append(self, rows: Sequence[OutboxRow]) -> None:
        """Return when the rows are on the disk. Raises OSError."""
        await self._on_disk(partial(self._append, rows))

    async def parts(self) -> list[Path]:
        """Close the open file; all files that wait, oldest first."""
        return await self._on_disk(self._close_open_file)

    async def read(self, part: Path) -> list[OutboxRow]:
        return await self._on_disk(partial(_read, part))

    async def remove(self, part: Path) -> None:
        await self._on_disk(partial(part.unlink, missing_ok=True))

    def close(self) -> None:
        self._disk.shutdown(wait=False)

    async def _on_disk(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    def _append(self, rows: Sequence[OutboxRow]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps({"key": row.key, "event": row.event}) + "\n" for row in rows)
        with in_turn(self._path), self._path.open("a+b") as file:
            is_new = os.fstat(file.fileno()).st_size == 0
            file.write((b"" if _ends_with_line(file) else b"\n") + lines.encode())
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            sync_folder(self._path.parent)

    def _close_open_file(self) -> list[Path]:
        if not self._path.parent.is_dir():
            return []
        with in_turn(self._path):
            return self._put_aside()

    def _put_aside(self) -> list[Path]:
        numbered = re.compile(re.escape(self._path.name) + r"\.\d{8,}")
        waiting = sorted(
            path for path in self._path.parent.glob("*") if numbered.fullmatch(path.name)
        )
        if self._path.exists():
            last = int(waiting[-1].suffix[1:]) if waiting else 0
            number = max(time.time_ns(), last + 1)
            closed = self._path.with_name(f"{self._path.name}.{number:020d}")
            self._path.rename(closed)
            waiting.append(closed)
        return waiting


def _ends_with_line(file: IO[bytes]) -> bool:
    """Whether the next line may follow. Not when a process died, or the disk was full, in one."""
    if file.seek(0, os.SEEK_END) == 0:
        return True
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _read(part: Path) -> list[OutboxRow]:
    try:
        content = part.read_bytes()
    except FileNotFoundError:
        return []  # another process relayed it
    rows = []
    for line in content.split(b"\n"):
        try:
            entry = json.loads(line)
            row = OutboxRow(id=0, topic=_TOPIC, key=entry["key"], event=entry["event"])
        except (ValueError, KeyError, TypeError):
            # The process died within this line; its visitor was never answered.
            continue
        rows.append(row)
    return rows
