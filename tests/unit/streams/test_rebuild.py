"""Statistics can be wiped and counted again from the log, with the same result."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.database import dead_letters
from services.database.engine import Database
from services.database.schema import click_cells as cells
from services.events.outgoing import LinkClicked, ReachMeasured
from services.events.statement import state
from services.figures.record_figures import count_clicks
from services.figures.statistics import statistics
from services.figures.store.clicks import PROCESSOR
from services.ports import Record
from services.settings import Settings, load_settings
from streams.logs.embedded.admin import EmbeddedAdmin
from streams.logs.embedded.log import EmbeddedLog
from streams.logs.embedded.owner import OwnerLock
from streams.logs.topics import topic_specs
from streams.process import rebuild as rebuild_module
from streams.process.processor import Processor, ProcessorRunner, Progress, SourceRecord
from streams.process.processors import projections
from streams.process.rebuild import rebuild
from tests.builders import NOW, ambassador, campaign, organise
from tests.migrated import open_migrated
from tests.projections import click_cells, wipe
from tests.unit.streams.embedded.conftest import eventually


def _click(number: int, **changes: Any) -> Any:
    fields = {
        "code": f"code{number % 3}",
        "visitor": f"{number % 5:016d}",
        "method": "GET",
        "user_agent": "Firefox" if number % 4 else "Twitterbot/1.0",
        "clicked_at": NOW,
    }
    data = LinkClicked.model_validate(fields | changes)
    return state(data, at=NOW, cause=str(number)).event.as_dict()


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    settings = load_settings(data=tmp_path, broker="", database_url="")
    database = await open_migrated(tmp_path / "zwaan.db")
    async with database.write() as transaction:
        (post,) = await organise(transaction, [ambassador(1)], [campaign()])
    await database.close()
    reach = ReachMeasured.model_validate(
        {
            "post_id": post.id,
            "campaign_id": post.campaign_id,
            "network": "linkedin",
            "metric": "reach",
            "tag": "measured",
            "value": 12,
            "source": "LinkedIn",
            "measured_at": NOW,
        }
    )
    gone = reach.model_copy(update={"post_id": "erased"})
    records = [
        Record(topic="link.clicked", key=b"a", value=json.dumps(batch).encode())
        for batch in (
            [_click(number) for number in range(10)],
            # One bad event must not take its batch along, neither now nor in a rebuild.
            [_click(10), {"bad": "\x00"}, _click(11)],
            [_click(0), _click(12)],
        )
    ]
    records.append(Record(topic="link.clicked", key=b"a", value=b"\xff not JSON"))
    records += [
        Record(
            topic="reach.measured",
            key=each.post_id.encode(),
            value=state(each, at=NOW).event.to_bytes(),
        )
        for each in (reach, gone)
    ]
    admin = EmbeddedAdmin(settings.broker_url)
    admin.ensure_topics(topic_specs())
    admin.append(records)
    admin.close()
    return settings


async def _process(settings: Settings, database: Database) -> None:
    """What a worker does with the log, a record at a time."""
    admin = EmbeddedAdmin(settings.broker_url)
    counting = Processor(name=PROCESSOR, topic="link.clicked", handle=count_clicks)
    for processor in (counting, *(projection.processor for projection in projections())):
        runner = ProcessorRunner(
            processor, database=database, clock=lambda: NOW, progress=Progress()
        )
        for partition in admin.end_offsets(processor.topic):
            for record in admin.read(processor.topic, partition, 0, 100):
                place = record.position
                await runner.run(
                    [
                        SourceRecord(
                            topic=place.topic,
                            partition=place.partition,
                            offset=place.offset,
                            key=record.key,
                            value=record.value or b"",
                        )
                    ]
                )
    admin.close()


async def test_a_rebuild_gives_the_same_figures(settings: Settings) -> None:
    """Wiped, damaged, or rebuilt twice: the figures are those of the first processing."""
    database = Database.open(settings.database)
    await _process(settings, database)

    async def figures_now() -> tuple[Any, Any]:
        async with database.read() as transaction:
            return await statistics(transaction), await click_cells(transaction)

    before = await figures_now()
    assert before[0].clicks.raw == 13
    async with database.read() as transaction:
        assert await dead_letters.count(transaction) == 2
    for _ in range(2):
        async with database.write() as transaction:
            await wipe(transaction)
        await rebuild(settings)
        assert await figures_now() == before
    # What a worker delivers again after the rebuild has no effect either.
    await _process(settings, database)
    assert await figures_now() == before
    await database.close()


async def test_rebuild_keeps_figures_of_expired_records(settings: Settings) -> None:
    """After a log lost its oldest clicks, all of them or some, a rebuild gives the same figures."""
    now = datetime.now(UTC)
    log = EmbeddedLog(settings.log_path, retention_every=0.005)
    log.set_retention("link.clicked", retention_ms=None)
    free = [each.number for each in log.topics["link.clicked"].partitions if each.end == 0]
    for place, days in ((free[0], 400), (free[1], 370), (free[1], 360), (free[1], 200)):
        moment = now - timedelta(days=days)
        clicks = [_click(days * 10 + each, clicked_at=moment) for each in range(8)]
        record = log.prepare(
            "link.clicked",
            key=None,
            value=json.dumps(clicks).encode(),
            number=place,
            timestamp_ms=int(moment.timestamp() * 1000),
        )
        log.append([record])
    database = Database.open(settings.database)
    await _process(settings, database)
    async with database.read() as transaction:
        before = await click_cells(transaction)

    log.set_retention("link.clicked", retention_ms=366 * 86_400_000)
    await eventually(
        lambda: [log.partition("link.clicked", n).low_water for n in free[:2]] == [1, 1]
    )
    log.close()
    done = await rebuild(settings)

    assert done.kept_before is not None
    assert now - timedelta(days=340) < done.kept_before < now - timedelta(days=320)
    async with database.write() as transaction:
        assert await click_cells(transaction) == before
        # What the log does hold is counted again, also what was counted before.
        kept = f"{done.kept_before:%Y-%m-%d}"
        is_day = sa.func.length(cells.c.span) == 10
        await transaction.execute(cells.delete().where(is_day, cells.c.span >= kept))
    await rebuild(settings)
    async with database.read() as transaction:
        assert await click_cells(transaction) == before
    await database.close()


async def test_rebuild_keeps_figures_of_records_expiring_meanwhile(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Retention that removes its first clicks under a rebuild takes none of their figures along."""
    old = datetime.now(UTC) - timedelta(days=400)
    with closing(EmbeddedLog(settings.log_path, retention_every=10_000)) as log:
        log.create_topic("link.clicked", 8, retention_ms=None)
        place = next(it.number for it in log.topics["link.clicked"].partitions if it.end == 0)
        clicks = [_click(each, clicked_at=old) for each in range(100, 108)]
        record = log.prepare(
            "link.clicked",
            key=None,
            value=json.dumps(clicks).encode(),
            number=place,
            timestamp_ms=int(old.timestamp() * 1000),
        )
        log.append([record])
    database = Database.open(settings.database)
    await _process(settings, database)
    async with database.read() as transaction:
        before = await click_cells(transaction)
    with closing(sqlite3.connect(settings.log_path)) as file, file:
        file.execute(
            "UPDATE topics SET retention_ms = ? WHERE name = 'link.clicked'", (366 * 86_400_000,)
        )

    look = rebuild_module._complete_since

    def look_before(*arguments: Any) -> datetime | None:
        since = look(*arguments)
        with closing(EmbeddedLog(settings.log_path, retention_every=0.005)) as log:
            wait = time.monotonic() + 60
            while not log.partition("link.clicked", place).low_water:
                assert time.monotonic() < wait
                time.sleep(0.005)
        return since

    monkeypatch.setattr(rebuild_module, "_complete_since", look_before)
    await rebuild(settings)
    async with database.read() as transaction:
        assert await click_cells(transaction) == before
    await database.close()


async def test_the_owner_of_the_log_goes_on(settings: Settings) -> None:
    """While pages and worker hold the embedded log, everything is counted again all the same."""
    database = Database.open(settings.database)
    await _process(settings, database)
    async with database.read() as transaction:
        before = await statistics(transaction)
    looked: list[int] = []
    async with database.write() as transaction:
        await wipe(transaction)
    owner = OwnerLock(settings.log_path)
    await rebuild(settings, looked.append)
    owner.release()
    async with database.read() as transaction:
        assert await statistics(transaction) == before
    assert sum(looked) == 6
    await database.close()
