"""Topics, reading and publishing, as the command line does them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from threading import Barrier

import pytest

from services.errors import Rejected
from services.ports import Record
from streams.logs.admin import TopicSpec
from tests.contract.log.conftest import LogUnderTest

# Apache Kafka's own vectors (clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java).
MURMUR2 = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


def test_topics_are_made_once(log: LogUnderTest) -> None:
    """Ensuring topics names those that were made, and makes nothing of those that exist."""
    fresh = TopicSpec(name=f"fresh-{log.group}", partitions=2)

    assert log.admin.ensure_topics([*log.specs(), fresh]) == [fresh.name]
    assert log.admin.ensure_topics([*log.specs(), fresh]) == []


def test_a_topic_is_described_as_it_was_made(log: LogUnderTest) -> None:
    """Name, partitions and both limits of a topic come back as they were given."""
    spec = TopicSpec(
        name=f"kept-{log.group}",
        partitions=4,
        retention=timedelta(days=7),
        retention_bytes=10_000_000,
    )
    log.admin.ensure_topics([spec])
    (state,) = [it for it in log.admin.topics() if it.name == spec.name]

    assert [it.number for it in state.partitions] == [0, 1, 2, 3]
    assert state.retention == spec.retention
    assert state.retention_bytes == spec.retention_bytes
    assert state.records == 0
    assert log.admin.topics([spec.name, "nowhere"]) == [state]


def test_a_topic_that_exists_stays_as_it_is(log: LogUnderTest) -> None:
    """Ensuring changes neither what an operator set nor the number of partitions."""
    spec = TopicSpec(name=f"kept-{log.group}", partitions=2, retention=timedelta(days=7))
    log.admin.ensure_topics([spec])
    log.admin.ensure_topics([replace(spec, partitions=5, retention=None, retention_bytes=5_000)])
    (state,) = [it for it in log.admin.topics() if it.name == spec.name]

    assert len(state.partitions) == 2
    assert (state.retention, state.retention_bytes) == (spec.retention, None)


def test_retention_is_set_when_asked_and_partitions_never(log: LogUnderTest) -> None:
    """Both limits change, also to none; a topic that is not there is refused."""
    spec = TopicSpec(name=f"changed-{log.group}", partitions=2, retention=timedelta(days=7))
    log.admin.ensure_topics([spec])
    log.admin.set_retention([replace(spec, partitions=5, retention=None, retention_bytes=5_000)])
    (state,) = [it for it in log.admin.topics() if it.name == spec.name]

    assert len(state.partitions) == 2
    assert (state.retention, state.retention_bytes) == (None, 5_000)
    with pytest.raises(Rejected, match="does not exist"):
        log.admin.set_retention([replace(spec, name=f"nowhere-{log.group}")])


def test_many_may_make_the_same_topics_at_once(log: LogUnderTest) -> None:
    """Of eight at the same moment each topic has one maker; all go on, and can write to it."""
    specs = [TopicSpec(name=f"shared-{n}-{log.group}", partitions=2) for n in range(6)]
    together = Barrier(8)

    def start(_: int) -> list[str]:
        admin = log.new_admin()
        try:
            together.wait(30)
            made = admin.ensure_topics(specs)
            admin.append([Record(topic=spec.name, value=b"x", partition=1) for spec in specs])
        finally:
            admin.close()
        return made

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(start, range(8)))
    assert sorted(chain(*made)) == [spec.name for spec in specs]
    assert [log.admin.end_offsets(spec.name)[1] for spec in specs] == [8] * 6


def test_what_is_appended_can_be_read(log: LogUnderTest) -> None:
    """Any bytes come back byte for byte, at the position that the append returned."""
    values = [b"", b"\x00", b"\xff\xfe not UTF-8", "één".encode(), bytes(range(256)) * 300]
    topic = log.topics.inbound
    before = datetime.now(UTC) - timedelta(seconds=5)
    positions = log.admin.append(
        [Record(topic=topic, value=value, key=b"k", partition=1) for value in values]
    )
    read = log.admin.read(topic, 1, 0, 100)

    assert [it.value for it in read] == values
    assert [it.position for it in read] == positions
    assert {it.key for it in read} == {b"k"}
    assert before < read[0].timestamp < before + timedelta(minutes=1)


def test_reading_starts_anywhere_and_is_bounded(log: LogUnderTest) -> None:
    """A read gives at most as many records as asked, from the offset on; nothing past the end."""
    topic = log.topics.dead
    for start in range(0, 30, 10):
        log.admin.append([Record(topic=topic, value=b"%d" % n) for n in range(start, start + 10)])

    assert [it.value for it in log.admin.read(topic, 0, 7, 6)] == [b"%d" % n for n in range(7, 13)]
    assert [it.value for it in log.admin.read(topic, 0, 28, 6)] == [b"28", b"29"]
    assert log.admin.read(topic, 0, 30, 6) == []
    assert log.admin.end_offsets(topic) == {0: 30}


@pytest.mark.parametrize(("key", "murmur2"), MURMUR2.items())
def test_a_key_lands_where_kafka_puts_it(log: LogUnderTest, key: bytes, murmur2: int) -> None:
    """A keyed record goes to murmur2 of its key, made positive, modulo the partitions."""
    (position,) = log.admin.append([Record(topic=log.topics.inbound, value=b"x", key=key)])

    assert position.partition == (murmur2 & 0x7FFFFFFF) % 3


def test_records_without_a_key_reach_every_partition(log: LogUnderTest) -> None:
    """Records without a key are spread, so that no partition stays empty."""
    positions = log.admin.append([Record(topic=log.topics.inbound, value=b"x") for _ in range(200)])

    assert {it.partition for it in positions} == {0, 1, 2}


def test_an_unknown_topic_is_rejected(log: LogUnderTest) -> None:
    """Nothing is appended when one record names a topic that does not exist."""
    records = [
        Record(topic=log.topics.dead, value=b"good"),
        Record(topic=f"nowhere-{log.group}", value=b"lost?"),
    ]

    with pytest.raises(Rejected, match="does not exist"):
        log.admin.append(records)
    with pytest.raises(Rejected, match="does not exist"):
        log.admin.end_offsets(f"nowhere-{log.group}")
    with pytest.raises(Rejected, match="does not exist"):
        log.admin.read(f"nowhere-{log.group}", 0, 0, 1)
    assert log.admin.end_offsets(log.topics.dead) == {0: 0}


def test_an_unknown_partition_is_rejected(log: LogUnderTest) -> None:
    """A partition that the topic does not have is refused, for writing and for reading."""
    with pytest.raises(Rejected, match="no partition 7"):
        log.admin.append([Record(topic=log.topics.inbound, value=b"x", partition=7)])
    with pytest.raises(Rejected, match="no partition 7"):
        log.admin.read(log.topics.inbound, 7, 0, 1)


def test_a_record_over_a_mebibyte_is_rejected(log: LogUnderTest) -> None:
    """Two megabytes are refused with a sentence and leave nothing behind; one just fits below."""
    topic = log.topics.dead

    with pytest.raises(Rejected, match="too large"):
        log.admin.append([Record(topic=topic, value=bytes(2_000_000))])
    log.admin.append([Record(topic=topic, value=bytes(1_048_000))])
    assert log.admin.end_offsets(topic) == {0: 1}


def test_a_group_that_never_committed_lags_by_everything(log: LogUnderTest) -> None:
    """Before a group's first commit its lag is every record kept, with no committed offset."""
    log.admin.append([Record(topic=log.topics.inbound, value=b"x", partition=2)] * 5)
    lag = log.admin.lag(log.group, [log.topics.inbound])

    assert {it.partition: it.lag for it in lag} == {0: 0, 1: 0, 2: 5}
    assert {it.committed for it in lag} == {None}
    assert log.admin.lag(log.group) == []
