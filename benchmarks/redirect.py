"""The redirect: short links a second with every click durable, beside a bare 302 in the same run.

``python -m benchmarks.redirect [--write] [--runs N] [--seconds S] [--only embedded,kafka,up]``

The server has one core and `wrk` the other (with the broker, on Kafka). Rounds alternate, and a ratio
is that of one round. The baseline is uvicorn with uvloop and httptools, without its access log and
without looking for proxies, answering 302 and recording nothing. Every visitor has an agent of their
own. In the end the log must hold every click that was answered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from benchmarks.report import Row, arguments, report
from benchmarks.steady_load import agent
from services.database.engine import Database
from services.database.migrate import migrate
from services.settings import load_settings
from streams.logs.admin import open_admin
from streams.serving.link_file import LinkFile
from tests.builders import ambassador, campaign, organise, story
from tests.e2e.zwaan_process import ROOT, clean_environment
from tests.servers.kafka import Kafka
from tests.servers.process import free_port

#: 20,000 links.
PEOPLE, STORIES = 100, 200
FEW = 20
_VISITORS = 20_000
_SERVER, _CLIENTS = 0, 1
#: Records that are read back at once: on Kafka each time makes a client.
_AT_ONCE = 20_000

_BARE = """
import sys, uvicorn
HEADERS = [(b"location", b"https://example.org/verhalen/sluis"), (b"content-length", b"0")]
async def bare(scope, receive, send):
    await send({"type": "http.response.start", "status": 302, "headers": HEADERS})
    await send({"type": "http.response.body", "body": b""})
uvicorn.run(bare, port=int(sys.argv[1]), loop="uvloop", http="httptools", interface="asgi3",
            lifespan="off", access_log=False, log_level="error", proxy_headers=False)
"""

_WRK = """
local requests, at = {}, 0
function init(args)
  for line in io.lines(args[1]) do
    local code, agent = line:match("(%S+) (.*)")
    requests[#requests + 1] = wrk.format("GET", "/r/" .. code, {["User-Agent"] = agent})
  end
end
function request() at = at % #requests + 1; return requests[at] end
"""


@dataclass(slots=True)
class Server:
    """A process on one core. ``acknowledged`` clicks have to be in its log."""

    process: subprocess.Popen[bytes]
    port: int
    acknowledged: int = 0

    @property
    def processor_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Figures:
    """Of one way to serve under one load, a value a round."""

    rates: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    processor_ratios: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)


@contextmanager
def on_one_core(port: int, *command: str, **environment: str) -> Iterator[Server]:
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            ["taskset", "-c", str(_SERVER), sys.executable, *command],
            stdout=said,
            stderr=said,
            env=clean_environment(PYTHONPATH=str(ROOT), **environment),
        )
        try:
            for _ in range(600):
                time.sleep(0.1)
                assert process.poll() is None, (said.seek(0), said.read().decode())[1]
                try:
                    requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
                except requests.RequestException:
                    continue
                break
            yield Server(process, port)
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def zwaan(*command: str, data: Path, codes: Sequence[str], **environment: str) -> Iterator[Server]:
    port = free_port()
    settings = {"ZWAAN_DATA": str(data), "ZWAAN_PORT": str(port), **environment}
    started = on_one_core(port, "-m", "streams.command_line", *command, **settings)
    with started as server:
        while True:
            table = LinkFile(data / "links.table").read()
            if table is not None and all(table.target(code) for code in codes):
                break
            time.sleep(0.2)
        yield server
        kept = _in_the_log(data, port, environment)
    assert kept >= server.acknowledged, f"{server.acknowledged} answered, {kept} kept"
    print(f"{' '.join(command)}: {server.acknowledged:,} answered, {kept:,} in the log", flush=True)


def _in_the_log(data: Path, port: int, environment: dict[str, str]) -> int:
    """Clicks in the log and in the journal's files."""
    journal = sum(
        each.read_bytes().count(b"\n")
        for each in data.glob("clicks.journal*")
        if each.suffix != ".lock"
    )
    settings = load_settings(data=data, port=port, broker=environment.get("ZWAAN_BROKER", ""))
    admin = open_admin(settings)
    found = journal
    for topic in admin.topics(["link.clicked"]):
        for partition in topic.partitions:
            offset = partition.first
            while records := admin.read(topic.name, partition.number, offset, _AT_ONCE):
                offset = records[-1].position.offset + 1
                found += sum((each.value or b"").count(b'"specversion"') for each in records)
    admin.close()
    return found


def organised(data: Path) -> list[str]:
    """An installation with 20,000 links; their codes."""

    async def store() -> list[str]:
        database = Database.open(f"sqlite+aiosqlite:///{data / 'zwaan.db'}")
        await migrate(database)
        people = [ambassador(number) for number in range(PEOPLE)]
        stories = [campaign(story(story_id=f"s{number}")) for number in range(STORIES)]
        async with database.write() as transaction:
            drafts = await organise(transaction, people, stories, connected=False)
        await database.close()
        return [post.link_code for post in drafts]

    data.mkdir()
    return asyncio.run(store())


def _on_the_other_core(*command: str) -> str:
    pinned = ["taskset", "-c", str(_CLIENTS), *command]
    return subprocess.run(pinned, capture_output=True, text=True, check=True).stdout


def wrk(server: Server, visits: Path, connections: int, seconds: int) -> tuple[float, float]:
    """Requests a second, and the 99th percentile in milliseconds."""
    script = visits.with_suffix(".lua")
    script.write_text(_WRK)
    load = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script)]
    done = _on_the_other_core(*load, f"http://127.0.0.1:{server.port}", "--", str(visits))
    assert "Non-2xx" not in done, done
    # A timeout (of two seconds) is the machine's load.
    assert "Socket errors" not in done or "connect 0, read 0, write 0" in done, done
    answered = re.search(r"(\d+) requests in", done)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done)
    slow = re.search(r"99%\s+([\d.]+)(us|ms|s)", done)
    assert answered, done
    assert rate, done
    assert slow, done
    server.acknowledged += int(answered[1])
    return float(rate[1]), float(slow[1]) * {"us": 0.001, "ms": 1, "s": 1000}[slow[2]]


