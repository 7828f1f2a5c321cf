"""Retention by time and by size."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from streams.logs.embedded.log import EmbeddedLog
from streams.logs.embedded.partition import STEP_BATCHES

DAY_MS = 86_400_000


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_log(tmp_path: Path, clock: Clock) -> Iterator[Callable[[], EmbeddedLog]]:
    logs: list[EmbeddedLog] = []

    def open_() -> EmbeddedLog:
        for log in logs:
            log.close()
        logs[:] = [EmbeddedLog(tmp_path / "l.db", clock=clock, retention_every=0.005)]
        return logs[0]

    yield open_
    for log in logs:
        log.close()


def _append(log: EmbeddedLog, topic: str, count: int, *, size: int = 10) -> list[int]:
    """Each record is a commit, and so a batch, of its own."""
    return [log.append([log.prepare(topic, key=None, value=bytes(size))])[0] for _ in range(count)]


def _wait(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.005)


def test_old_records_go_and_newer_stay(open_log: Callable[[], EmbeddedLog], clock: Clock) -> None:
    """Records older than the limit are removed; reading before them starts at the first one kept."""
    log = open_log()
    log.create_topic("t", 1, retention_ms=DAY_MS)
    partition = log.partition("t", 0)
    _append(log, "t", 5)
    clock.now += 2 * 86_400
    _append(log, "t", 3)
    _wait(lambda: partition.low_water == 5)

    assert [it.offset for it in log.read(partition, 0, 100)] == [5, 6, 7]
    reopened = open_log()
    assert reopened.partition("t", 0).low_water == 5
    assert [it.offset for it in reopened.read(reopened.partition("t", 0), 0, 100)] == [5, 6, 7]


def test_retention_bounds_the_size(open_log: Callable[[], EmbeddedLog]) -> None:
    """The oldest go while at least the bound would remain, as in Kafka."""
    log = open_log()
    log.create_topic("t", 1, retention_bytes=10_000)
    partition = log.partition("t", 0)
    _append(log, "t", 50, size=980)  # 1,000 bytes each
    _wait(lambda: partition.low_water == 40)

    assert len(log.read(partition, 0, 100)) == 10


def test_offsets_are_never_given_out_again(
    open_log: Callable[[], EmbeddedLog], clock: Clock
) -> None:
    """After everything expired, and after a restart, the next record follows on."""
    log = open_log()
    log.create_topic("t", 1, retention_ms=DAY_MS)
    _append(log, "t", 7)
    clock.now += 2 * 86_400
    _wait(lambda: log.partition("t", 0).low_water == 7)

    assert log.read(log.partition("t", 0), 0, 100) == []
    assert _append(open_log(), "t", 2) == [7, 8]


def test_retention_works_in_steps(open_log: Callable[[], EmbeddedLog], clock: Clock) -> None:
    """More than one step's worth is removed, and appends get in between."""
    log = open_log()
    log.create_topic("t", 1, retention_ms=DAY_MS)
    count = 3 * STEP_BATCHES + 10
    _append(log, "t", count)
    clock.now += 2 * 86_400
    assert _append(log, "t", 1) == [count]
    _wait(lambda: log.partition("t", 0).low_water == count)


def test_a_topic_without_limits_keeps_everything(
    open_log: Callable[[], EmbeddedLog], clock: Clock
) -> None:
    """Where no limit is set, nothing goes, while another topic's records do."""
    log = open_log()
    log.create_topic("kept", 1)
    log.create_topic("t", 1, retention_ms=DAY_MS)
    _append(log, "kept", 5)
    _append(log, "t", 5)
    clock.now += 2 * 86_400
    _wait(lambda: log.partition("t", 0).low_water == 5)

    assert len(log.read(log.partition("kept", 0), 0, 100)) == 5
