"""How soon ``zwaan demo`` serves its first page, by the clock and by processor time, and how much memory
it takes while it works.

``python -m benchmarks.startup [--write] [--runs N]``
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

from benchmarks.report import Row, arguments, report
from tests.servers.process import free_port

_BASELINE = [sys.executable, "-c", "import faust, fastapi, uvicorn, sqlalchemy.ext.asyncio"]


def _baseline() -> float:
    """Seconds to import the frameworks alone, Faust included, which the first page does not wait for."""
    started = time.perf_counter()
    subprocess.run(_BASELINE, check=True)
    return time.perf_counter() - started


def _demo() -> tuple[float, float, float]:
    """Seconds until the first page of a new installation, those of a processor, and the peak of resident
    memory in MB."""
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
        port, used = free_port(), 0.0
        process = subprocess.Popen(
            [*command, "--data", folder, "--port", str(port)],
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
            if not used and _answers(port):
                used = _processor_seconds(process.pid)
            time.sleep(0.1 if used else 0.02)
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 0
        summary = json.loads(output.strip().splitlines()[-1])
        assert summary["posts"]["published"] > 0
        return summary["startup_seconds"], used, peak


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/", timeout=60).ok
    except requests.ConnectionError:
        return False


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    baseline, first_page, processor, memory = [], [], [], []
    for _ in range(arguments().runs):
        baseline.append(_baseline())
        seconds, used, megabytes = _demo()
        first_page.append(seconds)
        processor.append(used)
        memory.append(megabytes)
    report(
        "Start of the demo",
        "python -m benchmarks.startup",
        [
            Row(what="first page after the command", runs=first_page, unit="s", target="≤ 2 s"),
            Row(what="the same, processor time", runs=processor, unit="s"),
            Row(what="importing the frameworks alone", runs=baseline, unit="s"),
            Row(what="peak resident memory of a demo", runs=memory, unit="MB", target="≤ 200 MB"),
        ],
    )


if __name__ == "__main__":
    main()
