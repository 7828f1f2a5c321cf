"""The embedded log as the services' port `EventLog`, and one open log per path and process, shared by
the worker, the web side and the relay.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from services.errors import WrongSetting
from services.message import message
from services.ports import Record
from streams.logs.embedded.log import EmbeddedLog

_MEGABYTE = 1_048_576

_lock = threading.Lock()
_open: dict[Path, tuple[EmbeddedLog, int]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What a URL says of a log: its file, and how large the file may grow (None: the disk)."""

    path: Path
    max_bytes: int | None


def parse_url(url: str) -> Address:
    """Read ``embedded:///absolute/path/zwaan.log.db[?max_mb=2048]``.

    Raises WrongSetting for anything else.
    """
    parts = urlsplit(url)
    path = unquote(parts.path)
    options = parse_qs(parts.query, keep_blank_values=True)
    max_mb = options.pop("max_mb", [None])[-1]
    if (
        parts.scheme != "embedded"
        or parts.netloc
        or not path.startswith("/")
        or options
        or (max_mb is not None and not max_mb.isdecimal())
    ):
        raise WrongSetting(
            message(
                "log.no-address",
                "{url} is no address of an embedded log; correct ZWAAN_BROKER: embedded:///absolute/path/zwaan.log.db, with ?max_mb=2048 to bound its size",
                url=url,
            )
        )
    return Address(path=Path(path), max_bytes=int(max_mb) * _MEGABYTE if max_mb else None)


def acquire(url: str) -> EmbeddedLog:
    """The open log of this process; each `acquire` asks for one `release`.

    The first `acquire` decides its size limit. Raises Stop when another process owns it.
    """
    address = parse_url(url)
    path = address.path.resolve()
    with _lock:
        log, holders = _open.get(path, (None, 0))
        if log is None:
            log = EmbeddedLog(path, max_bytes=address.max_bytes)
        _open[path] = (log, holders + 1)
        return log


def release(log: EmbeddedLog) -> None:
    """Give back an acquired log; the last one closes it."""
    with _lock:
        shared, holders = _open[log.path]
        if holders > 1:
            _open[log.path] = (shared, holders - 1)
            return
        del _open[log.path]
        shared.close()


class EmbeddedEventLog:
    """Appends facts from any event loop; shares the open log with a Faust app in this process."""

    def __init__(self, url: str) -> None:
        """Opens the log. Raises Stop when another process owns it."""
        self.log: EmbeddedLog = acquire(url)

    async def append(self, records: Sequence[Record]) -> None:
        """Return when every record is durable: all of them, or none when it raises.

        Raises RetryLater (no room), Rejected (unknown topic, too large), Stop (the disk failed).
        """
        prepared = [
            self.log.prepare(
                record.topic, key=record.key, value=record.value, number=record.partition
            )
            for record in records
        ]
        if not prepared:
            return
        appender = self.log.appender()
        await appender.room()
        await asyncio.shield(
            appender.append([placed for placed, _ in prepared], sum(size for _, size in prepared))
        )

    async def close(self) -> None:
        release(self.log)
