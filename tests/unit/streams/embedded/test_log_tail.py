"""The newest records of a partition stay in memory, and no more than that."""

from __future__ import annotations

from streams.logs.embedded.batch import StoredRecord
from streams.logs.embedded.partition import TAIL_BYTES, TAIL_RECORDS, Partition


def _partition(*batches: int, size: int = 100) -> Partition:
    """With one batch of each of these lengths, every batch of ``size`` bytes."""
    partition = Partition(identity=1, topic="t", number=0, low_water=0, end=0, position=0)
    for length in batches:
        first = partition.end
        records = [StoredRecord(first + place, 0, b"k", b"v", ()) for place in range(length)]
        partition.extend(records, size)
    return partition


def test_memory_keeps_a_bounded_number_of_records() -> None:
    """By their number: of three full tails the last is in memory."""
    partition = _partition(*[TAIL_RECORDS // 4] * 12)
    assert partition.recent(0, 10) is None
    assert partition.recent(partition.end - TAIL_RECORDS - 1, 10) is None
    kept = partition.recent(partition.end - TAIL_RECORDS, TAIL_RECORDS)
    assert kept is not None
    assert len(kept) == TAIL_RECORDS


def test_memory_keeps_a_bounded_number_of_bytes() -> None:
    """By their bytes: of ten batches of a third of the bound the last three are in memory."""
    partition = _partition(*[1] * 10, size=TAIL_BYTES // 3)
    assert partition.recent(partition.end - 4, 1) is None
    assert [each.offset for each in partition.recent(partition.end - 3, 9) or ()] == [7, 8, 9]


def test_newest_batch_of_any_size_stays_in_memory() -> None:
    """A caller that keeps up reads it from memory once, though it is larger than the bound."""
    partition = _partition(1, 2 * TAIL_RECORDS, size=2 * TAIL_BYTES)
    assert partition.recent(0, 1) is None
    assert len(partition.recent(1, 2 * TAIL_RECORDS) or ()) == 2 * TAIL_RECORDS
