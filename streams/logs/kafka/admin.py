"""Administration of Apache Kafka."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    KafkaError,
    NoError,
    NotCoordinatorError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    for_code,
)

from services.errors import Rejected, RetryLater
from services.events.modes import from_kafka
from services.message import message
from services.ports import Record
from streams.logs.admin import (
    LogRecord,
    PartitionLag,
    PartitionState,
    Position,
    TopicSpec,
    TopicState,
)
from streams.logs.kafka.connection import STILL_SETTLING, TIMEOUT_MS, Broker, error_from, settings
from streams.logs.kafka.event_log import KafkaEventLog

_FOR_EVER = "-1"

#: What a broker says while it is making up its mind, for example at a cluster's very first group,
#: or about a topic that was made a moment ago.
_SETTLING = (
    CoordinatorNotAvailableError,
    CoordinatorLoadInProgressError,
    NotCoordinatorError,
    *STILL_SETTLING,
)
_PAUSE = 0.1

_Found = TypeVar("_Found")

#: (first offset kept, next offset to be written)
Bounds = Mapping[TopicPartition, tuple[int, int]]


class KafkaAdmin:
    """A `streams.logs.admin.LogAdmin`. Connects at the first call; threads take turns."""

    def __init__(self, broker: Broker) -> None:
        """Raises WrongSetting when its CA cannot be read."""
        self._broker = broker
        self._settings = settings(broker)
        self._connected: KafkaAdminClient | None = None
        self._closed = False
        # The watchdog and requests for readiness call from threads of their own, and
        # kafka-python's client is not made for two.
        self._turn = threading.Lock()

    def ensure_topics(self, specs: Sequence[TopicSpec]) -> list[str]:
        return self._call(lambda client: _ensure(client, specs))

    def set_retention(self, specs: Sequence[TopicSpec]) -> None:
        self._call(lambda client: _set_retention(client, specs))

    def topics(self, names: Collection[str] | None = None) -> list[TopicState]:
        return self._call(lambda client: _topics(client, names))

    def lag(self, group: str, topics: Sequence[str] = ()) -> list[PartitionLag]:
        return self._call(lambda client: _lag(client, group, topics))

    def end_offsets(self, topic: str) -> dict[int, int]:
        def ends(client: KafkaAdminClient) -> dict[int, int]:
            return {tp.partition: end for tp, (_, end) in _bounds(client, [topic]).items()}

        found = self._call(ends)
        if not found:
            raise Rejected(
                message("topic.unknown", "Topic '{name}' does not exist", name=topic),
                remedy=message("do.list-topics", "zwaan topics lists them."),
            )
        return found

    def read(self, topic: str, partition: int, offset: int, limit: int) -> list[LogRecord]:
        where = TopicPartition(topic, partition)
        bounds = self._call(lambda client: _bounds(client, [topic]))
        if where not in bounds:
            raise Rejected(
                message(
                    "topic.no-partition",
                    "Topic '{topic}' has no partition {partition}; it has {number} from 0 on",
                    topic=topic,
                    partition=partition,
                    number=len(bounds),
                )
                if bounds
                else message("topic.unknown", "Topic '{name}' does not exist", name=topic)
            )
        first, end = bounds[where]
        start = max(first, offset)
        if start >= end:
            return []
        try:
            return _read(self._settings, where, start, min(end, start + limit))
        except Exception as error:  # named by its reaction, or raised again as it is
            raise error_from(error, self._broker) from error

    def written_at(self, places: Mapping[tuple[str, int], int]) -> dict[tuple[str, int], datetime]:
        try:
            return _written_at(self._settings, places)
        except Exception as error:  # named by its reaction, or raised again as it is
            raise error_from(error, self._broker) from error

    def append(self, records: Sequence[Record]) -> list[Position]:
        return asyncio.run(_append(self._broker, records))

    def close(self) -> None:
        """Waiting calls give up; a running call is not awaited."""
        self._closed = True
        if self._turn.acquire(blocking=False):
            try:
                self._disconnect()
            finally:
                self._turn.release()

    def _disconnect(self) -> None:
        if self._connected is not None:
            self._connected.close()
            self._connected = None

    def _work(self, work: Callable[[KafkaAdminClient], _Found]) -> _Found:
        if self._connected is None:
            self._connected = KafkaAdminClient(**self._settings)
        try:
            return work(self._connected)
        except (KafkaError, OSError):
            self._disconnect()  # as with producers: nothing of an outage is left to the next call
            raise

    def _call(self, work: Callable[[KafkaAdminClient], _Found]) -> _Found:
        deadline = time.monotonic() + TIMEOUT_MS / 1000
        try:
            while True:
                try:
                    with self._turn:
                        if self._closed:
                            raise RetryLater(
                                message("process.stopping", "this process is stopping")
                            )
                        return self._work(work)
                except _SETTLING:
                    if time.monotonic() >= deadline:
                        raise
                    time.sleep(_PAUSE)
        except Exception as error:  # named by its reaction, or raised again as it is
            raise error_from(error, self._broker) from error


def _ensure(client: KafkaAdminClient, specs: Sequence[TopicSpec]) -> list[str]:
    existing = set(client.list_topics())
    missing = {
        spec.name: {"num_partitions": spec.partitions, "configs": _retention(spec)}
        for spec in specs
        if spec.name not in existing
    }
    if not missing:
        return []
    answer = client.create_topics(missing, timeout_ms=TIMEOUT_MS, raise_errors=False)
    made = []
    for topic in answer["topics"]:
        fault = for_code(topic["error_code"])
        if fault is NoError:
            made.append(topic["name"])
        elif fault is not TopicAlreadyExistsError:  # another process started with us
            raise fault(topic["error_message"])
    client.wait_for_topics(list(missing))
    return made


def _set_retention(client: KafkaAdminClient, specs: Sequence[TopicSpec]) -> None:
    existing = set(client.list_topics())
    for spec in specs:
        if spec.name not in existing:
            raise Rejected(
                message("topic.unknown", "Topic '{name}' does not exist", name=spec.name),
                remedy=message("do.list-topics", "zwaan topics lists them."),
            )
    answer = client.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, it.name, _retention(it)) for it in specs]
    )
    for name, outcome in answer.get("topic", {}).items():
        if outcome != "OK":
            raise Rejected(
                message(
                    "kafka.topic-unchanged",
                    "Kafka did not change the topic '{name}' ({fault})",
                    name=name,
                    fault=outcome,
                )
            )


def _retention(spec: TopicSpec) -> dict[str, str]:
    milliseconds = timedelta(milliseconds=1)
    return {
        "retention.ms": _FOR_EVER
        if spec.retention is None
        else str(spec.retention // milliseconds),
        "retention.bytes": _FOR_EVER if spec.retention_bytes is None else str(spec.retention_bytes),
    }


def _topics(client: KafkaAdminClient, wanted: Collection[str] | None) -> list[TopicState]:
    names = sorted(
        it["name"]
        for it in client.describe_topics()
        if not it["is_internal"] and (wanted is None or it["name"] in wanted)
    )
    if not names:
        return []
    bounds = _bounds(client, names)
    retention = _described(client, names)
    return [
        TopicState(
            name=name,
            partitions=tuple(
                PartitionState(number=tp.partition, first=first, end=end)
                for tp, (first, end) in sorted(bounds.items())
                if tp.topic == name
            ),
            retention=None
            if (milliseconds := _limit(retention[name], "retention.ms")) is None
            else timedelta(milliseconds=milliseconds),
            retention_bytes=_limit(retention[name], "retention.bytes"),
        )
        for name in names
    ]


def _described(client: KafkaAdminClient, names: Iterable[str]) -> Mapping[str, Any]:
    wanted = ["retention.ms", "retention.bytes"]
    resources = [ConfigResource(ConfigResourceType.TOPIC, name, wanted) for name in names]
    described: Mapping[str, Any] = client.describe_configs(resources, config_filter="all")["topic"]
    for name, config in described.items():
        if not config:  # the library keeps the broker's refusal to itself
            raise TopicAuthorizationFailedError(f"the configuration of {name}")
    return described


def _limit(config: Mapping[str, Any], name: str) -> int | None:
    value = int(config[name]["value"])
    return None if value < 0 else value


def _bounds(client: KafkaAdminClient, names: Iterable[str]) -> Bounds:
    """Of every partition of the topics that exist, in order."""
    tps = sorted(
        TopicPartition(topic["name"], partition["partition_index"])
        for topic in client.describe_topics(list(names))
        for partition in topic["partitions"]
    )
    if not tps:
        return {}
    earliest = client.list_partition_offsets(dict.fromkeys(tps, OffsetSpec.EARLIEST))
    latest = client.list_partition_offsets(dict.fromkeys(tps, OffsetSpec.LATEST))
    return {tp: (earliest[tp].offset, latest[tp].offset) for tp in tps}


def _lag(client: KafkaAdminClient, group: str, topics: Sequence[str]) -> list[PartitionLag]:
    committed = {
        tp: found.offset
        for tp, found in client.list_group_offsets(group)[group].items()
        if found.offset >= 0
    }
    bounds = _bounds(client, sorted({tp.topic for tp in committed} | set(topics)))
    return [
        PartitionLag(
            topic=tp.topic,
            partition=tp.partition,
            committed=committed.get(tp),
            first=first,
            end=end,
        )
        for tp, (first, end) in sorted(bounds.items())
    ]


def _read(
    options: Mapping[str, object], where: TopicPartition, start: int, end: int
) -> list[LogRecord]:
    consumer = KafkaConsumer(
        **options, group_id=None, enable_auto_commit=False, consumer_timeout_ms=TIMEOUT_MS
    )
    try:
        consumer.assign([where])
        consumer.seek(where, start)
        records: list[LogRecord] = []
        # Not one record an offset: compaction and transactions leave holes.
        while consumer.position(where) < end:
            found = consumer.poll(timeout_ms=TIMEOUT_MS, max_records=end - start).get(where)
            if not found:
                break
            records += [_record(it) for it in found if it.offset < end]
        return records
    finally:
        consumer.close(autocommit=False)


def _written_at(
    options: Mapping[str, object], places: Mapping[tuple[str, int], int]
) -> dict[tuple[str, int], datetime]:
    """One record of each partition is enough, so a partition is not fetched again once it came."""
    consumer = KafkaConsumer(
        **options,
        group_id=None,
        enable_auto_commit=False,
        max_partition_fetch_bytes=1,  # a whole batch comes nevertheless
        check_crcs=False,  # in Python: a second of a processor for a few megabytes
    )
    found: dict[tuple[str, int], datetime] = {}
    try:
        consumer.assign([TopicPartition(*place) for place in places])
        for place, offset in places.items():
            consumer.seek(TopicPartition(*place), offset)
        deadline = time.monotonic() + TIMEOUT_MS / 1000
        while len(found) < len(places) and time.monotonic() < deadline:
            for where, records in consumer.poll(timeout_ms=100).items():
                found.setdefault(
                    (where.topic, where.partition),
                    datetime.fromtimestamp(records[0].timestamp / 1000, UTC),
                )
                consumer.pause(where)
        return found
    finally:
        consumer.close(autocommit=False)


async def _append(broker: Broker, records: Sequence[Record]) -> list[Position]:
    """Through a producer of its own: nothing of an outage is left to the next one."""
    log = KafkaEventLog(broker)
    try:
        return await log.write(records)
    finally:
        await log.close()


def _record(record: Any) -> LogRecord:
    return LogRecord(
        position=Position(topic=record.topic, partition=record.partition, offset=record.offset),
        timestamp=datetime.fromtimestamp(record.timestamp / 1000, UTC),
        key=record.key,
        value=record.value and from_kafka(record.headers, record.value),
    )
