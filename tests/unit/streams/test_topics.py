"""The topics of a log beside those of the catalogue."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.errors import WrongSetting
from streams.logs.embedded.admin import EmbeddedAdmin
from streams.logs.topics import compare, leader_topic, prepare_for_worker, topic_specs


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
