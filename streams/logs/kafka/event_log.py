"""Kafka as the services' port `EventLog`: in the caller's event loop, without threads.

What goes through its one producer is checked first, placed as Kafka's clients do, and in order per
partition.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import RecordMetadata

from services.errors import Rejected
from services.message import message
from services.ports import Record
from streams.logs.admin import Position
from streams.logs.kafka.at_once import Place, batch_of, send_at_once
from streams.logs.kafka.connection import Broker, aiokafka_settings, error_from
from streams.logs.topics import partition_of

#: Largest record; the default of Kafka's `message.max.bytes`, and the embedded log's limit.
RECORD_BYTES = 1_048_576
_OVERHEAD = 128
#: One answer of the broker's for so much of a partition: a large file takes few of them.
_BATCH_BYTES = 500_000


class Writer:
    """A connected producer with ``acks=all``; belongs to the event loop that it was made in."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer
        self._turns: defaultdict[Place, asyncio.Lock] = defaultdict(asyncio.Lock)
        #: How many batches of each partition the producer has.
        self._queued: defaultdict[Place, int] = defaultdict(int)
        self._keyless = count()

    @classmethod
    async def connect(cls, settings: Mapping[str, object]) -> Writer:
        """Raises what aiokafka raises, after as long as it takes to ask every server."""
        producer = AIOKafkaProducer(**settings, acks="all", max_batch_size=_BATCH_BYTES)
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        return cls(producer)

    async def append(self, records: Sequence[Record]) -> list[Position]:
        """Return when all in-sync replicas have every record.

        Raises Rejected before anything is sent, or an ExceptionGroup of what aiokafka raises; then
        of each partition the records before some place are written and those after it are not.
        """
        places = [(record.topic, await self._partition(record)) for record in records]
        parts: defaultdict[Place, list[Record]] = defaultdict(list)
        for place, record in zip(places, records, strict=True):
            parts[place].append(record)
        written = await self._write_at_once(parts)
        if not written:
            async with asyncio.TaskGroup() as group:
                writing = {
                    place: group.create_task(self._write(*place, part))
                    for place, part in parts.items()
                }
            written = {place: task.result() for place, task in writing.items()}
        offsets = {place: iter(found) for place, found in written.items()}
        return [
            Position(topic=topic, partition=partition, offset=next(offsets[topic, partition]))
            for topic, partition in places
        ]

    async def close(self) -> None:
        """Take nothing more; return when all that was sent is written, or has failed in its time."""
        for turn in list(self._turns.values()):
            async with turn:
                pass
        await self._producer.stop()

    async def _write_at_once(
        self, parts: Mapping[Place, list[Record]]
    ) -> dict[Place, Sequence[int]]:
        """The offsets of what went in one request; none when it is not for one.

        That is: while the producer or another request has some of the same partitions. What the
        brokers did not take the producer tries again.
        """
        turns = [self._turns[place] for place in parts]
        if any(turn.locked() for turn in turns) or any(self._queued[place] for place in parts):
            return {}
        batches = {}
        for place, records in parts.items():
            batch = batch_of(records, most_bytes=_BATCH_BYTES)
            if batch is None:
                return {}
            batches[place] = batch
        for turn in turns:
            await turn.acquire()  # at once: it is with no other
        try:
            first = await send_at_once(self._producer.client, batches)
            # Before whatever has waited for these turns meanwhile.
            again = {
                place: await self._submit(next(self._batches(records)), *place)
                for place, records in parts.items()
                if place not in first
            }
        finally:
            for turn in turns:
                turn.release()
        if again:
            await asyncio.wait(again.values())
        first |= {place: writing.result().offset for place, writing in again.items()}
        return {place: range(at, at + len(parts[place])) for place, at in first.items()}

    async def _write(self, topic: str, partition: int, records: Sequence[Record]) -> list[int]:
        """Send each batch when the one before it is written: nothing overtakes what failed."""
        offsets: list[int] = []
        for batch in self._batches(records):
            # One at a time: when many wait, aiokafka lets each pay for the patience of all.
            async with self._turns[topic, partition]:
                writing = await self._submit(batch, topic, partition)
            await asyncio.wait({writing})
            first = writing.result().offset
            offsets += range(first, first + batch.record_count())
        return offsets

    async def _submit(
        self, batch: BatchBuilder, topic: str, partition: int
    ) -> asyncio.Future[RecordMetadata]:
        """Hand a batch to the producer, whose turn it is; what is returned is done when it is written."""
        place = topic, partition
        writing: asyncio.Future[RecordMetadata] = await self._producer.send_batch(
            batch, topic, partition=partition
        )
        self._queued[place] += 1

        def done(written: asyncio.Future[RecordMetadata]) -> None:
            self._queued[place] -= 1
            # Its failure may come when it is no longer awaited.
            if not written.cancelled():
                written.exception()

        writing.add_done_callback(done)
        return writing

    def _batches(self, records: Sequence[Record]) -> Iterator[BatchBuilder]:
        batch = self._producer.create_batch()
        for record in records:
            if batch.append(timestamp=None, key=record.key, value=record.value) is None:
                yield batch
                batch = self._producer.create_batch()
                # An empty batch takes any record.
                batch.append(timestamp=None, key=record.key, value=record.value)
        yield batch

    async def _partition(self, record: Record) -> int:
        """Raises Rejected when the record cannot be written anywhere."""
        size = len(record.value) + len(record.key or b"")
        if size > RECORD_BYTES - _OVERHEAD:
            raise Rejected(
                message(
                    "log.record-too-large",
                    "A record of {size} bytes is too large for the log; the limit is {limit}",
                    size=size,
                    limit=RECORD_BYTES,
                )
            )
        client = self._producer.client
        known = client.cluster.partitions_for_topic(record.topic)
        if known is None:
            # The producer itself would wait out its time limit for a topic that does not exist.
            known = (await client.fetch_all_metadata()).partitions_for_topic(record.topic)
        if not known:
            raise Rejected(
                message("topic.unknown", "Topic '{name}' does not exist", name=record.topic),
                remedy=message("do.list-topics", "zwaan topics lists them."),
            )
        if record.partition is None:
            if record.key is None:
                return next(self._keyless) % len(known)
            return partition_of(record.key, len(known))
        if record.partition not in known:
            raise Rejected(
                message(
                    "topic.no-partition",
                    "Topic '{topic}' has no partition {partition}; it has {number} from 0 on",
                    topic=record.topic,
                    partition=record.partition,
                    number=len(known),
                )
            )
        return record.partition


