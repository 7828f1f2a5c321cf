"""Clicks on the disk before the log has them: in a journal while the log is away, and one small write ahead of
the embedded log.

The journal is files of NDJSON; the open one grows, closed ones wait. Several processes may share a folder
(pages run in any number). A lock keeps one from putting the open file aside while another writes; a file
that two of them relay is relayed twice, with the same event ids. No closed file ever gets the name of an
earlier one: a slow relay of that one would remove it unread.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import re
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from struct import Struct
from typing import IO, TypeVar
from zlib import crc32

import structlog

_log = structlog.get_logger("clicks")

_T = TypeVar("_T")

#: A link's code, and the JSON of a click on it.
Click = tuple[str, str]


class ClickJournal:
    """Belongs to one event loop; what touches the disk does so in a thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._disk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="click-journal")

    def holds_some(self) -> bool:
        """Whether a process before this one left clicks."""
        return self._path.exists() or bool(self._closed_files())

    async def append(self, clicks: Sequence[Click]) -> None:
        """Return when the clicks are on the disk. Raises OSError."""
        await self._on_disk(partial(self.append_now, clicks))

    async def parts(self) -> list[Path]:
        """Close the open file; all files that wait, oldest first."""
        return await self._on_disk(self._close_open_file)

    async def read(self, part: Path) -> list[Click]:
        return await self._on_disk(partial(_read, part))

    async def remove(self, part: Path) -> None:
        await self._on_disk(partial(part.unlink, missing_ok=True))

    def close(self) -> None:
        self._disk.shutdown(wait=False)

    async def _on_disk(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    def append_now(self, clicks: Sequence[Click]) -> None:
        """As `append`, in this thread."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps({"key": code, "event": event}) + "\n" for code, event in clicks)
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
        if not self._path.exists() and not self._closed_files():
            return []  # as almost always, and no click has to wait for a turn
        with in_turn(self._path):
            return self._put_aside()

    def _closed_files(self) -> list[Path]:
        numbered = re.compile(re.escape(self._path.name) + r"\.\d{8,}")
        return sorted(path for path in self._path.parent.glob("*") if numbered.fullmatch(path.name))

    def _put_aside(self) -> list[Path]:
        waiting = self._closed_files()
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


def _read(part: Path) -> list[Click]:
    """Return the whole clicks of a file; the others are logged in one line."""
    try:
        content = part.read_bytes()
    except FileNotFoundError:
        return []  # another process relayed it
    clicks, broken = [], 0
    for line in filter(None, content.split(b"\n")):
        try:
            entry = json.loads(line)
            clicks.append((str(entry["key"]), str(entry["event"])))
        except (ValueError, KeyError, TypeError):
            broken += 1
    if broken:
        _log.warning(
            "the journal was cut within a click, whose visitor was never answered",
            file=part.name,
            broken=broken,
            clicks=len(clicks),
        )
    return clicks


#: Eight thousand clicks with agents of the usual length each, as many as may come while the log takes a
#: breath; those for which there is no room wait for the log itself.
_HALF_BYTES = 4_194_304

#: Which filling of a half a write belongs to, its bytes, and their checksum: what is left of the filling
#: before, or was not written to its end, is none of it.
_HEAD = Struct("<QII")
_NOTHING = bytes(_HEAD.size)
_sync = getattr(os, "fdatasync", os.fsync)


class ClicksAhead:
    """A file of one process, the owner of the embedded log: one small write for all clicks that came at once.

    A commit of the log touches pages of every partition, and a thread. Here it is one write over
    blocks that the file has already, which takes a disk a tenth of that; the log gets hundreds of
    clicks together a moment later. Two halves take turns: one is written while the clicks of the
    other go to the log.
    """

    def __init__(self, path: Path) -> None:
        """Makes the file. Raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(self._file).st_size < 2 * _HALF_BYTES:
                os.pwrite(self._file, bytes(2 * _HALF_BYTES), 0)
                os.fsync(self._file)
                sync_folder(path.parent)
        except BaseException:
            os.close(self._file)
            raise
        self._ends = [0, 0]
        self._filling = time.time_ns()
        self._half = 0

    def left(self) -> list[Click]:
        """What the process before this one had not brought to the log, in its order."""
        halves = sorted(self._read(half) for half in (0, 1))
        return [click for _, clicks in halves for click in clicks]

    def forget(self) -> None:
        """What was left is elsewhere."""
        for half in (0, 1):
            self._clear(half)

    def write(self, clicks: Sequence[Click]) -> int | None:
        """The half that holds the clicks, on the disk; None when there is no room.

        Raises OSError.
        """
        content = "\n".join([f"{code} {event}" for code, event in clicks]).encode()
        half, end = self._half, self._ends[self._half]
        if end + _HEAD.size + len(content) > _HALF_BYTES:
            return None
        head = _HEAD.pack(self._filling, len(content), crc32(content))
        os.pwrite(self._file, head + content, half * _HALF_BYTES + end)
        _sync(self._file)
        self._ends[half] = end + _HEAD.size + len(content)
        return half

    def turn(self) -> None:
        """What comes now goes to the other half, if that is free."""
        other = 1 - self._half
        if not self._ends[other]:
            self._half, self._filling = other, self._filling + 1

    def free_all_but(self, halves: Collection[int | None]) -> None:
        """The clicks of the others are in the log."""
        for half in (0, 1):
            if self._ends[half] and half not in halves:
                self._clear(half)
                self._filling += half == self._half

    def close(self) -> None:
        os.close(self._file)

    def _clear(self, half: int) -> None:
        # Not synced: what comes again after a loss of power has the ids that it had.
        os.pwrite(self._file, _NOTHING, half * _HALF_BYTES)
        self._ends[half] = 0

    def _read(self, half: int) -> tuple[int, list[Click]]:
        """The number of the half's filling, and its clicks."""
        content = os.pread(self._file, _HALF_BYTES, half * _HALF_BYTES)
        filling: int = _HEAD.unpack_from(content)[0]
        return filling, list(_clicks(content, filling)) if filling else []


def _clicks(content: bytes, filling: int) -> Iterator[Click]:
    at = 0
    while at + _HEAD.size <= len(content):
        of, size, checksum = _HEAD.unpack_from(content, at)
        at += _HEAD.size
        written = content[at : at + size]
        at += size
        if of != filling or len(written) < size or crc32(written) != checksum:
            return
        for line in written.decode().split("\n"):
            code, _, event = line.partition(" ")
            yield code, event


@contextmanager
def in_turn(path: Path) -> Iterator[None]:
    """Let one process at a time do something with this file. Raises OSError."""
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def sync_folder(folder: Path) -> None:
    """Make a new file's name as durable as its content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
