"""Which partition a record goes to: the same one that Apache Kafka's clients choose."""

from __future__ import annotations

from functools import lru_cache
from itertools import count

from aiokafka.partitioner import murmur2

# Keys come back (an ambassador, a campaign), and the hash is pure Python: 5 µs for a UUID.
_hash = lru_cache(maxsize=16_384)(murmur2)


class Placement:
    """Places keyed records by murmur2 of the key, others in turn.

    The Java client and kafka-python compute ``(murmur2(key) & 0x7fffffff) % partitions``. For
    records without a key Kafka's clients choose freely; taking turns is one of the free choices.
    """

    def __init__(self) -> None:
        self._turn = count()

    def place(self, key: bytes | None, partitions: int) -> int:
        """The number of a partition, in ``range(partitions)``."""
        if key is None:
            return next(self._turn) % partitions
        return (int(_hash(key)) & 0x7FFFFFFF) % partitions
