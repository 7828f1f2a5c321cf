"""Clicks are counted again beside workers and readers, with the result of counting them once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.database.engine import Database
from services.database.schema import click_cells, clicks, counted_records
from services.ports import Record
from streams.logs.admin import LogRecord, TopicSpec
from streams.logs.embedded.admin import EmbeddedAdmin
from streams.process.processor import SourceRecord
from streams.process.rebuild_clicks import ClickRebuild
from tests.builders import NOW
from tests.contract.store.conftest import Store
from tests.contract.store.test_counting_clicks import (
    FIREFOX,
    click_event,
    links,
    record_of,
    recount,
    runner,
)
from tests.projections import click_cells as cells_now

TOPIC = "link.clicked"
PARTITIONS = 3
WEEK = timedelta(days=7)


class Clicked:
    """A log of clicks, and what a worker has read of it."""

    def __init__(self, admin: EmbeddedAdmin, database: Database, codes: list[str]) -> None:
        self.admin, self.database = admin, database
        self.told: list[dict[str, Any]] = []
        self._codes = codes
        self._chance = random.Random(20261130)  # noqa: S311 - which clicks, not a secret
        self._read = dict.fromkeys(range(PARTITIONS), 0)

    def append(self, records: int) -> None:
        for _ in range(records):
            partition = self._chance.randrange(PARTITIONS)
            events = [self._event(partition) for _ in range(self._chance.randint(1, 4))]
            self.told += events
            value = record_of(0, *events).value
            self.admin.append([Record(topic=TOPIC, key=b"k", value=value, partition=partition)])

    def _event(self, partition: int) -> dict[str, Any]:
        choose = self._chance
        if self.told and choose.random() < 0.1:
            again = choose.choice(self.told)
            if self._codes.index(again["subject"]) % PARTITIONS == partition:
                return again
        code = choose.choice(self._codes[partition::PARTITIONS])
        return click_event(
            choose.getrandbits(64),
            code,
            visitor=f"{choose.randrange(5):016x}",
            user_agent=choose.choice([FIREFOX, FIREFOX, "Twitterbot/1.0"]),
            clicked_at=NOW + timedelta(minutes=len(self.told) + choose.randint(-90, 5)),
        )

    async def work(self, most: int) -> int:
        """Count up to so many records of each partition; returns how many there were."""
        found = 0
        for partition, read in self._read.items():
            records = await asyncio.to_thread(self.admin.read, TOPIC, partition, read, most)
            await runner(self.database).run([_source(record) for record in records])
            self._read[partition] += len(records)
            found += len(records)
        return found

    def rebuild(self, **changes: Any) -> ClickRebuild:
        (topic,) = self.admin.topics([TOPIC])
        options: dict[str, Any] = {
            "since": None,
            "memory": WEEK,
            "now": NOW,
            "looked": lambda _: None,
        }
        return ClickRebuild(self.database, self.admin, topic, **options | changes)


def _source(record: LogRecord) -> SourceRecord:
    at = record.position
    return SourceRecord(
        topic=TOPIC,
        partition=at.partition,
        offset=at.offset,
        key=record.key,
        value=record.value or b"",
    )


@pytest.fixture
async def clicked(database: Database, tmp_path: Path) -> AsyncIterator[tuple[Clicked, Any]]:
    async with database.write() as transaction:
        about = await links(transaction)
    with closing(EmbeddedAdmin(f"embedded://{tmp_path}/l.db")) as admin:
        admin.ensure_topics([TopicSpec(name=TOPIC, partitions=PARTITIONS)])
        yield Clicked(admin, database, [*sorted(about), "unknown"]), about


async def _damage(database: Database) -> None:
    async with database.write() as transaction:
        of = sa.and_(click_cells.c.dimension == "post", click_cells.c.click_class == "human")
        await transaction.execute(click_cells.delete().where(of))
        await transaction.execute(click_cells.update().values(clicks=click_cells.c.clicks + 3))
        await transaction.execute(
            click_cells.insert().values(
                dimension="team",
                value="nobody",
                span="2026-11-24",
                click_class="bot",
                reason="",
                clicks=9,
            )
        )
        await transaction.execute(clicks.update().values(click_class="bot", reason="wrong"))


@pytest.mark.parametrize("at_once", [5, 100_000])
async def test_damaged_figures_are_mended(
    clicked: tuple[Clicked, Any], monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Cells that are wrong, missing or too many, and single clicks, are as if nothing had happened;
    also of more than memory holds.
    """
    monkeypatch.setattr("streams.process.rebuild_clicks._AT_ONCE", at_once)
    log, about = clicked
    log.append(60)
    await log.work(1_000)

    async def now() -> Any:
        async with log.database.read() as transaction:
            kept = await transaction.execute(sa.select(clicks).order_by(clicks.c.id))
            return await cells_now(transaction), [tuple(row) for row in kept]

    before = await now()
    assert before[0] == recount(log.told, about)
    await _damage(log.database)
    counted = await log.rebuild().run()
    assert await now() == before
    assert counted == len({event["id"] for event in log.told})
    async with log.database.write() as transaction:
        for table in (click_cells, clicks, counted_records):
            await transaction.execute(table.delete())
    await log.rebuild().run()
    assert await now() == before
    await runner(log.database).run([_source(each) for each in log.admin.read(TOPIC, 0, 0, 1_000)])
    assert await now() == before


