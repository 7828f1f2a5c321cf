"""The embedded log itself: what its one owner can do with it."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from services.errors import Rejected
from services.message import message
from streams.logs.embedded.batch import Header, StoredRecord, size_of
from streams.logs.embedded.database import connect_writer
from streams.logs.embedded.owner import OwnerLock
from streams.logs.embedded.partition import Partition, Topic, load_topics, remove_expired
from streams.logs.embedded.reader import Reader
from streams.logs.embedded.writer import Append, Appender, Commit, Job, Placed, Run, Writer
from streams.logs.topics import Placement

#: Largest record, as the default of Kafka's `message.max.bytes`.
RECORD_BYTES = 1_048_576

#: Seconds between two looks at what has expired.
RETENTION_EVERY = 30.0


class EmbeddedLog:
    """An open log, owned by this process until `close`.

    Safe to use from any thread and any event loop. ``clock`` gives seconds since the epoch, for
    timestamps and retention; ``max_bytes`` bounds the file, beyond it appends raise RetryLater.
    """

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int | None = None,
        clock: Callable[[], float] = time.time,
        retention_every: float = RETENTION_EVERY,
    ) -> None:
        """Raises Stop when another process owns the log, or the file cannot be used."""
        self.path = path
        self._clock = clock
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = OwnerLock(path)
        with contextlib.ExitStack() as undo:
            undo.callback(self._lock.release)
            connection = connect_writer(path, max_bytes=max_bytes)
            undo.callback(connection.close)
            self.topics: Mapping[str, Topic] = load_topics(connection)
            self._reader = Reader(path)
            undo.pop_all()
        self._placement = Placement()
        self._listeners: set[Callable[[], None]] = set()
        self._appenders: dict[asyncio.AbstractEventLoop, Appender] = {}
        self._writer = Writer(
            connection,
            path,
            on_append=self._announce,
            housekeeping=self._remove_expired,
            housekeeping_every=retention_every,
        )

    def close(self) -> None:
        """Finish what was appended, close the file, and give up the lock."""
        self._writer.close()
        self._reader.close()
        self._lock.release()

    # --- topics -------------------------------------------------------------------------------

    def create_topic(
        self,
        name: str,
        partitions: int,
        *,
        retention_ms: int | None = None,
        retention_bytes: int | None = None,
    ) -> bool:
        """Make a topic; one that exists stays as it is.

        Returns whether it was made. Blocks until it is on disk.
        """
        if partitions < 1:
            raise Rejected(
                message(
                    "topic.needs-partition",
                    "Topic '{name}' needs at least one partition",
                    name=name,
                )
            )
        if name in self.topics:
            return False

        def work(connection: sqlite3.Connection) -> Topic | None:
            if name in self.topics:
                return None
            connection.execute(
                "INSERT INTO topics (name, retention_ms, retention_bytes) VALUES (?, ?, ?)",
                (name, retention_ms, retention_bytes),
            )
            connection.executemany(
                "INSERT INTO partitions (topic, number) VALUES (?, ?)",
                [(name, number) for number in range(partitions)],
            )
            return load_topics(connection)[name]

        # Topics change in the writer thread only, so that several callers can ask for the same one.
        def remember(fresh: Topic | None) -> bool:
            if fresh is not None:
                self.topics = {**self.topics, name: fresh}
            return fresh is not None

        made: bool = self._wait(lambda settle: Run(work=work, settle=settle, then=remember))
        return made

    def set_retention(
        self, name: str, *, retention_ms: int | None, retention_bytes: int | None = None
    ) -> None:
        """Keep a topic's records for another time or size. Blocks until it is on disk.

        Raises Rejected when there is no such topic.
        """
        topic = self._topic(name)

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE topics SET retention_ms = ?, retention_bytes = ? WHERE name = ?",
                (retention_ms, retention_bytes, name),
            )

        def remember(_: None) -> None:
            topic.retention_ms, topic.retention_bytes = retention_ms, retention_bytes

        self._wait(lambda settle: Run(work=work, settle=settle, then=remember))

    def partition(self, topic: str, number: int) -> Partition:
        """Raises Rejected when there is no such partition."""
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

    def place(self, topic: str, key: bytes | None, number: int | None = None) -> Partition:
        """The partition for a record: the one named, or by its key as Kafka's clients do."""
        if number is not None:
            return self.partition(topic, number)
        partitions = self._topic(topic).partitions
        return partitions[self._placement.place(key, len(partitions))]

    # --- appending ----------------------------------------------------------------------------

    def prepare(
        self,
        topic: str,
        *,
        key: bytes | None,
        value: bytes | None,
        number: int | None = None,
        timestamp_ms: int | None = None,
        headers: tuple[Header, ...] = (),
    ) -> tuple[Placed, int]:
        """A record ready to append, and its size in bytes.

        Raises Rejected for an unknown topic or partition, and for a record that is too large.
        """
        size = size_of(key, value, headers)
        if size > RECORD_BYTES:
            raise Rejected(
                message(
                    "log.record-too-large",
                    "A record of {size} bytes is too large for the log; the limit is {limit}",
                    size=size,
                    limit=RECORD_BYTES,
                )
            )
        if timestamp_ms is None:
            timestamp_ms = int(self._clock() * 1000)
        return (self.place(topic, key, number), timestamp_ms, key, value, headers), size

    def appender(self) -> Appender:
        """The appender of the running event loop."""
        loop = asyncio.get_running_loop()
        appender = self._appenders.get(loop)
        if appender is None:
            appender = Appender(self._writer.submit, loop)
            living = {old: it for old, it in self._appenders.items() if not old.is_closed()}
            self._appenders = {**living, loop: appender}
        return appender

    def append(self, records: Sequence[tuple[Placed, int]]) -> list[int]:
        """Append prepared records from a thread without a loop; returns their offsets.

        Blocks until they are durable. Raises RetryLater (no room) or Stop (the disk failed).
        """
        placed = [record for record, _ in records]
        size = sum(size for _, size in records)
        offsets: list[int] = self._wait(
            lambda settle: Append(records=placed, size=size, settle=settle)
        )
        return offsets

    # --- reading ------------------------------------------------------------------------------

    def recent(self, partition: Partition, offset: int, limit: int) -> list[StoredRecord] | None:
        """Records in memory from ``offset`` on, or None when `read` must fetch them from disk."""
        return partition.recent(offset, limit)

    def read(self, partition: Partition, offset: int, limit: int) -> list[StoredRecord]:
        """Records from ``offset`` on, or from the first one kept after it. May block on the disk."""
        recent = partition.recent(offset, limit)
        return self._reader.read(partition, offset, limit) if recent is None else recent

    def on_append(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` (in the writer thread) after each commit; returns its removal."""
        self._listeners = {*self._listeners, listener}

        def remove() -> None:
            self._listeners = self._listeners - {listener}

        return remove

    # --- groups -------------------------------------------------------------------------------

    def committed(self, group: str) -> dict[tuple[str, int], int]:
        """The next offset that the group will read, by topic and partition."""
        return self._reader.committed_offsets(group, self.topics)

    async def commit(self, group: str, offsets: Mapping[tuple[str, int], int]) -> None:
        """Commit the next offset to read of each partition; durable when it returns."""
        wanted = {self.partition(*where): offset for where, offset in offsets.items()}
        if not wanted:
            return
        future: Future[None] = Future()
        self._writer.submit(Commit(group=group, offsets=wanted, settle=_settler(future)))
        await asyncio.wrap_future(future)

    def run(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """Do ``work`` in the writer thread, in a transaction of its own, and return its result."""
        return self._wait(lambda settle: Run(work=work, settle=settle))

    # --- inside -------------------------------------------------------------------------------

    def _topic(self, name: str) -> Topic:
        topic = self.topics.get(name)
        if topic is None:
            raise Rejected(
                message("topic.unknown", "Topic '{name}' does not exist", name=name),
                remedy=message("do.create-topic", "Create it before the worker starts."),
            )
        return topic

    def _wait(self, job: Callable[[Callable[[Any], None]], Job]) -> Any:
        future: Future[Any] = Future()
        self._writer.submit(job(_settler(future)))
        return future.result()

    def _announce(self) -> None:
        for listener in self._listeners:
            listener()

    def _remove_expired(self, connection: sqlite3.Connection) -> Callable[[], bool]:
        removals = remove_expired(
            connection, self.topics.values(), now_ms=int(self._clock() * 1000)
        )

        def committed() -> bool:
            for removal in removals:
                removal.partition.forget_before(removal.low_water)
            return any(removal.more for removal in removals)

        return committed


def _settler(future: Future[Any]) -> Callable[[Any], None]:
    def settle(outcome: Any) -> None:
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)

    return settle