#: The whole of one append, connecting included; finding out why it failed takes two more at most.
_APPEND_SECONDS = 8.0
#: How long `close` waits for what is being appended.
_CLOSE_SECONDS = 3.0


class KafkaEventLog:
    """Appends facts from one event loop at a time; connects at the first append.

    An append that failed throws its producer away, and the next one gets another: whatever state an
    outage leaves a producer in, it ends with the outage (docs/adr/0016-producers-that-come-back.md).
    """

    def __init__(self, broker: Broker) -> None:
        """Does not connect yet. Raises WrongSetting when its CA cannot be read."""
        self._broker = broker
        self._settings = aiokafka_settings(broker)
        self._connecting: asyncio.Task[Writer] | None = None
        self._ending: set[asyncio.Task[None]] = set()

    async def append(self, records: Sequence[Record]) -> None:
        """Return when all in-sync replicas have every record; see `write`."""
        await self.write(records)

    async def write(self, records: Sequence[Record]) -> list[Position]:
        """Return where the records are, when all in-sync replicas have every one.

        Raises Rejected before anything is sent (unknown topic or partition, too large), and
        RetryLater after ten seconds at most. Then some may have been written, of each partition
        the first ones, and trying again may write them twice (event ids are deterministic).
        """
        if not records:
            return []
        connecting = self._connection()
        try:
            async with asyncio.timeout(_APPEND_SECONDS):
                # Others wait for the same connection: a cancelled caller leaves it to them.
                writer = await asyncio.shield(connecting)
                return await writer.append(records)
        except Rejected:
            raise
        except Exception as error:  # named by its reaction, or raised again as it is
            self._throw_away(connecting)
            # Finding out why may take a moment.
            raise await asyncio.to_thread(error_from, _first(error), self._broker) from error

    async def close(self) -> None:
        """Let what is being appended end; returns within seconds although the broker is away."""
        if self._connecting is not None:
            self._throw_away(self._connecting)
        if self._ending:
            _, pending = await asyncio.wait(self._ending, timeout=_CLOSE_SECONDS)
            for ending in pending:
                ending.cancel()

    def _connection(self) -> asyncio.Task[Writer]:
        """The one that is there or being made. That of an event loop which ended went with it."""
        known = self._connecting
        if known is None or known.get_loop() is not asyncio.get_running_loop():
            known = asyncio.create_task(self._connect(), name="connecting to Kafka")
            known.add_done_callback(self._forget_failed)
            self._connecting = known
        return known

    async def _connect(self) -> Writer:
        async with asyncio.timeout(_APPEND_SECONDS):
            return await Writer.connect(self._settings)

    def _forget_failed(self, connecting: asyncio.Task[Writer]) -> None:
        # Its exception is asked for although all who waited for it may have been cancelled.
        failed = connecting.cancelled() or connecting.exception() is not None
        if failed and self._connecting is connecting:
            self._connecting = None

    def _throw_away(self, connecting: asyncio.Task[Writer]) -> None:
        """Once, however many appends failed with it; what they sent already may still be written."""
        if self._connecting is connecting:
            self._connecting = None
            ending = asyncio.create_task(_end(connecting), name="leaving Kafka")
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)


async def _end(connecting: asyncio.Task[Writer]) -> None:
    with suppress(Exception):  # its fault does not matter: it is not needed any more
        writer = await connecting
        async with asyncio.timeout(_APPEND_SECONDS):
            await writer.close()


def _first(error: Exception) -> Exception:
    """Of partitions that failed together, one says enough."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