def compare(
    bare: Server, server: Server, loads: Sequence[tuple[int, Path]], *, runs: int, seconds: int
) -> list[Figures]:
    """Each load in turn, the baseline before it; the first round warms up."""
    found = [Figures() for _ in loads]
    for run in range(runs + 1):
        for figures, (connections, visits) in zip(found, loads, strict=True):
            costs, rates = [], []
            for each in (bare, server):
                before = each.processor_seconds
                rate, p99 = wrk(each, visits, connections, seconds)
                rates.append(rate)
                costs.append((each.processor_seconds - before) / rate)
            if run:
                figures.rates.append(rates[1])
                figures.ratios.append(rates[1] / rates[0])
                figures.processor_ratios.append(costs[0] / costs[1])
                figures.bare.append(rates[0])
                print(f"{connections:4} {rates[0]:9,.0f} {rates[1]:9,.0f}", end=" ", flush=True)
                print(f"{figures.ratios[-1]:.3f} {figures.processor_ratios[-1]:.3f} {p99:.1f} ms")
    return found


def steadily(
    bare: Server, server: Server, codes: Path, rate: float, *, runs: int, seconds: int
) -> tuple[list[float], list[float]]:
    """The 99th percentiles in milliseconds of a load of ``rate`` a second: the baseline's, and ours."""
    slow: tuple[list[float], list[float]] = ([], [])
    for run in range(2 * runs):
        asked, found = (bare, slow[0]) if run % 2 == 0 else (server, slow[1])
        load = [str(asked.port), str(rate), str(seconds), "64", str(codes)]
        done = _on_the_other_core(sys.executable, "-m", "benchmarks.steady_load", *load)
        told = json.loads(done)
        asked.acknowledged += told["answered"]
        found.append(told["p99"])
        print(f"{rate:,.0f}/s: {told}", flush=True)
    return slow


