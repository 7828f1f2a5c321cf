"""Progress is looked at partition by partition."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from services.database.engine import Database
from services.errors import RetryLater
from services.message import NOTHING, said
from streams.logs.admin import PartitionLag
from streams.worker.watch import STALLED_AFTER, Watch
from tests.builders import NOW

TOPIC = "share.requested"


@dataclass
class Admin:
    """A log with two partitions, as far as a watch asks. ``committed`` and ``end`` by partition."""

    committed: dict[int, int] = field(default_factory=lambda: {0: 0, 1: 0})
    end: dict[int, int] = field(default_factory=lambda: {0: 0, 1: 0})
    written: dict[int, float] = field(default_factory=dict)
    away: bool = False
    asked: list[Any] = field(default_factory=list)

    def topics(self, names: Any) -> list[Any]:
        self.asked.append(names)
        if self.away:
            raise RetryLater(said("Kafka does not answer"))
        return []

    def lag(self, _group: str, _topics: Any) -> list[PartitionLag]:
        if self.away:
            raise RetryLater(said("Kafka does not answer"))
        return [
            PartitionLag(topic=TOPIC, partition=n, committed=self.committed[n], first=0, end=end)
            for n, end in self.end.items()
        ]

    def written_at(self, places: Any) -> Any:
        self.asked.append(dict(places))
        return {
            place: NOW - timedelta(seconds=self.written[place[1]])
            for place in places
            if place[1] in self.written
        }


class Bench:
    """A watch whose time is set by the test."""

    def __init__(self, database: Database, *topics: str) -> None:
        self.admin = Admin()
        self.now = 1_000.0
        self.reason = NOTHING
        self.full = False
        self.watch = Watch(
            database=database,
            admin=self.admin,  # type: ignore[arg-type]
            group="zwaan",
            topics=topics,
            clock=lambda: NOW,
            require=self._require_room,
            away=lambda: self.reason,
            monotonic=lambda: self.now,
        )

    def _require_room(self) -> None:
        if self.full:
            raise RetryLater(said("the disk is full"))

    async def later(self, seconds: float) -> None:
        self.now += seconds
        await self.watch.look()

    def stuck(self) -> Any:
        return self.watch.stuck([(TOPIC, 0), (TOPIC, 1)])


async def test_readiness_follows_the_oldest_record(database: Database) -> None:
    """A record that waits too long makes its readers unready, and they say where it is."""
    bench = Bench(database, TOPIC)
    bench.admin.end = {0: 3, 1: 5}
    bench.admin.written = {0: 10, 1: STALLED_AFTER + 5}
    await bench.watch.look()
    found = await bench.watch.readiness()
    assert not found.ready
    assert str(found.reason) == f"a record of {TOPIC}, partition 1, has waited for 125 seconds"
    assert [(each.partition, each.records, each.seconds) for each in found.waiting] == [
        (1, 5, 125),
        (0, 3, 10),
    ]
    bench.admin.committed[1] = 5
    await bench.watch.look()
    assert (await bench.watch.readiness()).ready


async def test_the_moment_of_a_record_is_asked_for_once(database: Database) -> None:
    """What waits at the same place is the same record."""
    bench = Bench(database, TOPIC)
    bench.admin.end = {0: 3, 1: 5}
    bench.admin.written = {0: 10, 1: 20}
    await bench.watch.look()
    await bench.watch.look()
    bench.admin.committed[1] = 4
    bench.admin.written[1] = 7
    await bench.watch.look()
    assert bench.admin.asked == [{(TOPIC, 0): 0, (TOPIC, 1): 0}, {(TOPIC, 1): 4}]
    assert [each.seconds for each in (await bench.watch.readiness()).waiting] == [10, 7]


async def test_short_links_alone_ask_only_whether_the_log_is_there(database: Database) -> None:
    """How far workers are behind is not theirs to find out."""
    bench = Bench(database)
    bench.admin.end = {0: 3, 1: 5}
    await bench.watch.look()
    assert (await bench.watch.readiness()).ready
    assert bench.admin.asked == [()]
    bench.admin.away = True
    await bench.watch.look()
    assert str((await bench.watch.readiness()).reason) == "Kafka does not answer"


async def test_idle_worker_stays_ready(database: Database) -> None:
    """However long nothing came, a burst starts the time anew."""
    bench = Bench(database, TOPIC)
    await bench.watch.look()
    await bench.later(10 * STALLED_AFTER)
    bench.admin.end = {0: 20_000, 1: 20_000}
    await bench.later(1)
    await bench.later(1)
    assert bench.stuck() is None
    assert (await bench.watch.readiness()).ready


async def test_one_stuck_partition_is_noticed_beside_others_that_move(database: Database) -> None:
    """What the other partitions process does not hide the one that does not move."""
    bench = Bench(database, TOPIC)
    bench.admin.end = {0: 100_000, 1: 1}
    for moved in range(1, 70):
        bench.admin.committed[0] = moved
        await bench.later(2)
        assert (bench.stuck() is None) == (2 * (moved - 1) <= STALLED_AFTER)
    assert bench.stuck() == (TOPIC, 1)
    assert bench.watch.stuck([(TOPIC, 0)]) is None


async def test_waiting_for_a_dependency_does_not_count_as_a_stall(database: Database) -> None:
    """While the log, or what a processor needs, is away nothing is stuck; after it the time begins."""
    bench = Bench(database, TOPIC)
    bench.admin.end = {0: 1, 1: 0}
    await bench.watch.look()
    bench.admin.away = True
    await bench.later(2 * STALLED_AFTER)
    assert bench.stuck() is None
    assert str((await bench.watch.readiness()).reason) == "Kafka does not answer"
    bench.admin.away = False
    bench.reason = said("the database is away")
    await bench.later(2 * STALLED_AFTER)
    assert bench.stuck() is None
    assert str((await bench.watch.readiness()).reason) == "the database is away"
    bench.reason = NOTHING
    await bench.later(2 * STALLED_AFTER)
    assert bench.stuck() is None
    await bench.later(STALLED_AFTER + 1)
    assert bench.stuck() == (TOPIC, 0)


async def test_hanging_check_makes_the_process_unready(database: Database) -> None:
    """When no one looked for a while the process is not ready, after any earlier look."""
    bench = Bench(database, TOPIC)
    await bench.watch.look()
    assert (await bench.watch.readiness()).ready
    bench.now += 31
    assert not (await bench.watch.readiness()).ready


async def test_full_disk_makes_the_process_unready(database: Database) -> None:
    """Where a click or a commit would find no room, the process says so before it is asked for one."""
    bench = Bench(database, TOPIC)
    bench.full = True
    await bench.watch.look()
    assert str((await bench.watch.readiness()).reason) == "the disk is full"


async def test_process_is_unready_before_the_first_check(database: Database) -> None:
    """A process that knows nothing yet does not say that all is well."""
    assert not (await Bench(database, TOPIC).watch.readiness()).ready
