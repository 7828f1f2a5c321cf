"""Which partition a key lives on: murmur2, as all of Apache Kafka's clients place it.

The Java client and kafka-python compute ``(murmur2(key) & 0x7fffffff) % partitions``.
"""

from __future__ import annotations

from functools import lru_cache

from aiokafka.partitioner import murmur2

from services.events.catalogue import PARTITIONS

# Keys come back (an ambassador, a campaign), and the hash is pure Python: 5 µs for a UUID.
_hash = lru_cache(maxsize=16_384)(murmur2)


def partition_of(key: bytes, partitions: int = PARTITIONS) -> int:
    """The number of the partition of ``key``, in ``range(partitions)``."""
    return (int(_hash(key)) & 0x7FFFFFFF) % partitions
