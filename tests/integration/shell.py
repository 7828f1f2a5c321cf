"""``zwaan`` run as a person does: a process of its own, in a folder of its own."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.events.cloudevent import CloudEvent
from streams.logs.embedded.admin import EmbeddedAdmin

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    code: int
    out: str
    err: str
    seconds: float
    #: Of a processor, which a busy machine gives it more slowly.
    processor_seconds: float

    @property
    def came_soon(self) -> bool:
        """Whether it waited for nothing longer than ten seconds, however busy the machine is."""
        return self.seconds < 10 + 20 * self.processor_seconds

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def sentence(self) -> str:
        """The one line on standard error."""
        (line,) = self.err.strip().splitlines()
        assert line.startswith("zwaan: ")
        return line


class Shell:
    """Runs the command in a folder of its own, without anybody's settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"

    def run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        stdout: int = subprocess.PIPE,
        terminal: int | None = None,
        **settings: str,
    ) -> Done:
        """To its end; ``stdout`` is a file descriptor to write to instead of `Done.out`,
        ``terminal`` one to read from instead of ``stdin``."""
        names = ("PATH", "HOME", "LANG", "VIRTUAL_ENV")
        environment = {name: os.environ[name] for name in names if name in os.environ}
        environment |= {"ZWAAN_DATA": str(self.data)}
        environment |= {f"ZWAAN_{name.upper()}": value for name, value in settings.items()}
        started, used = time.monotonic(), _processor_seconds()
        done = subprocess.run(
            [sys.executable, "-m", "streams.command_line", *arguments],
            cwd=self.folder,
            env=environment | {"PYTHONPATH": str(ROOT)},
            stdin=terminal,
            input=stdin if terminal is None else None,
            stdout=stdout,
            stderr=subprocess.PIPE,
            timeout=120,
            check=False,
        )
        return Done(
            code=done.returncode,
            out=(done.stdout or b"").decode(),
            err=done.stderr.decode(),
            seconds=time.monotonic() - started,
            processor_seconds=_processor_seconds() - used,
        )

    def write(self, name: str, content: bytes | str | CloudEvent) -> str:
        if isinstance(content, CloudEvent):
            content = content.to_bytes()
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    def records(self, topic: str) -> list[Any]:
        """What is on the log, as JSON."""
        admin = EmbeddedAdmin(f"embedded://{self.data / 'zwaan.log.db'}")
        try:
            return [
                json.loads(record.value or b"null")
                for partition in admin.end_offsets(topic)
                for record in admin.read(topic, partition, 0, 1000)
            ]
        finally:
            admin.close()


def _processor_seconds() -> float:
    """Used by all programs that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