def _rows(
    name: str, loads: Sequence[str], asked: Sequence[str], found: Sequence[Figures]
) -> Iterator[Row]:
    for load, target, figures in zip(loads, asked, found, strict=True):
        yield Row(what=f"{name}, {load}", runs=figures.rates, unit="clicks/s")
        yield Row(what="the bare 302 beside it", runs=figures.bare, unit="answers/s")
        yield Row(what="of the bare 302, by the clock", runs=figures.ratios, unit="", target=target)
        yield Row(what="of the bare 302, by processor time", runs=figures.processor_ratios, unit="")


def main() -> None:
    own = argparse.ArgumentParser(add_help=False)
    own.add_argument("--seconds", type=int, default=3)
    own.add_argument("--only", default="embedded,kafka,up")
    given = arguments(own)
    runs, seconds, only = given.runs, given.seconds, given.only.split(",")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port = free_port()
        bare = stack.enter_context(on_one_core(port, "-c", _BARE, str(port)))
        codes = organised(folder / "new")
        for kind in only:
            data = folder / kind
            shutil.copytree(folder / "new", data)
            few, many, plain = _visits(folder / f"{kind}-visits", codes)
            environment: dict[str, str] = {}
            command = ["up"] if kind == "up" else ["web", "--only", "redirect"]
            with ExitStack() as running:
                if kind == "kafka":
                    broker = Kafka(folder=folder / "broker", port=free_port())
                    environment["ZWAAN_BROKER"] = f"kafka://{broker.start()}"
                    running.callback(broker.stop)
                server = running.enter_context(
                    zwaan(*command, data=data, codes=codes, **environment)
                )
                loads = [(32, few), (128, few), (128, many)]
                names = [f"{n} connections" for n in (32, 128)] + ["128 connections, 20,000 links"]
                asked = ["≥ 0.15"] * 3 if kind == "up" else ["≥ 0.33", "≥ 0.50", "≥ 0.25"]
                found = compare(bare, server, loads, runs=runs, seconds=seconds)
                rows = [*_rows(" ".join(["zwaan", *command]), names, asked, found)]
                half = statistics.median(found[1].rates) / 2
                steady = ((2_000.0, "2,000 a second"), (half, "half of that load"))
                for rate, said in () if kind == "up" else steady:
                    slow = steadily(bare, server, plain, rate, runs=runs, seconds=seconds)
                    rows.append(
                        Row(what=f"p99 at {said}", runs=slow[1], unit="ms", target="≤ 10 ms")
                    )
                    rows.append(Row(what="the bare 302 beside it", runs=slow[0], unit="ms"))
            report(_TITLES[kind], f"python -m benchmarks.redirect --only {kind}", rows, _NOTES)


_TITLES = {
    "embedded": "The redirect, on an embedded log",
    "kafka": "The redirect, on Apache Kafka",
    "up": "The redirect, with a worker in its process",
}
_NOTES = """
The server has one core and the load the other (with the broker, on Kafka); the baseline is bare uvicorn answering 302
in the same round (70,000 a second on a quiet machine of this kind: with far less, other programs had the cores, and
neither ratios by the clock nor percentiles say anything). Every answered click was in the log afterwards. Of processor
time, which other programs on the machine disturb less than the clock, a waiting process pays nothing. What limits an
embedded log is one write and sync for all clicks that came together (40 µs of a processor, 100 to 200 by the clock,
while the loop waits), Kafka the round to the broker and 200 µs of a processor for each (430 by aiokafka's producer);
then parsing and the system's calls, which the baseline has too.
"""


def _visits(path: Path, codes: Sequence[str]) -> tuple[Path, Path, Path]:
    """Files of visits to few links and to all, and of codes alone."""
    chance = random.Random(7)  # noqa: S311 - which links, not which secrets
    few, many, plain = (path.with_suffix(each) for each in (".few", ".many", ".codes"))
    shuffled = chance.sample(codes, len(codes))
    some = [shuffled[number % FEW] for number in range(_VISITORS)]
    for file, asked in ((few, some), (many, shuffled)):
        lines = (f"{code} {agent(number)}" for number, code in enumerate(asked))
        file.write_text("\n".join(lines) + "\n", encoding="ascii")
    plain.write_text("\n".join(some), encoding="ascii")
    return few, many, plain


if __name__ == "__main__":
    main()
