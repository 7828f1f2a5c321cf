"""How far a partition may be committed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.logs.commits import PartitionProgress


@given(order=st.permutations(range(12)), start=st.integers(0, 5))
def test_the_safe_offset_is_the_first_record_not_done(order: list[int], start: int) -> None:
    """In any order of completion, the safe offset is always the first one that is not."""
    progress = PartitionProgress(start)
    for offset in range(start, start + 12):
        progress.deliver(offset)
    finished = set[int]()
    for number in order:
        progress.done(start + number)
        finished.add(number)
        assert progress.safe == start + next(n for n in range(13) if n not in finished)


def test_nothing_delivered_is_safe_at_the_start() -> None:
    """Before the first record the partition is where it was assigned."""
    assert PartitionProgress(7).safe == 7


def test_missing_offsets_do_not_hold_progress_back() -> None:
    """Offsets that nothing has are passed as soon as the record behind them is done."""
    progress = PartitionProgress(5)
    progress.deliver(8)
    assert progress.safe == 8
    progress.deliver(20)
    progress.done(8)
    assert progress.safe == 20
    progress.done(20)
    assert progress.safe == 21


def test_what_is_read_again_has_to_be_done_again() -> None:
    """After a seek back, what was done before counts no more, and earlier open records still do."""
    progress = PartitionProgress(0)
    for offset in range(5):
        progress.deliver(offset)
    for offset in (1, 2, 3, 4):
        progress.done(offset)
    progress.deliver(2)
    progress.done(0)
    assert progress.safe == 2


def test_an_acknowledgement_of_something_else_changes_nothing() -> None:
    """Only what was delivered can become done."""
    progress = PartitionProgress(0)
    progress.done(0)
    progress.deliver(0)
    assert progress.safe == 0
