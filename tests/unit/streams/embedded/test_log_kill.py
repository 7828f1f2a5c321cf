"""SIGKILL at any moment: what was acknowledged is there."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from streams.logs.embedded.log import EmbeddedLog

ROOT = Path(__file__).parents[3]
SEED = 20_240_517
KILLS = 25


def _append_until_killed(path: Path, first: int, after: float) -> list[tuple[int, int, bytes]]:
    """What the process had acknowledged when it was killed, ``after`` seconds into appending."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.streams.embedded.appending", str(path), str(first)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        bufsize=0,  # `communicate` reads past a buffer, and what is in there would be lost
    )
    assert process.stdout is not None
    begun = process.stdout.readline()
    time.sleep(after)  # the moment itself is what is drawn by lot
    process.kill()
    rest, _ = process.communicate(timeout=60)
    # A last line without its end was cut off by the kill.
    lines = [line for line in (begun + rest).splitlines(keepends=True) if line.endswith(b"\n")]
    return [
        (int(number), int(offset), value)
        for number, offset, value in (line.split() for line in lines)
    ]


@pytest.mark.chaos
@pytest.mark.timeout(300)
def test_no_acknowledged_record_is_lost_or_doubled(tmp_path: Path) -> None:
    """After each of 25 kills every acknowledged record is at its offset, once, without holes."""
    lots = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    path = tmp_path / "zwaan.log.db"
    acknowledged: dict[tuple[int, int], bytes] = {}
    for kill in range(KILLS):
        facts = _append_until_killed(path, kill * 1_000_000, lots.uniform(0.0, 0.25))
        assert facts
        for number, offset, value in facts:
            assert (number, offset) not in acknowledged, "an offset was given out twice"
            acknowledged[number, offset] = value
        _check(path, acknowledged)
    assert len(acknowledged) > 1_000


def test_a_killed_owner_leaves_a_log_that_opens(tmp_path: Path) -> None:
    """The same after three kills, in the fast suite."""
    path = tmp_path / "zwaan.log.db"
    acknowledged: dict[tuple[int, int], bytes] = {}
    for kill, after in enumerate((0.0, 0.03, 0.1)):
        before = len(acknowledged)
        for number, offset, value in _append_until_killed(path, kill * 1_000_000, after):
            acknowledged[number, offset] = value
        assert len(acknowledged) > before, "it was killed before anything was acknowledged"
        _check(path, acknowledged)


def _check(path: Path, acknowledged: dict[tuple[int, int], bytes]) -> None:
    log = EmbeddedLog(path)
    try:
        values: list[bytes] = []
        for partition in log.topics["t"].partitions:
            offset = 0
            while records := log.read(partition, offset, 5_000):
                for record in records:
                    assert record.offset == offset, "a hole"
                    offset += 1
                    value = (record.value or b"").rstrip()
                    values.append(value)
                    expected = acknowledged.get((partition.number, record.offset))
                    assert expected in {None, value}
            assert offset == partition.end
            for number, last in acknowledged:
                if number == partition.number:
                    assert last < partition.end, "an acknowledged record is missing"
        assert len(values) == len(set(values)), "a record stands there twice"
    finally:
        log.close()
