"""Who owns a log: the lock beside it, and the address at which the owner can be reached.

The lock is ``flock(2)``: the kernel drops it when the process ends, however it ends, so that there
is never a stale lock to remove by hand.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from services.errors import Stop
from services.message import Message, message

# A look at the lock (`is_owned`) holds it for an instant, a passing command for as long as it takes to
# append; an owner that starts waits for either.
_ATTEMPTS = 100
_PAUSE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A running owner: its process, the local address of its web side, and the token for it.

    ``public_url`` is the address that people reach it at, and that its short links hold.
    """

    pid: int
    url: str
    public_url: str
    token: str = field(repr=False)


class LogInUse(Stop):
    """Another process owns the log: for as long as it runs, or for the moment of one command."""


class OwnerLock:
    """The exclusive right to write one log, for the life of a process."""

    def __init__(self, log_path: Path) -> None:
        """Raises LogInUse, naming the process, when another one owns the log."""
        self._file = os.open(lock_path(log_path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        for attempt in range(_ATTEMPTS):
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if attempt + 1 == _ATTEMPTS:
                    os.close(self._file)
                    raise LogInUse(_in_use(log_path)) from None
                time.sleep(_PAUSE)
        os.truncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        os.close(self._file)


def lock_path(log_path: Path) -> Path:
    return log_path.with_name(f"{log_path.name}.lock")


def is_owned(log_path: Path) -> bool:
    """Whether a living process owns the log."""
    try:
        file = os.open(lock_path(log_path), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def write_owner(log_path: Path, *, url: str, public_url: str, token: str) -> None:
    """Leave ``owner.json`` beside the log (mode 0600) for the command line of the same user."""
    path = _owner_path(log_path)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        owner = Owner(pid=os.getpid(), url=url, public_url=public_url, token=token)
        json.dump(asdict(owner), file)
    fresh.replace(path)


def read_owner(log_path: Path) -> Owner | None:
    """The running owner of a log, or None when there is none or it has no address."""
    if not is_owned(log_path):
        return None
    owner = last_owner(log_path)
    # An owner without a web side leaves the file of the one before it alone.
    return owner if owner is not None and owner.pid == _locking_pid(log_path) else None


def last_owner(log_path: Path) -> Owner | None:
    """Who had an address last, whether it runs or not."""
    try:
        return Owner(**json.loads(_owner_path(log_path).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _owner_path(log_path: Path) -> Path:
    return log_path.with_name("owner.json")


def _locking_pid(log_path: Path) -> int | None:
    try:
        return int(lock_path(log_path).read_text())
    except (FileNotFoundError, ValueError):
        return None


def _in_use(log_path: Path) -> Message:
    pid = _locking_pid(log_path)
    owner = (
        message("log.process", "process {pid}", pid=str(pid))
        if pid
        else message("log.other-process", "another process")
    )
    return message(
        "log.in-use",
        "the log {path} is in use by {owner}; stop that process, or choose another data directory with --data",
        path=str(log_path),
        owner=owner,
    )
