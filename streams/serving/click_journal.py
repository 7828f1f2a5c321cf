"""Clicks on the disk while the log is away: files of NDJSON, the open one grows, closed ones wait.

Several processes may share a folder (pages run in any number). A lock keeps one from putting the
open file aside while another writes; a file that two of them relay is relayed twice, with the same
event ids. No closed file ever gets the name of an earlier one: whoever relayed that one slowly
would remove it unread.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import IO, TypeVar

import structlog

from streams.serving.shared_folder import in_turn, sync_folder

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
            return []  # as almost always, and nobody has to wait for a turn
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
    """The whole clicks of a file; what is none is told of in one line."""
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
