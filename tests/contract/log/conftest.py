"""Every test of this suite runs on the embedded log and on Apache Kafka."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faust
import pytest
from faust.contrib.asgi import faust_app_running

from services.ports import EventLog
from streams.logs.admin import LogAdmin, TopicSpec
from streams.logs.embedded.admin import EmbeddedAdmin
from streams.logs.embedded.event_log import EmbeddedEventLog
from streams.logs.kafka.admin import KafkaAdmin
from streams.logs.kafka.connection import Broker
from streams.logs.kafka.event_log import KafkaEventLog
from tests.contract.log.app import Seen, Topics, build

_ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogUnderTest:
    """One log, its adapters, and names on it that no one else uses."""

    kind: str
    broker: str
    folder: Path
    group: str
    topics: Topics
    admin: LogAdmin
    new_admin: Callable[[], LogAdmin]
    open_event_log: Callable[[], Any]

    def specs(self) -> list[TopicSpec]:
        return [
            TopicSpec(name=self.topics.inbound, partitions=3),
            TopicSpec(name=self.topics.outbound, partitions=3),
            TopicSpec(name=self.topics.dead, partitions=1),
        ]

    def total_lag(self) -> int:
        names = (self.topics.inbound, self.topics.outbound)
        return sum(it.lag for it in self.admin.lag(self.group, names))


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LogUnderTest]:
    """A log with the topics of the app on it."""
    broker = (
        f"embedded://{tmp_path}/zwaan.log.db"
        if request.param == "embedded"
        else f"kafka://{request.getfixturevalue('kafka_address')}"
    )
    run = uuid.uuid4().hex[:8]
    embedded = request.param == "embedded"

    def new_admin() -> LogAdmin:
        return EmbeddedAdmin(broker) if embedded else KafkaAdmin(Broker.at(broker))

    admin = new_admin()
    under_test = LogUnderTest(
        kind=request.param,
        broker=broker,
        folder=tmp_path,
        group=f"contract-{run}",
        topics=Topics(inbound=f"in-{run}", outbound=f"out-{run}", dead=f"dead-{run}"),
        admin=admin,
        new_admin=new_admin,
        open_event_log=lambda: (
            EmbeddedEventLog(broker) if embedded else KafkaEventLog(Broker.at(broker))
        ),
    )
    admin.ensure_topics(under_test.specs())
    yield under_test
    admin.close()


@pytest.fixture
async def events(log: LogUnderTest) -> AsyncIterator[EventLog]:
    """The port that services append through."""
    port = log.open_event_log()
    yield port
    await port.close()


class Witness:
    """Remembers what an app in this process saw, and lets a test wait for it."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.ticks = 0

    async def watch(self, seen: Seen) -> None:
        self.seen.append(seen)

    def tick(self) -> None:
        self.ticks += 1

    def values(self, topic: str) -> list[bytes]:
        return [it.value for it in self.seen if it.topic == topic]


@asynccontextmanager
async def running(log: LogUnderTest, witness: Witness, **options: Any) -> AsyncIterator[faust.App]:
    """The app of the contract, in this process and loop."""
    app = build(
        broker=log.broker,
        group=log.group,
        topics=log.topics,
        folder=log.folder,
        watch=options.pop("watch", witness.watch),
        tick=witness.tick,
        **options,
    )
    async with faust_app_running(app):
        yield app


async def eventually(condition: Callable[[], bool], *, limit: float = 120.0) -> None:
    """Wait until ``condition`` holds; fail after ``limit`` seconds."""
    async with asyncio.timeout(limit):
        while not condition():
            await asyncio.sleep(0.01)


async def eventually_in_thread(condition: Callable[[], bool], *, limit: float = 120.0) -> None:
    """The same for a condition that blocks."""
    async with asyncio.timeout(limit):
        while not await asyncio.to_thread(condition):
            await asyncio.sleep(0.05)


class Worker:
    """The app in a process of its own."""

    def __init__(self, log: LogUnderTest, *, hold: str = "") -> None:
        topics = log.topics
        arguments = {
            "broker": log.broker,
            "group": log.group,
            "inbound": topics.inbound,
            "outbound": topics.outbound,
            "dead": topics.dead,
            "folder": str(log.folder),
            "hold": hold,
        }
        self._inbound = topics.inbound
        self.facts: list[dict[str, Any]] = []
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.contract.log.worker"),
                *(f"--{name}={value}" for name, value in arguments.items()),
            ],
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                self.facts.append(json.loads(line))

    def values(self) -> list[str]:
        """What it saw on ``inbound``, in order."""
        return [fact["value"] for fact in self.facts if fact.get("topic") == self._inbound]

    @property
    def started(self) -> bool:
        """Whether it runs; fails when it has ended instead."""
        assert self.process.poll() is None, "the worker has ended"
        return any("started" in fact for fact in self.facts)

    @property
    def is_leader(self) -> bool:
        return any("leader" in fact for fact in self.facts)

    def end(self, how: int) -> None:
        self.process.send_signal(how)
        self.process.wait(timeout=20)
        self._reader.join(timeout=5)


@pytest.fixture
def start_worker(log: LogUnderTest) -> Iterator[Callable[..., Worker]]:
    """Starts workers in processes of their own, and ends those that still run."""
    workers: list[Worker] = []

    def start(**options: Any) -> Worker:
        workers.append(Worker(log, **options))
        return workers[-1]

    yield start
    for worker in workers:
        if worker.process.poll() is None:
            worker.process.kill()
            worker.process.wait(timeout=20)
