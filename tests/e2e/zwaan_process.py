"""``zwaan`` as a user starts it: a process of its own, on a folder and a port of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).parents[2]


def clean_environment(**extra: str) -> dict[str, str]:
    """This process's environment without the developer's own ZWAAN_* settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZWAAN_")}
    return kept | extra


def zwaan(
    *arguments: str, data: Path, stdin: bytes = b"", limit: float = 60.0, **extra: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; ``extra`` are further environment variables."""
    done = subprocess.run(
        [sys.executable, "-m", "streams.command_line", *arguments],
        input=stdin,
        capture_output=True,
        timeout=limit,
        check=False,
        cwd=data.parent,
        env=clean_environment(ZWAAN_DATA=str(data), PYTHONPATH=str(ROOT), **extra),
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A running ``zwaan``; ``url`` is where its pages are."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def get(self, path: str, **options: Any) -> requests.Response:
        return requests.get(f"{self.url}{path}", timeout=10, **options)

    def wait_for(self, condition: Callable[[], object], *, limit: float = 60.0) -> None:
        """Return when ``condition`` holds; fails after ``limit`` seconds or when the process ends."""
        deadline = time.monotonic() + limit
        while not condition():
            ended = self.process.poll()
            assert ended is None, f"zwaan ended with {ended}:\n{self.log.read_text()[-4000:]}"
            assert time.monotonic() < deadline, f"not in time:\n{self.log.read_text()[-4000:]}"
            time.sleep(0.1)

    def is_ready(self) -> bool:
        try:
            return self.get("/readyz").status_code == requests.codes.ok
        except requests.RequestException:
            return False

    def stats(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.get("/api/v1/stats").json()
        return answer

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


@contextmanager
def running(*arguments: str, data: Path, port: int, **extra: str) -> Iterator[Running]:
    """Start a long-running command; it is asked to stop at the end, and has to within 20 s."""
    log = data.parent / f"{data.name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streams.command_line", *arguments],
            stdout=output,
            stderr=output,
            cwd=data.parent,
            env=clean_environment(
                ZWAAN_DATA=str(data), ZWAAN_PORT=str(port), PYTHONPATH=str(ROOT), **extra
            ),
        )
    try:
        yield Running(process=process, url=f"http://127.0.0.1:{port}", log=log)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
                raise


def last_json_line(output: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return answer