async def test_workers_go_on_meanwhile(
    clicked: tuple[Clicked, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What workers count, and what comes to the log, while clicks are counted again is counted once."""
    monkeypatch.setattr("streams.process.rebuild_clicks._RECORDS_A_ROUND", 3)
    monkeypatch.setattr("streams.process.rebuild_clicks._FEW_RECORDS", 2)
    log, about = clicked
    log.append(80)
    await log.work(10)
    await _damage(log.database)
    rebuilding = asyncio.create_task(log.rebuild().run())
    while not rebuilding.done():
        log.append(1)
        await log.work(2)
    await rebuilding
    while await log.work(100):
        pass
    async with log.database.read() as transaction:
        assert await cells_now(transaction) == recount(log.told, about)


async def test_readers_see_the_old_figures_until_all_are_new(
    store: Store, clicked: tuple[Clicked, Any]
) -> None:
    """At every moment the figures are those from before, or all of the new ones."""
    log, about = clicked
    log.append(300)
    await log.work(1_000)
    await _damage(log.database)
    async with log.database.read() as transaction:
        damaged = await cells_now(transaction)
    new, seen = recount(log.told, about), []
    async with store.open() as reader:
        rebuilding = asyncio.create_task(log.rebuild().run())
        while not rebuilding.done():
            async with reader.read() as transaction:
                seen.append(await cells_now(transaction))
        await rebuilding
        async with reader.read() as transaction:
            assert await cells_now(transaction) == new
    assert damaged in seen
    assert all(each in (damaged, new) for each in seen)


async def test_days_that_the_log_no_longer_holds_stay(clicked: tuple[Clicked, Any]) -> None:
    """Cells of days before the given midnight stay, and their clicks are in the sum of all."""
    log, about = clicked
    log.append(40)
    await log.work(1_000)
    old = {"dimension": "campaign", "value": "c", "span": "2025-01-01", "click_class": "human"}
    async with log.database.write() as transaction:
        await transaction.execute(click_cells.insert().values(**old, reason="", clicks=7))
    since = NOW.replace(hour=0) - timedelta(days=1)
    await log.rebuild(since=since).run()
    async with log.database.read() as transaction:
        cells = await cells_now(transaction)
    kept = {key: number for key, number in cells.items() if key[1] == "c"}
    assert kept == {
        ("campaign", "c", "2025-01-01", "human", ""): 7,
        ("campaign", "c", "", "human", ""): 7,
    }
    assert {key: cells[key] for key in cells.keys() - kept.keys()} == recount(log.told, about)
