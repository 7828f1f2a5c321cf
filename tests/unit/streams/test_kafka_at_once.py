"""One request for many partitions: in order, and what the brokers do not take is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    NotLeaderForPartitionError,
)
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.structs import TopicPartition

from services.ports import Record
from streams.logs.kafka.event_log import Writer

TOPIC = "link.clicked"


class Broker:
    """A client, a producer and the partitions behind them; what is refused is as the test says."""

    def __init__(self, leaders: dict[int, int]) -> None:
        self.leaders = leaders
        self.cluster = self
        self.client = self
        self.log: dict[int, list[bytes]] = {number: [] for number in leaders}
        self.requests: list[tuple[int, list[int]]] = []
        self.produced: list[int] = []
        self.refuse: Callable[[int], KafkaError | None] = lambda _: None
        self.lost: KafkaError | None = None
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.updates = 0

    def partitions_for_topic(self, _: str) -> set[int]:
        return set(self.leaders)

    def leader_for_partition(self, place: TopicPartition) -> int:
        return self.leaders[place.partition]

    def force_metadata_update(self) -> None:
        self.updates += 1

    async def send(self, node: int, request: Any) -> Any:
        ((_, batches),) = request._topics
        self.requests.append((node, [number for number, _ in batches]))
        await self.may_answer.wait()
        if self.lost is not None:
            raise self.lost
        answers = []
        for number, batch in batches:
            refused = self.refuse(number)
            offset = len(self.log[number])
            if refused is None:
                self.log[number] += [
                    record.value for record in DefaultRecordBatch(bytearray(batch))
                ]
            answers.append((number, refused.errno if refused else 0, offset, -1, 0))
        return SimpleNamespace(topics=[(TOPIC, answers)])

    def create_batch(self) -> BatchBuilder:
        return BatchBuilder(500_000, 0)

    async def send_batch(
        self, batch: BatchBuilder, _: str, *, partition: int
    ) -> asyncio.Future[Any]:
        self.produced.append(partition)
        written: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        written.set_result(SimpleNamespace(offset=len(self.log[partition])))
        self.log[partition] += [
            record.value for record in DefaultRecordBatch(bytearray(batch._build()))
        ]
        return written

    async def stop(self) -> None:
        pass


def writer_on(broker: Broker) -> Writer:
    return Writer(broker)  # type: ignore[arg-type]


def records(*values: str, partition: int = 0) -> list[Record]:
    return [
        Record(topic=TOPIC, key=b"k", value=value.encode(), partition=partition) for value in values
    ]


async def test_each_leader_gets_one_request() -> None:
    """With all that its partitions have; positions are those of the records."""
    broker = Broker({0: 1, 1: 2, 2: 1})
    writer = writer_on(broker)
    some = [record for number in (0, 1, 2) for record in records("a", "b", partition=number)]
    positions = await writer.append(some)
    assert sorted(broker.requests) == [(1, [0, 2]), (2, [1])]
    assert [(each.partition, each.offset) for each in positions] == [
        (number, offset) for number in (0, 1, 2) for offset in (0, 1)
    ]
    assert (await writer.append(records("c", partition=1)))[0].offset == 2
    assert broker.log == {0: [b"a", b"b"], 1: [b"a", b"b", b"c"], 2: [b"a", b"b"]}
    assert broker.produced == []


@pytest.mark.parametrize("why", ["moved", "no leader", "cut off"])
async def test_what_is_not_taken_the_producer_tries_again(why: str) -> None:
    """Of the partition that was refused alone; then requests go at once again."""
    broker = Broker({0: 1, 1: -1 if why == "no leader" else 1})
    if why == "moved":
        broker.refuse = lambda number: NotLeaderForPartitionError() if number else None
    if why == "cut off":
        broker.lost = KafkaConnectionError()
    writer = writer_on(broker)
    positions = await writer.append([*records("a"), *records("b", partition=1)])
    assert [each.offset for each in positions] == [0, 0]
    assert broker.log == {0: [b"a"], 1: [b"b"]}
    assert broker.produced == ([0, 1] if why == "cut off" else [1])
    assert broker.updates == (why != "no leader")
    broker.lost, broker.refuse, broker.leaders = None, lambda _: None, {0: 1, 1: 1}
    await writer.append(records("c", partition=1))
    assert broker.log[1] == [b"b", b"c"]
    assert broker.requests[-1] == (1, [1])


async def test_what_would_fail_again_is_raised() -> None:
    """And nothing of it is tried again."""
    broker = Broker({0: 1})
    broker.refuse = lambda _: MessageSizeTooLargeError()
    with pytest.raises(MessageSizeTooLargeError):
        await writer_on(broker).append(records("a"))
    assert broker.produced == []


@pytest.mark.parametrize("refused", [False, True])
async def test_nothing_overtakes_a_request_under_way(refused: bool) -> None:
    """What comes meanwhile is written after it, also when it has to be tried again."""
    broker = Broker({0: 1})
    broker.may_answer.clear()
    broker.refuse = lambda _: NotLeaderForPartitionError() if refused else None
    writer = writer_on(broker)
    appending = []
    for value in ("a", "b", "c"):
        appending.append(asyncio.ensure_future(writer.append(records(value))))
        await asyncio.sleep(0.01)
    closing = asyncio.ensure_future(writer.close())
    await asyncio.sleep(0.01)
    assert len(broker.requests) == 1
    assert not closing.done()
    broker.may_answer.set()
    found = await asyncio.wait_for(asyncio.gather(*appending), 20)
    await asyncio.wait_for(closing, 20)
    assert broker.log[0] == [b"a", b"b", b"c"]
    assert [positions[0].offset for positions in found] == [0, 1, 2]


async def test_what_one_batch_does_not_hold_goes_through_the_producer() -> None:
    """Batch by batch, in order."""
    broker = Broker({0: 1})
    large = ["x" * 300_000, "y" * 300_000]
    await writer_on(broker).append(records(*large))
    assert broker.requests == []
    assert [len(value) for value in broker.log[0]] == [300_000, 300_000]
    assert len(broker.produced) == 2
