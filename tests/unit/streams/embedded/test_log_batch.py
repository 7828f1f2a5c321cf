"""The record batch: what is written is what is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.logs.embedded.batch import CHECKSUM_BYTES, StoredRecord, decode, encode, size_of

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
def test_stored_batch_round_trips(
    parts: list[tuple[int, bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]], base: int
) -> None:
    """Keys, values, absences, timestamps and headers survive; offsets count on from the base."""
    records = [StoredRecord(base + i, *part) for i, part in enumerate(parts)]
    payload = encode(records)

    assert decode(base, payload) == records
    assert len(payload) == CHECKSUM_BYTES + sum(
        size_of(it.key, it.value, it.headers) for it in records
    )


@given(parts=_records, place=st.integers(min_value=0), flipped=st.integers(1, 255))
def test_changed_byte_in_a_batch_is_detected(
    parts: list[tuple[int, bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]],
    place: int,
    flipped: int,
) -> None:
    """Wherever a byte of a batch changed, or its end is missing, it is not read as if it were whole."""
    payload = bytearray(encode([StoredRecord(i, *part) for i, part in enumerate(parts)]))
    payload[place % len(payload)] ^= flipped
    for damaged in (bytes(payload), bytes(payload[:-1]), b""):
        with pytest.raises(ValueError, match="checksum"):
            decode(0, damaged)
