"""All short links in a file beside the click journal, for a start while the database is away."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import structlog

from services.errors import RetryLater
from services.figures.refresh_links import LinkRefresher
from services.figures.rules.link_table import Damaged, LinkTable
from streams.serving.click_journal import in_turn, sync_folder

_log = structlog.get_logger("links")

#: A vacancy that closed leads to the careers page after this, and after one question.
_REFRESH_SECONDS = 2.0
#: Of a large table the whole is written each time: not more than a twentieth of the time.
_REST = 20


class LinkFile:
    """Whole or not at all: written aside and renamed, with a checksum in it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> LinkTable | None:
        """None, and why in the log, for anything but a table of this version."""
        try:
            return LinkTable.from_bytes(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except (Damaged, OSError) as fault:
            _log.warning("the file of links is made anew", file=str(self._path), reason=str(fault))
            return None

    def write(self, table: LinkTable) -> None:
        """Raises OSError."""
        content = table.to_bytes()
        aside = self._path.with_name(f"{self._path.name}.new")
        with in_turn(self._path):
            with aside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(self._path)
            sync_folder(self._path.parent)


class LinkKeeper:
    """Keeps ``table`` fresh, and its file close behind, while `run` runs."""

    def __init__(self, table: LinkTable, file: LinkFile, refresher: LinkRefresher) -> None:
        self._table = table
        self._file = file
        self._refresher = refresher
        self._unwritten = False
        self._not_before = 0.0

    async def start(self) -> None:
        """Take what the file has. The table is empty before."""
        found = await asyncio.to_thread(self._file.read)
        self._unwritten = found is None
        if found is not None:
            self._table.become(found)

    async def run(self) -> None:
        """Until cancelled; what is not in the file then is written first."""
        try:
            while True:
                await self._refresh()
                if self._unwritten and time.monotonic() >= self._not_before:
                    await asyncio.to_thread(self._write)
                await asyncio.sleep(_REFRESH_SECONDS)
        finally:
            if self._unwritten:
                self._write()

    async def _refresh(self) -> None:
        try:
            self._unwritten |= await self._refresher.refresh()
        except RetryLater:
            pass  # what is known stays, and a page says why
        except Exception:  # noqa: BLE001 - links go on leading where they led
            _log.exception("the links could not be refreshed")

    def _write(self) -> None:
        began = time.monotonic()
        try:
            self._file.write(self._table)
        except OSError as fault:
            _log.warning("the links could not be written", reason=str(fault))
        else:
            self._unwritten = False
        now = time.monotonic()
        self._not_before = now + _REST * (now - began)
