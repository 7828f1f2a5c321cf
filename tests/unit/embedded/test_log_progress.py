"""How far a partition may be committed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.embedded.progress import Progress


@given(order=st.permutations(range(12)))
def test_progress_is_the_first_record_not_done(order: list[int]) -> None:
    """In whatever order records get done, progress is always the first one that is not."""
    progress, done, finished = Progress(0), set[int](), set[int]()
    committed = 0
    for offset in order:
        done.add(offset)
        finished.add(offset)
        committed = progress.advance(done) or committed
        assert committed == next(n for n in range(13) if n not in finished)
    assert not done


def test_what_retention_took_does_not_hold_progress_back() -> None:
    """Offsets that were passed over count as done, wherever they lie."""
    progress = Progress(5)
    progress.pass_over(5, 8)
    progress.pass_over(9, 20)

    assert progress.advance(set()) == 8
    assert progress.advance({8}) == 20
    assert progress.advance(set()) is None
