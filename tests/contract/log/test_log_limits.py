"""What Apache Kafka does and the embedded log does not; see the docstring of streams.logs.embedded.

Each is a strict xfail: when the embedded log learns it, the test says so.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from services.ports import Record
from streams.logs.embedded.log import EmbeddedLog
from streams.logs.embedded.producer import create_topic
from tests.contract.log.conftest import LogUnderTest, Worker, eventually, eventually_in_thread


def _not_embedded(log: LogUnderTest, request: pytest.FixtureRequest, reason: str) -> None:
    if log.kind == "embedded":
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason))


async def test_two_workers_share_the_work_and_one_leads(
    log: LogUnderTest, request: pytest.FixtureRequest, start_worker: Callable[..., Worker]
) -> None:
    """Two workers of a group divide the partitions, and exactly one of them leads."""
    _not_embedded(log, request, "one process at a time owns an embedded log")
    workers = [start_worker(), start_worker()]
    await eventually(lambda: all(worker.started for worker in workers))
    sent: list[str] = []

    def both_have_some() -> bool:
        numbers = range(len(sent), len(sent) + 30)
        sent.extend(str(n) for n in numbers)
        log.admin.append([Record(topic=log.topics.inbound, value=b"%d" % n) for n in numbers])
        return all(worker.values() for worker in workers)

    await eventually_in_thread(both_have_some)
    await eventually(lambda: {v for w in workers for v in w.values()} == set(sent))
    for worker in workers:
        worker.facts = [fact for fact in worker.facts if "leader" not in fact]
    await eventually(lambda: sum(worker.is_leader for worker in workers) == 1)
    (leader,) = [worker for worker in workers if worker.is_leader]
    (other,) = [worker for worker in workers if not worker.is_leader]
    leader.end(signal.SIGKILL)
    await eventually(lambda: other.is_leader)


@pytest.mark.xfail(strict=True, reason="the embedded log does not compact")
async def test_a_compacted_topic_keeps_the_newest_record_of_a_key(tmp_path: Path) -> None:
    """Older records of a key go in time. (Kafka does that minutes later, so it is not asked.)"""
    log = EmbeddedLog(tmp_path / "zwaan.log.db", retention_every=0.01)
    await create_topic(log, "compacted", 1, config={"cleanup.policy": "compact"}, retention=None)
    partition = log.partition("compacted", 0)
    log.append([log.prepare("compacted", key=b"k", value=b"%d" % n) for n in range(10)])
    try:
        await eventually(lambda: log.read(partition, 0, 10)[0].value == b"9", limit=1)
    finally:
        log.close()
