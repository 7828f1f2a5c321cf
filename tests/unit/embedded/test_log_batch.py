"""The record batch: what is written is what is read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.embedded.batch import StoredRecord, decode, encode, size_of

_maybe_bytes = st.none() | st.binary(max_size=300)
_headers = st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=20)), max_size=3)
_records = st.lists(
    st.builds(
        lambda timestamp, key, value, headers: (timestamp, key, value, tuple(headers)),
        st.integers(min_value=-(2**63), max_value=2**63 - 1),
        _maybe_bytes,
        _maybe_bytes,
        _headers,
    ),
    min_size=1,
    max_size=20,
)


@given(parts=_records, base=st.integers(min_value=0, max_value=2**40 - 100))
def test_any_batch_comes_back_as_it_was(
    parts: list[tuple[int, bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]], base: int
) -> None:
    """Keys, values, absences, timestamps and headers survive; offsets count on from the base."""
    records = [StoredRecord(base + i, *part) for i, part in enumerate(parts)]
    payload = encode(records)

    assert decode(base, payload) == records
    assert len(payload) == sum(size_of(it.key, it.value, it.headers) for it in records)
