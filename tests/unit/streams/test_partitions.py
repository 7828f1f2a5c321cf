"""Keys are placed as every client of Kafka places them."""

from __future__ import annotations

import pytest

from services.events.catalogue import PARTITIONS
from streams.logs.partitions import partition_of
from streams.logs.topics import topic_specs
from streams.process.processors import projections

# murmur2 as published in Kafka's own tests (clients/…/UtilsTest.java, testMurmur2).
PUBLISHED = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize("key", PUBLISHED)
def test_a_key_lives_where_kafka_puts_it(key: bytes) -> None:
    """The partition follows from murmur2 of the key without its sign, as in Java."""
    assert partition_of(key) == (PUBLISHED[key] & 0x7FFFFFFF) % PARTITIONS


def test_every_topic_has_the_catalogues_partitions_and_retention() -> None:
    """What is rebuilt from the log stays on it for a year."""
    specs = {spec.name: spec for spec in topic_specs()}
    assert {spec.partitions for spec in specs.values()} == {PARTITIONS}
    for projection in projections():
        retention = specs[projection.processor.topic].retention
        assert retention is not None
        assert retention.days >= 365
