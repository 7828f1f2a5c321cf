"""Stopping, crashing, and going on."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

import pytest
from kafka import KafkaAdminClient, TopicPartition

from services.ports import EventLog, Record
from streams.logs.admin import TopicSpec
from tests.contract.log.app import Seen
from tests.contract.log.conftest import (
    LogUnderTest,
    Witness,
    Worker,
    eventually,
    eventually_in_thread,
    running,
)


def _numbered(topic: str, numbers: range) -> list[Record]:
    return [Record(topic=topic, value=b"%d" % n, key=b"k%d" % (n % 7)) for n in numbers]


async def test_a_worker_goes_on_where_it_stopped(log: LogUnderTest) -> None:
    """After a stop in order, the next worker sees what was appended since, and nothing again."""
    first, second = Witness(), Witness()
    await asyncio.to_thread(log.admin.append, _numbered(log.topics.inbound, range(100)))
    async with running(log, first):
        await eventually(lambda: len(first.values(log.topics.outbound)) == 100)
    await asyncio.to_thread(log.admin.append, _numbered(log.topics.inbound, range(100, 150)))
    async with running(log, second):
        await eventually(lambda: len(second.values(log.topics.outbound)) >= 50)

    assert sorted(second.values(log.topics.inbound), key=int) == [
        b"%d" % n for n in range(100, 150)
    ]
    assert sorted(second.values(log.topics.outbound), key=int) == [
        b"%d" % n for n in range(100, 150)
    ]


async def test_nothing_is_lost_when_a_worker_is_killed(
    log: LogUnderTest, start_worker: Callable[..., Worker]
) -> None:
    """After SIGKILL, what was not processed comes again, and all arrives in the end."""
    await asyncio.to_thread(log.admin.append, _numbered(log.topics.inbound, range(300)))
    killed = start_worker(hold="200")
    await eventually(lambda: "200" in killed.values())
    killed.end(signal.SIGKILL)

    survivor = start_worker()
    arrived: set[bytes | None] = set()

    def all_arrived() -> bool:
        for number in range(3):
            records = log.admin.read(log.topics.outbound, number, 0, 5_000)
            arrived.update(record.value for record in records)
        return len(arrived) == 300

    await eventually_in_thread(all_arrived)
    survivor.end(signal.SIGTERM)

    assert "200" in survivor.values()
    assert {*killed.values(), *survivor.values()} == {str(n) for n in range(300)}


async def test_what_was_committed_does_not_come_again(
    log: LogUnderTest, start_worker: Callable[..., Worker]
) -> None:
    """A worker that is killed after it committed leaves nothing for the next but what is new."""
    await asyncio.to_thread(log.admin.append, _numbered(log.topics.inbound, range(60)))
    killed = start_worker()
    await eventually(lambda: len(killed.values()) == 60)
    await eventually_in_thread(lambda: log.total_lag() == 0)
    killed.end(signal.SIGKILL)

    await asyncio.to_thread(log.admin.append, _numbered(log.topics.inbound, range(60, 70)))
    survivor = start_worker()
    await eventually(lambda: len(survivor.values()) >= 10)
    await eventually_in_thread(lambda: log.total_lag() == 0)
    survivor.end(signal.SIGTERM)

    assert sorted(survivor.values(), key=int) == [str(n) for n in range(60, 70)]


async def test_a_record_at_work_is_never_committed_past(
    log: LogUnderTest, events: EventLog, request: pytest.FixtureRequest
) -> None:
    """When a later record of the partition is done first, the commit waits for the earlier one."""
    witness = Witness()
    gate = asyncio.Event()

    async def watch(seen: Seen) -> None:
        if seen.value == b"slow":
            await gate.wait()
        await witness.watch(seen)

    def committed() -> dict[int, int | None]:
        lag = log.admin.lag(log.group, [log.topics.inbound])
        return {it.partition: it.committed for it in lag if it.topic == log.topics.inbound}

    async with running(log, witness, watch=watch, concurrency=2):
        topic = log.topics.inbound
        await events.append(
            [Record(topic=topic, value=value, partition=0) for value in (b"slow", b"fast")]
        )
        await eventually(lambda: b"fast" in witness.values(log.topics.outbound))
        await events.append([Record(topic=topic, value=b"later", partition=1)])
        await eventually_in_thread(lambda: committed()[1] == 1)
        while_at_work = await asyncio.to_thread(committed)
        gate.set()
        await eventually_in_thread(lambda: log.total_lag() == 0)

    assert not while_at_work[0]


async def test_what_expired_unread_is_noted(log: LogUnderTest) -> None:
    """A consumer that comes back after retention took what it had to read notes which records."""
    topic, first, second = log.topics.inbound, Witness(), Witness()

    async def append(numbers: range) -> None:
        for n in numbers:
            record = Record(topic=topic, value=b"%d" % n, partition=0)
            await asyncio.to_thread(log.admin.append, [record])

    await append(range(2))
    async with running(log, first):
        await eventually(lambda: len(first.values(log.topics.outbound)) == 2)
    await append(range(2, 8))
    await asyncio.to_thread(_expire_all_but_the_last, log, topic)
    async with running(log, second) as app:
        await eventually(lambda: len(second.values(topic)) == 1)
        expired = list(app.consumer.expired)

    assert second.values(topic) == [b"7"]
    assert expired == [(topic, 0, 2, 7)]


def _expire_all_but_the_last(log: LogUnderTest, topic: str) -> None:
    if log.kind == "embedded":
        for _ in range(2):  # what has expired goes as the log is opened the next time
            log.admin.set_retention([TopicSpec(name=topic, partitions=3, retention_bytes=1)])
    else:
        client = KafkaAdminClient(bootstrap_servers=log.broker.removeprefix("kafka://"))
        client.delete_records({TopicPartition(topic, 0): 7})
        client.close()
