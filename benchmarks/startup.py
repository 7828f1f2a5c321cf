"""How soon ``zwaan demo`` serves its first page, and how much memory it takes while it works.

``python -m benchmarks.startup [--write] [--runs N]``
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import Row, arguments, report
from tests.servers.process import free_port

_BASELINE = [sys.executable, "-c", "import faust, fastapi, uvicorn, sqlalchemy.ext.asyncio"]


def _baseline() -> float:
    """Seconds to import the frameworks alone: nothing of ours can be faster than that."""
    started = time.perf_counter()
    subprocess.run(_BASELINE, check=True)
    return time.perf_counter() - started


def _demo() -> tuple[float, float]:
    """Seconds until the first page of a new installation, and the peak of resident memory in MB."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "streams.command_line",
            "demo",
            "--seconds",
            "12",
            "--json",
        ]
        process = subprocess.Popen(
            [*command, "--data", folder, "--port", str(free_port())],
            stdout=subprocess.PIPE,
            text=True,
        )
        status = Path(f"/proc/{process.pid}/status")
        peak = 0.0
        while process.poll() is None:
            try:
                lines = status.read_text(encoding="ascii").splitlines()
            except (FileNotFoundError, ProcessLookupError):
                break
            found = [line.split()[1] for line in lines if line.startswith("VmHWM")]
            peak = max([peak, *(int(kilobytes) / 1024 for kilobytes in found)])
            time.sleep(0.1)
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 0
        summary = json.loads(output.strip().splitlines()[-1])
        assert summary["posts"]["published"] > 0
        return summary["startup_seconds"], peak


def main() -> None:
    baseline, first_page, memory = [], [], []
    for _ in range(arguments().runs):
        baseline.append(_baseline())
        seconds, megabytes = _demo()
        first_page.append(seconds)
        memory.append(megabytes)
    report(
        "Start of the demo",
        "python -m benchmarks.startup",
        [
            Row(what="first page after the command", runs=first_page, unit="s", target="≤ 2 s"),
            Row(what="importing the frameworks alone", runs=baseline, unit="s"),
            Row(what="peak resident memory of a demo", runs=memory, unit="MB", target="≤ 200 MB"),
        ],
    )


if __name__ == "__main__":
    main()
