"""Which partition a record goes to: the same one that Apache Kafka's clients choose."""

from __future__ import annotations

from itertools import count

from streams.logs.partitions import partition_of


class Placement:
    """Places keyed records by their key, others in turn.

    For records without a key Kafka's clients choose freely; taking turns is one of the free choices.
    """

    def __init__(self) -> None:
        self._turn = count()

    def place(self, key: bytes | None, partitions: int) -> int:
        """The number of a partition, in ``range(partitions)``."""
        if key is None:
            return next(self._turn) % partitions
        return partition_of(key, partitions)
