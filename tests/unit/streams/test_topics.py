"""The topics of a log beside those of the catalogue."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner import murmur2

from services.errors import WrongSetting
from services.events.catalogue import PARTITIONS
from streams.logs.embedded.admin import EmbeddedAdmin
from streams.logs.topics import Placement, compare, leader_topic, prepare_for_worker, topic_specs
from streams.process.processors import projections


@pytest.mark.parametrize("partitions", [8, 12])
def test_a_worker_gets_the_topic_of_its_leader(tmp_path: Path, partitions: int) -> None:
    """Before it starts, also where topics have more partitions than the catalogue's."""
    admin = EmbeddedAdmin(f"embedded://{tmp_path}/zwaan.log.db")
    admin.ensure_topics([replace(spec, partitions=partitions) for spec in topic_specs()])
    prepare_for_worker(admin, "group")
    assert leader_topic("group").name in {state.name for state in admin.topics()}
    admin.close()


def test_a_worker_does_not_start_with_too_few_partitions(tmp_path: Path) -> None:
    """One sentence names the topics, the first of many, and what to do."""
    admin = EmbeddedAdmin(f"embedded://{tmp_path}/zwaan.log.db")
    admin.ensure_topics([replace(spec, partitions=4) for spec in topic_specs()])
    with pytest.raises(WrongSetting, match=r"story.approved has 4 .*more; give it 8") as caught:
        prepare_for_worker(admin, "group")
    assert len(str(caught.value)) < 400
    admin.close()


def test_missing_topic_is_created_with_the_right_partitions(tmp_path: Path) -> None:
    """It is made with the right one."""
    found = compare(EmbeddedAdmin(f"embedded://{tmp_path}/zwaan.log.db"))
    assert len(found) == len(topic_specs())
    assert not any(each.too_few_partitions or each.other_retention for each in found)


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
