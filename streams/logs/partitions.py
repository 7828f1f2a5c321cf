"""Which partition a key lives on: murmur2, as all of Apache Kafka's clients place it.

The Java client and kafka-python compute ``(murmur2(key) & 0x7fffffff) % partitions``.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import count
from struct import unpack_from

from services.events.catalogue import PARTITIONS

_MULTIPLIER, _BITS = 0x5BD1E995, 0xFFFFFFFF


def partition_of(key: bytes, partitions: int = PARTITIONS) -> int:
    """The number of the partition of ``key``, in ``range(partitions)``."""
    return (_murmur2(key) & 0x7FFFFFFF) % partitions


# Keys come back: an ambassador, a campaign, a link.
@lru_cache(maxsize=65_536)
def _murmur2(key: bytes) -> int:
    """As ``org.apache.kafka.common.utils.Utils.murmur2``; aiokafka's takes twice as long."""
    words = len(key) // 4
    hashed = 0x9747B28C ^ len(key)
    for word in unpack_from(f"<{words}I", key):
        mixed = word * _MULTIPLIER & _BITS
        hashed = hashed * _MULTIPLIER & _BITS ^ (mixed ^ mixed >> 24) * _MULTIPLIER & _BITS
    if left := key[4 * words :]:
        hashed = (hashed ^ int.from_bytes(left, "little")) * _MULTIPLIER & _BITS
    hashed = (hashed ^ hashed >> 13) * _MULTIPLIER & _BITS
    return hashed ^ hashed >> 15


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
