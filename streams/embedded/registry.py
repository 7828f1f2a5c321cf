"""One open log per path and process, shared by the worker, the web side and the relay."""

from __future__ import annotations

import threading
from pathlib import Path
from urllib.parse import unquote, urlsplit

from services.errors import Rejected
from streams.embedded.log import EmbeddedLog

_lock = threading.Lock()
_open: dict[Path, tuple[EmbeddedLog, int]] = {}


def acquire(path: Path) -> EmbeddedLog:
    """The open log of this process at ``path``; each `acquire` asks for one `release`.

    Raises Stop when another process owns it.
    """
    path = path.resolve()
    with _lock:
        log, holders = _open.get(path, (None, 0))
        if log is None:
            log = EmbeddedLog(path)
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


def path_of(url: str) -> Path:
    """The file of ``embedded:///absolute/path``. Raises Rejected for anything else."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    if parts.scheme != "embedded" or parts.netloc or not path.startswith("/"):
        raise Rejected(
            f"{url!r} is no address of an embedded log; write embedded:///absolute/path/to/file."
        )
    return Path(path)
