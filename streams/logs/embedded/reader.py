"""Reading a log from its file: for consumers that are behind, and for other processes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path

from services.errors import Stop
from services.message import message
from streams.logs.embedded.batch import StoredRecord, decode
from streams.logs.embedded.database import connect_reader
from streams.logs.embedded.partition import Partition, Topic, load_topics

#: One read decodes about this much, so that catching up does not fill the memory.
READ_BYTES = 1_048_576


class Reader:
    """A reading connection, usable from several threads; needs no lock and makes no changes."""

    def __init__(self, path: Path) -> None:
        """Raises FileNotFoundError when there is no log."""
        if not path.exists():
            raise FileNotFoundError(path)
        self._path = path
        self._connection = connect_reader(path)
        self._lock = threading.Lock()

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def topics(self) -> dict[str, Topic]:
        """The topics as they are on disk now: all of it as at one moment."""
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                return load_topics(self._connection)
            finally:
                self._connection.rollback()

    def read(self, partition: Partition, offset: int, limit: int) -> list[StoredRecord]:
        """Up to ``limit`` records from ``offset`` on, or from the first one kept after it.

        Raises Stop for a damaged record.
        """
        start = partition.first_key + offset
        with self._lock:
            cursor = self._connection.execute(
                "SELECT id, payload FROM batches WHERE id BETWEEN coalesce("
                "  (SELECT max(id) FROM batches WHERE id BETWEEN :first AND :start), :start)"
                " AND :last ORDER BY id",
                {"first": partition.first_key, "start": start, "last": partition.last_key},
            )
            try:
                return _take(cursor, partition, offset, limit)
            except ValueError as damage:
                raise Stop(
                    message(
                        "log.damaged",
                        "the log {path} is damaged in {topic}, partition {partition}: {fault}; put back a copy of the file",
                        path=str(self._path),
                        topic=partition.topic,
                        partition=partition.number,
                        fault=str(damage),
                    )
                ) from damage
            finally:
                cursor.close()

    def committed(self, group: str) -> dict[int, int]:
        """The next offset of each partition id that the group has committed."""
        with self._lock:
            return dict(
                self._connection.execute(
                    "SELECT partition, next_offset FROM committed WHERE consumer_group = ?",
                    (group,),
                ).fetchall()
            )

    def committed_offsets(
        self, group: str, topics: Mapping[str, Topic]
    ) -> dict[tuple[str, int], int]:
        """The same, by topic and number of the partition."""
        committed = self.committed(group)
        return {
            (topic.name, partition.number): committed[partition.id]
            for topic in topics.values()
            for partition in topic.partitions
            if partition.id in committed
        }


def _take(
    cursor: sqlite3.Cursor, partition: Partition, offset: int, limit: int
) -> list[StoredRecord]:
    found: list[StoredRecord] = []
    size = 0
    for key, payload in cursor:
        records = decode(key - partition.first_key, payload)
        if records[0].offset < offset:
            records = records[offset - records[0].offset :]
        found += records[: limit - len(found)]
        size += len(payload)
        if len(found) >= limit or size >= READ_BYTES:
            break
    return found
