"""Retention: whole batches at the head of a partition go, in bounded steps, as in Apache Kafka.

By time: a batch goes when its newest record is older than ``retention_ms``. By size: batches go
while at least ``retention_bytes`` would remain. Whether a group has read them plays no part, which
is Kafka's rule too: choose limits longer than any outage.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from streams.logs.embedded.partition import Partition, Topic

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
