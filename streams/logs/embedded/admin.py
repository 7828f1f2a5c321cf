"""Administration of the embedded log, in the owner's process or in any other."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from services.errors import Rejected
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
from streams.logs.embedded import event_log
from streams.logs.embedded.database import cannot_be_opened
from streams.logs.embedded.log import EmbeddedLog
from streams.logs.embedded.partition import Partition, Topic
from streams.logs.embedded.reader import Reader


class EmbeddedAdmin:
    """A `streams.logs.admin.LogAdmin`.

    Reads need no lock and see what is committed. Changes open the log for as long as they take,
    or use the one that this process has open; they raise Stop when another process owns it.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._path = event_log.parse_url(url).path
        self._opened: Reader | None = None

    def ensure_topics(self, specs: Sequence[TopicSpec]) -> list[str]:
        with self._log() as log:
            return [
                spec.name
                for spec in specs
                if log.create_topic(
                    spec.name,
                    spec.partitions,
                    retention_ms=_milliseconds(spec.retention),
                    retention_bytes=spec.retention_bytes,
                )
            ]

    def set_retention(self, specs: Sequence[TopicSpec]) -> None:
        with self._log() as log:
            for spec in specs:
                log.set_retention(
                    spec.name,
                    retention_ms=_milliseconds(spec.retention),
                    retention_bytes=spec.retention_bytes,
                )

    def topics(self, names: Collection[str] | None = None) -> list[TopicState]:
        return [
            _state(topic)
            for name, topic in sorted(self._topics().items())
            if names is None or name in names
        ]

    def lag(self, group: str, topics: Sequence[str] = ()) -> list[PartitionLag]:
        reader = self._reader()
        if reader is None:
            return []
        known = self._topics()
        with self._reading():
            committed = reader.committed_offsets(group, known)
        wanted = sorted(
            {topic for topic, _ in committed} | {name for name in topics if name in known}
        )
        return [
            PartitionLag(
                topic=name,
                partition=partition.number,
                committed=committed.get((name, partition.number)),
                first=partition.low_water,
                end=partition.end,
            )
            for name in wanted
            for partition in known[name].partitions
        ]

    def end_offsets(self, topic: str) -> dict[int, int]:
        return {partition.number: partition.end for partition in self._topic(topic).partitions}

    def read(self, topic: str, partition: int, offset: int, limit: int) -> list[LogRecord]:
        reader = self._reader()
        where = self._partition(topic, partition)
        if reader is None:
            return []
        records: list[LogRecord] = []
        while len(records) < limit:
            with self._reading():
                found = reader.read(where, offset, limit - len(records))
            if not found:
                break
            records += [
                LogRecord(
                    position=Position(topic=topic, partition=partition, offset=record.offset),
                    timestamp=datetime.fromtimestamp(record.timestamp / 1000, UTC),
                    key=record.key,
                    value=record.value and from_kafka(record.headers, record.value),
                )
                for record in found
            ]
            offset = found[-1].offset + 1
        return records

    def written_at(self, places: Mapping[tuple[str, int], int]) -> dict[tuple[str, int], datetime]:
        found = {place: self.read(*place, offset, 1) for place, offset in places.items()}
        return {place: records[0].timestamp for place, records in found.items() if records}

    def append(self, records: Sequence[Record]) -> list[Position]:
        with self._log() as log:
            prepared = [
                log.prepare(
                    record.topic, key=record.key, value=record.value, number=record.partition
                )
                for record in records
            ]
            offsets = log.append(prepared)
            return [
                Position(topic=placed[0].topic, partition=placed[0].number, offset=offset)
                for (placed, _), offset in zip(prepared, offsets, strict=True)
            ]

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @contextmanager
    def _log(self) -> Iterator[EmbeddedLog]:
        log = event_log.acquire(self._url)
        try:
            yield log
        finally:
            event_log.release(log)

    def _reader(self) -> Reader | None:
        """None as long as nothing was ever written."""
        if self._opened is None and self._path.exists():
            with self._reading():
                self._opened = Reader(self._path)
        return self._opened

    def _topics(self) -> dict[str, Topic]:
        reader = self._reader()
        if reader is None:
            return {}
        with self._reading():
            return reader.topics()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Raises Stop when the file cannot be read: another's, damaged, or no room beside it."""
        try:
            yield
        except sqlite3.Error as error:
            raise cannot_be_opened(error, self._path) from error

    def _topic(self, name: str) -> Topic:
        topic = self._topics().get(name)
        if topic is None:
            raise Rejected(
                message("topic.unknown", "Topic '{name}' does not exist", name=name),
                remedy=message("do.list-topics", "zwaan topics lists them."),
            )
        return topic

    def _partition(self, topic: str, number: int) -> Partition:
        partitions = self._topic(topic).partitions
        if not 0 <= number < len(partitions):
            raise Rejected(
                message(
                    "topic.no-partition",
                    "Topic '{topic}' has no partition {partition}; it has {number} from 0 on",
                    topic=topic,
                    partition=number,
                    number=len(partitions),
                )
            )
        return partitions[number]


def _milliseconds(retention: timedelta | None) -> int | None:
    return None if retention is None else retention // timedelta(milliseconds=1)


def _state(topic: Topic) -> TopicState:
    return TopicState(
        name=topic.name,
        partitions=tuple(
            PartitionState(number=it.number, first=it.low_water, end=it.end)
            for it in topic.partitions
        ),
        retention=None
        if topic.retention_ms is None
        else timedelta(milliseconds=topic.retention_ms),
        retention_bytes=topic.retention_bytes,
    )
