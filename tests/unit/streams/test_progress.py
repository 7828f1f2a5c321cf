"""Progress tells a worker that waits from one that stalled."""

from __future__ import annotations

from streams.progress import Progress


def test_progress_counts_records_and_the_time_since_the_last() -> None:
    """``idle`` begins with the first record, ``quiet`` with the start."""
    now = 100.0
    progress = Progress(monotonic=lambda: now)
    assert (progress.idle, progress.quiet, progress.records) == (None, 0.0, 0)
    now = 105.0
    assert (progress.idle, progress.quiet) == (None, 5.0)
    progress.processed("p", 3)
    now = 107.0
    assert (progress.idle, progress.quiet, progress.records) == (2.0, 2.0, 3)


def test_a_reason_lasts_until_its_own_processor_goes_on() -> None:
    """What one processor waits for is not forgotten because another works."""
    progress = Progress()
    progress.waiting("p", "the database is away")
    progress.processed("q", 1)
    assert progress.reason == "the database is away"
    progress.processed("p", 1)
    assert progress.reason == ""
