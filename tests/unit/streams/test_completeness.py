"""Every record on the log is handled, a dead letter, or still to come; anything else is named."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.database import dead_letters
from services.database.engine import Database
from services.database.schema import inbox
from services.database.settle_dead_letters import drop, note_expired
from streams.logs.admin import LogRecord, Position
from streams.logs.embedded.admin import EmbeddedAdmin
from streams.logs.embedded.log import EmbeddedLog
from streams.process.completeness import Account, compare
from streams.process.processor import Processor, ProcessorRunner, Progress, SourceRecord
from tests.builders import NOW
from tests.unit.streams.test_processor import TOPIC, Handler, batch, good

GROUP = "g"


class Bench:
    """A log of two partitions, a processor, and what it has done."""

    def __init__(self, database: Database, log: EmbeddedLog, url: str) -> None:
        self.database = database
        self.log = log
        self.admin = EmbeddedAdmin(url)
        self.runner = ProcessorRunner(
            Processor(name="p", topic=TOPIC, handle=Handler()),
            database=database,
            clock=lambda: NOW,
            progress=Progress(),
        )

    def append(self, *values: bytes, partition: int = 0) -> None:
        self.log.append(
            [self.log.prepare(TOPIC, key=b"k", value=value, number=partition) for value in values]
        )

    async def process(self, *, partition: int = 0, skip: tuple[int, ...] = ()) -> None:
        """Handle what is there but ``skip``, and commit past all of it."""
        end = self.log.partition(TOPIC, partition).end
        records = self.admin.read(TOPIC, partition, 0, end)
        await self.runner.run(
            [_source(record) for record in records if record.position.offset not in skip]
        )
        await self.log.commit(GROUP, {(TOPIC, partition): end})

    async def account(self) -> Account:
        (account,) = await compare(self.database, self.admin, group=GROUP, topics={"p": TOPIC})
        return account

    async def missing(self) -> list[Position]:
        return [
            Position(
                topic=each.place.topic, partition=each.place.partition, offset=each.place.offset
            )
            for each in (await self.account()).missing
        ]


def _source(record: LogRecord) -> SourceRecord:
    at = record.position
    return SourceRecord(
        topic=at.topic,
        partition=at.partition,
        offset=at.offset,
        key=record.key,
        value=record.value or b"",
    )


def at(offset: int, partition: int = 0) -> Position:
    return Position(topic=TOPIC, partition=partition, offset=offset)


@pytest.fixture
async def bench(database: Database, tmp_path: Path) -> AsyncIterator[Bench]:
    log = EmbeddedLog(tmp_path / "l.db")
    log.create_topic(TOPIC, 2)
    bench = Bench(database, log, f"embedded://{tmp_path}/l.db")
    yield bench
    bench.admin.close()
    log.close()


async def test_everything_that_was_done_is_accounted_for(bench: Bench) -> None:
    """Handled events, events of a batch, dead letters and what waits are counted, and none is missing."""
    bench.append(good("a"), batch(good("b"), {"bad": 1}, good("a")), b"junk")
    bench.append(good("c"), partition=1)
    await bench.process()
    account = await bench.account()
    assert (account.handled, account.dead, account.waiting, account.missing) == (3, 2, 1, [])


async def test_passed_over_record_is_reported_missing(bench: Bench) -> None:
    """What was committed past and left no trace is missing, whether it can be read or not."""
    bench.append(good("a"), good("b"), b"junk", good("d"))
    await bench.process(skip=(1, 2))
    assert await bench.missing() == [at(1), at(2)]
    names = [each.name for each in (await bench.account()).missing]
    assert names == [f"e-b at {TOPIC}[0]@1", f"{TOPIC}[0]@2"]


async def test_one_event_of_a_batch_can_be_missing(bench: Bench) -> None:
    """Each event of a record is looked at by itself."""
    bench.append(batch(good("a"), good("b")))
    await bench.process()
    async with bench.database.write() as transaction:
        await transaction.execute(sa.delete(inbox).where(inbox.c.event_id == "e-b"))
    (missing,) = (await bench.account()).missing
    assert missing.place.part == 1
    assert json.loads(missing.letter().value) == json.loads(good("b"))


async def test_event_handled_from_another_record_is_not_missing(bench: Bench) -> None:
    """An event that was handled from another record is not missing: effects happen once."""
    bench.append(good("a"), good("a"))
    await bench.process(skip=(0,))
    assert await bench.missing() == []


async def test_a_missing_event_is_handed_over_as_a_letter_that_was_replayed(bench: Bench) -> None:
    """Kept as a dead letter it is missing no more, and its bytes are the event's own."""
    bench.append(good("a"))
    await bench.process(skip=(0,))
    (missing,) = (await bench.account()).missing
    letter = missing.letter()
    async with bench.database.write() as transaction:
        await dead_letters.add(transaction, [letter])
        letter_id = await dead_letters.id_of(transaction, "p", letter.place)
        await dead_letters.mark_replayed(transaction, letter_id, now=NOW)
    assert letter.value == good("a")
    account = await bench.account()
    assert (account.dead, account.missing) == (1, [])


async def test_a_letter_that_was_given_up_is_not_missing(bench: Bench) -> None:
    """The audit remembers what somebody dropped."""
    bench.append(b"junk", batch({"bad": 1}, good("a")))
    await bench.process()
    async with bench.database.write() as transaction:
        letters = await dead_letters.waiting(transaction)
        await drop(transaction, [each.id or 0 for each in letters], actor="me", now=NOW)
    account = await bench.account()
    assert (account.handled, account.dead, account.missing) == (1, 2, [])


async def test_comparison_finds_a_missing_event_among_many(bench: Bench) -> None:
    """However many records and events there are, the one that is missing is found."""
    everything = [good(f"s{n}") for n in range(1_200)]
    bench.append(*everything[:1_100], batch(*everything[1_100:]))
    async with bench.database.write() as transaction:
        await transaction.execute(
            sa.insert(inbox),
            [
                {
                    "processor": "p",
                    "event_source": event["source"],
                    "event_id": event["id"],
                    "handled_at": NOW,
                }
                for event in map(json.loads, everything)
                if event["id"] != "e-s777"
            ],
        )
    await bench.log.commit(GROUP, {(TOPIC, 0): 1_101})
    account = await bench.account()
    assert account.handled == 1_199
    assert [each.place.offset for each in account.missing] == [777]


async def test_expired_unhandled_records_are_counted(bench: Bench) -> None:
    """Records that the log gave up unread are counted, before a worker finds the hole and after."""
    bench.append(*(good(f"s{n}") for n in range(6)))
    await bench.log.commit(GROUP, {(TOPIC, 0): 2})
    bench.log.run(
        lambda connection: connection.execute(
            "UPDATE partitions SET low_water = 5 WHERE topic = ? AND number = 0", (TOPIC,)
        )
    )
    assert (await bench.account()).expired == 3
    async with bench.database.write() as transaction:
        await note_expired(transaction, [(TOPIC, 0, 2, 5)], now=NOW)
    await bench.log.commit(GROUP, {(TOPIC, 0): 6})
    assert (await bench.account()).expired == 3
