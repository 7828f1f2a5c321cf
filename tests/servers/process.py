"""What both servers share: a free port, waiting for a condition, ending a process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable


class CannotStart(Exception):
    """The server is not to be had here; the text says what to do about it."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], *, limit: float, failure: str) -> None:
    """Return as soon as ``condition`` holds; raises CannotStart after ``limit`` seconds."""
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() > deadline:
            raise CannotStart(failure)
        time.sleep(0.05)


def is_running(pid: int, *, mark: str) -> bool:
    """Whether ``pid`` lives and its command line contains ``mark``, so that it is ours to end."""
    listing = subprocess.run(
        ["ps", "-ww", "-o", "stat=,command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return mark in listing.stdout and not listing.stdout.startswith("Z")


def end(pid: int, *, mark: str, limit: float) -> None:
    """Ask the process to stop, and kill it when it has not done so after ``limit`` seconds."""
    if not is_running(pid, mark=mark):
        return
    os.kill(pid, signal.SIGTERM)
    try:
        wait_until(lambda: not is_running(pid, mark=mark), limit=limit, failure="")
    except CannotStart:
        os.kill(pid, signal.SIGKILL)
