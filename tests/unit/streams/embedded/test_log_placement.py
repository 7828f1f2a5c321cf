"""Placement agrees with kafka-python, the other client that writes to the same topics."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner import murmur2

from streams.logs.partitions import Placement


@given(key=st.binary(max_size=200), partitions=st.integers(min_value=1, max_value=64))
def test_any_key_goes_where_kafka_python_sends_it(key: bytes, partitions: int) -> None:
    """The partition is kafka-python's murmur2 of the key, made positive, modulo the partitions."""
    assert Placement().place(key, partitions) == (murmur2(key) & 0x7FFFFFFF) % partitions


def test_records_without_a_key_take_turns() -> None:
    """Without a key, each partition gets every n-th record."""
    placement = Placement()

    assert [placement.place(None, 3) for _ in range(6)] == [0, 1, 2, 0, 1, 2]
