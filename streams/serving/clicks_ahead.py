"""Clicks on the disk before the embedded log has them: one small write for all that came at once.

A commit of the log touches pages of every partition, and a thread. Here it is one write over blocks that
the file has already, which takes a disk a tenth of that; the log gets hundreds of clicks together a
moment later. Two halves take turns: one is written while the clicks of the other go to the log.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from struct import Struct
from zlib import crc32

from streams.serving.click_journal import Click
from streams.serving.shared_folder import sync_folder

#: Eight thousand clicks with agents of the usual length each, as many as may come while the log takes a
#: breath; those for which there is no room wait for the log itself.
_HALF_BYTES = 4_194_304

#: Which filling of a half a write belongs to, its bytes, and their checksum: what is left of the filling
#: before, or was not written to its end, is none of it.
_HEAD = Struct("<QII")
_NOTHING = bytes(_HEAD.size)
_sync = getattr(os, "fdatasync", os.fsync)


class ClicksAhead:
    """A file of one process, the owner of the embedded log."""

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
