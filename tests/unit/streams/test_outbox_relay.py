"""The outbox reaches the log: in order by key, at least once, with any failure in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from services.database import dead_letters, outbox
from services.database.engine import Database
from services.database.outbox import OutboxRow
from services.errors import Rejected, RetryLater
from services.events.outgoing import CampaignFinished
from services.events.statement import Statement, state
from services.message import said
from services.ports import Record
from streams.logs.topics import partition_of
from streams.process.outbox_relay import OutboxRelay, pack
from tests.builders import NOW
from tests.fakes import MemoryLog

ROWS = st.lists(
    st.builds(
        lambda topic, key, size: (topic, key, size),
        st.sampled_from(["a", "b"]),
        st.text(max_size=3),
        st.sampled_from([0, 10, 200_000, 600_000]),
    ),
    max_size=20,
).map(
    lambda drawn: [
        OutboxRow(id=number, topic=topic, key=key, event=f'{{"n":{number},"x":"{"é" * size}"}}')
        for number, (topic, key, size) in enumerate(drawn)
    ]
)


@settings(max_examples=50)
@given(rows=ROWS)
def test_packing_keeps_every_event_in_the_order_of_its_key(rows: list[OutboxRow]) -> None:
    """Each event is in one record of its topic and partition, in order, and records stay small."""
    records = pack(rows)
    seen: dict[tuple[str, int | None], list[int]] = {}
    for record in records:
        found = json.loads(record.value)
        events = found if isinstance(found, list) else [found]
        assert len(events) == 1 or len(record.value) <= 500_002
        assert len(events) <= 100
        assert record.key is not None
        assert record.partition == partition_of(record.key)
        seen.setdefault((record.topic, record.partition), []).extend(each["n"] for each in events)
    expected: dict[tuple[str, int | None], list[int]] = {}
    for row in rows:
        where = (row.topic, partition_of(row.key.encode()))
        expected.setdefault(where, []).append(row.id)
    assert seen == expected


def test_many_small_events_share_records() -> None:
    """A hundred events are one record; a lone event is itself, not a batch of one."""
    rows = [OutboxRow(id=n, topic="a", key="k", event=f'{{"n":{n}}}') for n in range(201)]
    records = pack(rows)
    assert [record.value.count(b"n") for record in records] == [100, 100, 1]
    assert records[-1].value == b'{"n":200}'
    assert pack([]) == []


def _statement(rank: int) -> Statement:
    finished = CampaignFinished(campaign_id=f"c{rank % 3}", cancelled=rank, finished_at=NOW)
    return state(finished, at=NOW, cause=str(rank))


async def _add(database: Database, ranks: Sequence[int]) -> None:
    async with database.write() as transaction:
        await outbox.add(transaction, [_statement(rank) for rank in ranks])


async def _waiting(database: Database) -> int:
    async with database.read() as transaction:
        return await outbox.size(transaction)


def _ranks(log: MemoryLog) -> list[int]:
    ranks = []
    for record in log.records:
        found = json.loads(record.value)
        ranks += [
            each["data"]["cancelled"] for each in (found if isinstance(found, list) else [found])
        ]
    return ranks


async def test_what_waits_is_relayed_and_forgotten(database: Database) -> None:
    """Every event reaches the log once, and nothing waits any more."""
    log = MemoryLog()
    relay = OutboxRelay(database=database, log=log)
    await _add(database, range(10))
    assert await relay.run_once() == 10
    assert await relay.run_once() == 0
    assert sorted(_ranks(log)) == list(range(10))
    assert await _waiting(database) == 0


class Forgetful(MemoryLog):
    """Takes the records, and then the process dies before it hears of it."""

    async def append(self, records: Sequence[Record]) -> None:
        await super().append(records)
        raise ConnectionResetError


async def test_lost_acknowledgement_sends_the_event_again(database: Database) -> None:
    """What may have arrived is sent again with the same ids; nothing is forgotten."""
    log = Forgetful()
    relay = OutboxRelay(database=database, log=log)
    await _add(database, range(3))
    for _ in range(2):
        try:
            await relay.run_once()
        except ConnectionResetError:
            assert await _waiting(database) == 3
    await OutboxRelay(database=database, log=(kept := MemoryLog())).run_once()
    assert sorted(_ranks(kept)) == [0, 1, 2]
    assert set(_ranks(log)) == {0, 1, 2}


class Moody(MemoryLog):
    """Fails in every way that a log may fail, one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.moods: list[Exception] = [
            RetryLater(said("away")),
            Rejected(said("no topic")),
            ValueError("?"),
        ]

    async def append(self, records: Sequence[Record]) -> None:
        if self.moods:
            raise self.moods.pop(0)
        await super().append(records)


async def test_the_relay_outlives_its_log(database: Database) -> None:
    """While it runs, with any answer of the log, events that come arrive in the end."""
    log = Moody()
    relay = OutboxRelay(database=database, log=log)
    running = asyncio.create_task(relay.run())
    await _add(database, range(5))
    async with asyncio.timeout(60):
        while sorted(_ranks(log)) != list(range(5)):
            await asyncio.sleep(0.01)
    await _add(database, [5])
    async with asyncio.timeout(60):
        while 5 not in _ranks(log):
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled()


async def test_an_event_that_no_log_takes_does_not_hold_up_the_others(database: Database) -> None:
    """A row larger than any event may be goes to the dead letters, and the rest is relayed."""
    log = MemoryLog()
    huge = state(
        CampaignFinished.model_construct(
            campaign_id="c", reason="x" * 1_000_001, cancelled=9, finished_at=NOW
        ),
        at=NOW,
    )
    async with database.write() as transaction:
        await outbox.add(transaction, [_statement(0), huge, _statement(1)])
    await OutboxRelay(database=database, log=log, clock=lambda: NOW).run_once()
    assert sorted(_ranks(log)) == [0, 1]
    assert await _waiting(database) == 0
    async with database.read() as transaction:
        (letter,) = await dead_letters.waiting(transaction)
    assert (letter.processor, letter.topic) == ("outbox", "campaign.finished")
    assert letter.value == huge.event.to_bytes()
