"""A refused event or table leaves the database as it was; an accepted one is stored whole.

As many inputs as `tests.unit.test_any_input` has, of which each is tried on a real database.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

from services.campaigns.start_campaign import start_campaigns
from services.database.engine import Database
from services.database.schema import metadata
from services.errors import Rejected
from services.people.import_ambassadors import admit_ambassadors, read_ambassadors
from services.people.store import people
from streams.process.processor import Processor, ProcessorRunner, Progress, SourceRecord
from tests.builders import NOW, ambassador, event, story, vacancy
from tests.migrated import open_migrated
from tests.unit.test_any_input import INPUTS, TABLE, damage, value_of


async def stored(database: Database, *but: str) -> dict[str, list[Any]]:
    """Every row of every table."""
    async with database.read() as transaction:
        return {
            table.name: [tuple(row) for row in await transaction.execute(sa.select(table))]
            for table in metadata.sorted_tables
            if table.name not in but
        }


async def fresh(folder: Path, number: int) -> Database:
    database = await open_migrated(folder / f"{number}.db")
    async with database.write() as transaction:
        await people.save_ambassadors(transaction, [ambassador()], now=NOW)
    return database


async def test_a_refused_event_leaves_nothing(tmp_path: Path) -> None:
    """But its dead letter, with the bytes that came."""
    database, before, last = await fresh(tmp_path, 0), None, 0
    outcomes = set()
    for seed in range(INPUTS):
        random = Random(seed)  # noqa: S311
        if seed % 500 == 499:  # a full database is slow to compare
            await database.close()
            database, before, last = await fresh(tmp_path, seed), None, 0
        before = before or await stored(database, "dead_letters")
        topic, data = random.choice(
            (
                ("story.approved", story(f"s-{seed}")),
                ("vacancy.opened", vacancy(vacancy_id=f"v-{seed}")),
            )
        )
        raw = event(data, identity=f"e-{seed}").to_bytes()
        if random.random() < 0.5:
            document = json.loads(raw)
            document["data"][random.choice(list(document["data"]))] = value_of(random)
            raw = json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")
        else:
            raw = damage(random, raw)
        runner = ProcessorRunner(
            Processor(name="start", topic=topic, handle=start_campaigns),
            database=database,
            clock=lambda: NOW,
            progress=Progress(),
        )
        await runner.run([SourceRecord(topic=topic, partition=0, offset=seed, key=b"k", value=raw)])
        async with database.read() as transaction:
            letters = await transaction.scalar(sa.text("SELECT count(*) FROM dead_letters"))
            kept = await transaction.scalar(
                sa.text("SELECT value FROM dead_letters ORDER BY id DESC")
            )
        after = await stored(database, "dead_letters")
        if letters > last:
            assert after == before, raw
            assert kept == raw
        else:
            assert len(after["inbox"]) == len(before["inbox"]) + 1, raw
            assert len(after["campaigns"]) == len(before["campaigns"]) + 1, raw
        outcomes.add(letters > last)
        before, last = after, letters
    await database.close()
    assert outcomes == {True, False}


async def test_a_refused_table_leaves_nothing(tmp_path: Path) -> None:
    """And of one that is taken everybody is there, with everything that was read."""
    database = await fresh(tmp_path, 0)
    before = await stored(database)
    outcomes = set()
    for seed in range(INPUTS):
        random = Random(seed)  # noqa: S311
        try:
            reading = read_ambassadors(
                damage(random, TABLE.encode(random.choice(("utf-8", "cp1252"))))
            )
            async with database.write() as transaction:
                await admit_ambassadors(transaction, reading.ambassadors, actor="test", now=NOW)
        except Rejected:
            assert await stored(database) == before
            outcomes.add("refused")
            continue
        ids = [each.id for each in reading.ambassadors]
        async with database.read() as transaction:
            found = await people.ambassadors_by_id(transaction, ids)
        assert found == {each.id: each for each in reading.ambassadors}
        if len(before["people"]) > 200:
            await database.close()
            database = await fresh(tmp_path, seed + 1)
        before = await stored(database)
        outcomes.add("stored")
    await database.close()
    assert outcomes == {"refused", "stored"}
