"""Keys are placed as every client of Kafka places them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner import murmur2

from services.events.catalogue import PARTITIONS
from streams.logs.topics import Placement, topic_specs
from streams.process.processors import projections


@given(key=st.binary(max_size=200), partitions=st.integers(min_value=1, max_value=64))
def test_a_key_goes_where_kafka_python_sends_it(key: bytes, partitions: int) -> None:
    """The partition is kafka-python's murmur2 of the key, made positive, modulo the partitions."""
    assert Placement().place(key, partitions) == (murmur2(key) & 0x7FFFFFFF) % partitions


def test_records_without_a_key_take_turns() -> None:
    """Each partition gets every n-th record."""
    placement = Placement()
    assert [placement.place(None, 3) for _ in range(6)] == [0, 1, 2, 0, 1, 2]


def test_every_topic_has_the_catalogues_partitions_and_retention() -> None:
    """What is rebuilt from the log stays on it for a year."""
    specs = {spec.name: spec for spec in topic_specs()}
    assert {spec.partitions for spec in specs.values()} == {PARTITIONS}
    for projection in projections():
        retention = specs[projection.processor.topic].retention
        assert retention is not None
        assert retention.days >= 365
