"""Which partition a key lives on: murmur2, as all of Apache Kafka's clients place it."""

from __future__ import annotations

from kafka.partitioner.default import murmur2

from services.events.catalogue import PARTITIONS


def partition_of(key: bytes) -> int:
    return int((murmur2(key) & 0x7FFFFFFF) % PARTITIONS)
