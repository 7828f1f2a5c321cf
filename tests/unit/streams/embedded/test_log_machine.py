"""The log against a model as simple as can be: lists of records."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from streams.logs.embedded.log import EmbeddedLog
from streams.logs.embedded.reader import Reader

RETENTION_MS = 60_000


@dataclass
class ModelPartition:
    """Offset → (timestamp, key, value), and where it begins and ends."""

    records: dict[int, tuple[int, bytes | None, bytes]] = field(default_factory=dict)
    first: int = 0
    end: int = 0


class LogMachine(RuleBasedStateMachine):
    """Appends (alone and many at once), reads, commits, expires, and reopens."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "l.db"
        self.now = 1_000_000.0
        self.model = {number: ModelPartition() for number in range(3)}
        self.committed: dict[tuple[str, int], int] = {}
        self.log = self._open()

    def _open(self) -> EmbeddedLog:
        # Retention runs when the machine says so: at opening, and never by the clock.
        return EmbeddedLog(self.path, clock=lambda: self.now, retention_every=10_000)

    def _run(self, work: Any) -> Any:
        """In a loop of its own, as several threads of a process would."""
        return asyncio.run(work)

    @initialize()
    def create(self) -> None:
        assert self.log.create_topic("t", 3, retention_ms=RETENTION_MS)

    def _remember(self, number: int, offset: int, key: bytes | None, value: bytes) -> None:
        partition = self.model[number]
        assert offset == partition.end, "offsets follow on without holes"
        partition.records[offset] = (int(self.now * 1000), key, value)
        partition.end = offset + 1

    @rule(
        records=st.lists(
            st.tuples(st.none() | st.binary(max_size=4), st.binary(max_size=30)),
            min_size=1,
            max_size=8,
        )
    )
    def append(self, records: list[tuple[bytes | None, bytes]]) -> None:
        prepared = [self.log.prepare("t", key=key, value=value) for key, value in records]
        offsets = self.log.append(prepared)
        for (placed, _), offset in zip(prepared, offsets, strict=True):
            self._remember(placed[0].number, offset, placed[2], placed[3] or b"")

    @rule(count=st.integers(min_value=2, max_value=20), number=st.integers(0, 2))
    def append_at_once(self, count: int, number: int) -> None:
        """Many callers in one loop get offsets in the order in which they called."""

        async def together() -> list[int]:
            appender = self.log.appender()
            futures = [
                appender.append(
                    (self.log.prepare("t", key=None, value=b"%d" % n, number=number)[0],), 10
                )
                for n in range(count)
            ]
            return [(await future)[0] for future in futures]

        for n, offset in enumerate(self._run(together())):
            self._remember(number, offset, None, b"%d" % n)

    @rule(number=st.integers(0, 2), count=st.integers(min_value=2, max_value=6))
    def append_from_threads(self, number: int, count: int) -> None:
        """Several threads share commits; each offset is given to one of them."""
        given: list[tuple[int, bytes]] = []

        def one(n: int) -> None:
            value = b"thread-%d" % n
            record = self.log.prepare("t", key=None, value=value, number=number)
            given.append((self.log.append([record])[0], value))

        threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for offset, value in sorted(given):
            self._remember(number, offset, None, value)

    @rule(number=st.integers(0, 2), back=st.integers(0, 30), group=st.sampled_from(["a", "b"]))
    def commit(self, number: int, back: int, group: str) -> None:
        offset = max(0, self.model[number].end - back)
        self._run(self.log.commit(group, {("t", number): offset}))
        self.committed[group, number] = offset

    @rule(seconds=st.sampled_from([1, 20, 59, 60]))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def reopen_and_expire(self) -> None:
        """A batch goes as a whole, once its newest record is too old."""
        self.log.close()
        self.log = self._open()
        self._expire()

    def _expire(self) -> None:
        # The first answer comes after the step that the log takes when it opens.
        self.log.run(lambda _: None)
        limit = int(self.now * 1000) - RETENTION_MS
        for number, partition in self.model.items():
            first = self.log.partition("t", number).low_water
            kept = [offset for offset, (time, _, _) in partition.records.items() if time >= limit]
            assert first == min(kept, default=partition.end)
            for offset in range(partition.first, first):
                del partition.records[offset]
            partition.first = first

    @precondition(lambda self: any(it.records for it in self.model.values()))
    @rule(number=st.integers(0, 2), sixteenths=st.integers(0, 17), limit=st.integers(1, 50))
    def read(self, number: int, sixteenths: int, limit: int) -> None:
        """From memory or from disk, the same records, wherever one begins."""
        model = self.model[number]
        offset = model.end * sixteenths // 16
        wanted = [it for it in sorted(model.records) if it >= offset][:limit]
        partition = self.log.partition("t", number)
        reader = Reader(self.path)
        for found in (
            self.log.read(partition, offset, limit),
            reader.read(partition, offset, limit),
        ):
            assert [it.offset for it in found] == wanted
            assert [(it.timestamp, it.key, it.value) for it in found] == [
                model.records[it] for it in wanted
            ]
        reader.close()

    @invariant()
    def ends_and_commits_agree(self) -> None:
        reader = Reader(self.path)
        topics = reader.topics()
        if "t" in topics:
            assert {it.number: (it.low_water, it.end) for it in topics["t"].partitions} == {
                number: (it.first, it.end) for number, it in self.model.items()
            }
        for group in ("a", "b"):
            assert self.log.committed(group) == {
                ("t", number): offset
                for (name, number), offset in self.committed.items()
                if name == group
            }
        reader.close()

    def teardown(self) -> None:
        self.log.close()
        self.folder.cleanup()


TestLog = LogMachine.TestCase
TestLog.settings = settings(max_examples=40, stateful_step_count=30)
