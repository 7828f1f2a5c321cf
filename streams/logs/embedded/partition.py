"""What the owner of a log knows in memory about its topics and partitions, and what retention removes.

Whole batches at the head of a partition go, in bounded steps, as in Apache Kafka. By time: a batch
goes when its newest record is older than ``retention_ms``. By size: batches go while at least
``retention_bytes`` would remain. Whether a group has read them plays no part, which is Kafka's rule
too: choose limits longer than any outage.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from streams.logs.embedded.batch import StoredRecord
from streams.logs.embedded.database import OFFSET_BITS

#: The newest records stay in memory, so that a consumer that keeps up never reads the disk. Bounds
#: of one partition: the catalogue has 160, most of which are not read any more.
TAIL_RECORDS = 512
TAIL_BYTES = 65_536


class Partition:
    """One partition: where it begins and ends, and its newest records.

    The writer thread extends it after each commit; anyone may read it. Nothing is visible here
    before it is durable.
    """

    def __init__(
        self, *, identity: int, topic: str, number: int, low_water: int, end: int, position: int
    ) -> None:
        self.id = identity
        self.topic = topic
        self.number = number
        self.low_water = low_water
        self.end = end
        self.position = position
        self._tail: deque[tuple[int, int, list[StoredRecord]]] = deque()
        self._tail_records = 0
        self._tail_bytes = 0
        self._lock = threading.Lock()

    @property
    def first_key(self) -> int:
        return self.id << OFFSET_BITS

    @property
    def last_key(self) -> int:
        return ((self.id + 1) << OFFSET_BITS) - 1

    def extend(self, records: list[StoredRecord], size: int) -> None:
        """Add a committed batch of ``size`` bytes."""
        with self._lock:
            self._tail.append((records[0].offset, size, records))
            self._tail_records += len(records)
            self._tail_bytes += size
            while len(self._tail) > 1 and (
                self._tail_records > TAIL_RECORDS or self._tail_bytes > TAIL_BYTES
            ):
                _, old_size, old = self._tail.popleft()
                self._tail_records -= len(old)
                self._tail_bytes -= old_size
            self.end = records[-1].offset + 1
            self.position += size

    def recent(self, offset: int, limit: int) -> list[StoredRecord] | None:
        """Up to ``limit`` records from ``offset`` on, or None when they are only on disk."""
        with self._lock:
            if offset >= self.end:
                return []
            if not self._tail or offset < self._tail[0][0]:
                return None
            found: list[StoredRecord] = []
            for base, _, records in self._tail:
                if base + len(records) <= offset:
                    continue
                skip = max(0, offset - base)
                found += records[skip : skip + limit - len(found)]
                if len(found) >= limit:
                    break
            return found

    def forget_before(self, offset: int) -> None:
        """Retention removed everything before ``offset``."""
        with self._lock:
            self.low_water = max(self.low_water, offset)
            while self._tail and self._tail[0][0] < offset:
                _, old_size, old = self._tail.popleft()
                self._tail_records -= len(old)
                self._tail_bytes -= old_size


@dataclass(slots=True, kw_only=True)
class Topic:
    """A topic; both limits count per partition, as Kafka's ``retention.*`` do."""

    name: str
    partitions: Sequence[Partition] = field(default_factory=tuple)
    retention_ms: int | None = None
    retention_bytes: int | None = None


def load_topics(connection: sqlite3.Connection) -> dict[str, Topic]:
    """All topics of a log, by name; one look-up a partition, at any size of the log."""
    topics: dict[str, Topic] = {}
    rows = connection.execute("SELECT name, retention_ms, retention_bytes FROM topics").fetchall()
    for name, retention_ms, retention_bytes in rows:
        partitions = connection.execute(
            "SELECT id, number, low_water FROM partitions WHERE topic = ? ORDER BY number", (name,)
        ).fetchall()
        topics[name] = Topic(
            name=name,
            partitions=tuple(
                _load_partition(connection, identity, name, number, low_water)
                for identity, number, low_water in partitions
            ),
            retention_ms=retention_ms,
            retention_bytes=retention_bytes,
        )
    return topics


def _load_partition(
    connection: sqlite3.Connection, identity: int, topic: str, number: int, low_water: int
) -> Partition:
    partition = Partition(
        identity=identity,
        topic=topic,
        number=number,
        low_water=low_water,
        end=low_water,
        position=0,
    )
    newest = connection.execute(
        "SELECT id, records, position + length(payload) FROM batches"
        " WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1",
        (partition.first_key, partition.last_key),
    ).fetchone()
    if newest is not None:
        key, records, partition.position = newest
        partition.end = key - partition.first_key + records
    return partition


#: Batches that one step removes from one partition; appends wait for no more than that.
STEP_BATCHES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What one step removed from a partition."""

    partition: Partition
    low_water: int
    more: bool


def remove_expired(
    connection: sqlite3.Connection, topics: Iterable[Topic], *, now_ms: int
) -> list[Removal]:
    """One step over all partitions, inside the caller's transaction.

    The partition's low-water mark is written with it, so that offsets are never given out again,
    not even when nothing is left.
    """
    removals: list[Removal] = []
    for topic in topics:
        if topic.retention_ms is None and topic.retention_bytes is None:
            continue
        for partition in topic.partitions:
            removal = _remove_from(connection, topic, partition, now_ms)
            if removal is not None:
                removals.append(removal)
    return removals


def _remove_from(
    connection: sqlite3.Connection, topic: Topic, partition: Partition, now_ms: int
) -> Removal | None:
    if partition.low_water == partition.end:
        return None
    oldest = connection.execute(
        "SELECT id, records, newest_ms, position + length(payload) FROM batches"
        " WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?",
        (partition.first_key, partition.last_key, STEP_BATCHES),
    ).fetchall()
    last = None
    for batch in oldest:
        _, _, newest_ms, batch_end = batch
        too_old = topic.retention_ms is not None and newest_ms < now_ms - topic.retention_ms
        too_much = (
            topic.retention_bytes is not None
            and partition.position - batch_end >= topic.retention_bytes
        )
        if not (too_old or too_much):
            break
        last = batch
    if last is None:
        return None
    key, records, _, _ = last
    low_water = key - partition.first_key + records
    connection.execute("DELETE FROM batches WHERE id BETWEEN ? AND ?", (partition.first_key, key))
    connection.execute(
        "UPDATE partitions SET low_water = ? WHERE id = ?", (low_water, partition.id)
    )
    return Removal(
        partition=partition,
        low_water=low_water,
        more=last is oldest[-1] and len(oldest) == STEP_BATCHES,
    )
