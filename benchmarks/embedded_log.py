"""The embedded log: events a second through Faust, time to a ready worker, appends a second.

``python -m benchmarks.embedded_log [--write] [--runs N]``. Candidates and baseline alternate within
each run. Each measurement has a process of its own, so that none inherits another's memory.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.report import Row, arguments, measured_in_turn, report

EVENTS = 20_000
APPENDS = 3_000
GROUP_APPENDS = 30_000
CALLERS = 64
EVENT = {"id": "3f0c1e4e", "type": "share.requested", "data": {"text": "x" * 180, "n": 0}}
RECORD = json.dumps(EVENT).encode()
LIMIT = (
    "What limits two hops is the one core (py-spy, samples without imports): Faust 29 %, asyncio "
    "21 %, the log's writer thread 26 %, the rest of the log 9 %, the agents' JSON 6 %."
)


def two_hops(folder: Path) -> float:
    """Events a second from the first append until the last has passed two agents.

    JSON in, transform, JSON out, and again; one process, one core, every record durable.
    """
    import faust  # noqa: PLC0415 - not before a measurement that needs it
    from faust.contrib.asgi import faust_app_running  # noqa: PLC0415

    from services.ports import Record  # noqa: PLC0415
    from streams.logs.embedded.event_log import EmbeddedEventLog  # noqa: PLC0415

    url = f"embedded://{folder}/zwaan.log.db"

    async def measure() -> float:
        events = EmbeddedEventLog(url)
        for name in ("first", "second", "third"):
            events.log.create_topic(name, 4)
        app = _app(faust, url, folder)
        first, second, third = (_raw(app, name) for name in ("first", "second", "third"))

        def forward(source: Any, target: Any) -> None:
            @app.agent(source, name=f"to-{target}")
            async def hop(stream: Any) -> None:
                async for event in stream.events():
                    fact = json.loads(event.value)
                    fact["data"]["n"] += 1
                    await target.send(key=event.key, value=json.dumps(fact).encode())

        forward(first, second)
        forward(second, third)
        done = events.log.topics["third"].partitions
        async with faust_app_running(app):
            await _until(lambda: not app.rebalancing)
            begun = time.perf_counter()
            for start in range(0, EVENTS, 500):
                keys = (b"ambassador-%d" % (n % 200) for n in range(start, start + 500))
                await events.append([Record(topic="first", value=RECORD, key=key) for key in keys])
            await _until(lambda: sum(it.end for it in done) >= EVENTS)
            took = time.perf_counter() - begun
        assert sum(it.end for it in done) == EVENTS, "lost or doubled"
        await events.close()
        return EVENTS / took

    return asyncio.run(measure())


def ready(folder: Path) -> float:
    """Seconds from the start of the process until a record has passed an agent."""
    import faust  # noqa: PLC0415
    from faust.contrib.asgi import faust_app_running  # noqa: PLC0415

    from services.ports import Record  # noqa: PLC0415
    from streams.logs.embedded.event_log import EmbeddedEventLog  # noqa: PLC0415

    url = f"embedded://{folder}/zwaan.log.db"

    async def measure() -> float:
        events = EmbeddedEventLog(url)
        events.log.create_topic("first", 4)
        app = _app(faust, url, folder)
        seen = asyncio.Event()

        @app.agent(_raw(app, "first"))
        async def see(stream: Any) -> None:
            async for _ in stream:
                seen.set()

        async with faust_app_running(app):
            await events.append([Record(topic="first", value=RECORD)])
            await seen.wait()
            took = _since_process_start()
        await events.close()
        return took

    return asyncio.run(measure())


def one_by_one(folder: Path) -> float:
    """Appends a second, each awaited before the next: one commit each."""
    return _appends(folder, callers=1, total=APPENDS)


def group_commit(folder: Path) -> float:
    """Appends a second by 64 callers at once, each awaiting its own: commits are shared."""
    return _appends(folder, callers=CALLERS, total=GROUP_APPENDS)


def bare_sqlite(folder: Path) -> float:
    """The baseline: one INSERT and one commit a record, WAL, synchronous=FULL, nothing else."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE records (id INTEGER PRIMARY KEY, at INTEGER, value BLOB)")
    begun = time.perf_counter()
    for n in range(APPENDS):
        connection.execute("INSERT INTO records (at, value) VALUES (?, ?)", (n, RECORD))
    return APPENDS / (time.perf_counter() - begun)


def _appends(folder: Path, *, callers: int, total: int) -> float:
    from services.ports import Record  # noqa: PLC0415
    from streams.logs.embedded.event_log import EmbeddedEventLog  # noqa: PLC0415

    async def measure() -> float:
        events = EmbeddedEventLog(f"embedded://{folder}/zwaan.log.db")
        events.log.create_topic("first", 4)

        async def call() -> None:
            for _ in range(total // callers):
                await events.append([Record(topic="first", value=RECORD)])

        begun = time.perf_counter()
        await asyncio.gather(*(call() for _ in range(callers)))
        took = time.perf_counter() - begun
        written = sum(it.end for it in events.log.topics["first"].partitions)
        await events.close()
        return written / took

    return asyncio.run(measure())


def _app(faust: Any, url: str, folder: Path) -> Any:
    return faust.App(
        "benchmark",
        broker=url,
        autodiscover=False,
        web_enabled=False,
        store="memory://",
        datadir=str(folder / "faust"),
        TableManager="streams.logs.embedded.transport:TableManager",
    )


def _raw(app: Any, name: str) -> Any:
    return app.topic(
        name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - another thread brings it about
        await asyncio.sleep(0.001)


def _since_process_start() -> float:
    """Seconds, from the kernel's clock: interpreter and imports included."""
    after_boot = int(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - after_boot / os.sysconf("SC_CLK_TCK")


MEASUREMENTS: dict[str, tuple[Callable[[Path], float], str, str, str]] = {
    "two_hops": (two_hops, "two hops through Faust, JSON in and out", "events/s", "≥ 4,000"),
    "ready": (ready, "process start to first record processed", "s", "≤ 1.5"),
    "one_by_one": (one_by_one, "appends committed one by one", "records/s", ""),
    "group_commit": (group_commit, f"appends by {CALLERS} callers, group commit", "records/s", ""),
    "bare_sqlite": (bare_sqlite, "baseline: bare SQLite, a commit each", "records/s", ""),
}


def _measure_in_a_process(name: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.embedded_log", "--measure", name, folder],
            stdout=subprocess.PIPE,
            check=True,
            cwd=Path(__file__).parents[1],
        )
    return float(done.stdout.split()[-1])


def main() -> None:
    runs = measured_in_turn(MEASUREMENTS, _measure_in_a_process, runs=arguments().runs)
    medians = {name: statistics.median(values) for name, values in runs.items()}
    report(
        "Embedded log",
        "python -m benchmarks.embedded_log",
        [
            Row(what=what, runs=runs[name], unit=unit, target=target)
            for name, (_, what, unit, target) in MEASUREMENTS.items()
        ],
        f"Group commit is {medians['group_commit'] / medians['bare_sqlite']:.1f} times the bare "
        f"baseline, one by one {medians['one_by_one'] / medians['bare_sqlite']:.2f} times (each "
        f"append crosses to the writer thread and back). {LIMIT}",
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(MEASUREMENTS[sys.argv[2]][0](Path(sys.argv[3])))
    else:
        main()
