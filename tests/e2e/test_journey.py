"""The same journey on the laptop's log and database, and on Apache Kafka with PostgreSQL."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.database.schema import counted_records, inbox, metadata, outbox
from services.events.catalogue import CATALOGUE, PARTITIONS
from services.ports import Record
from tests.e2e.emptied_kafka import delete_topics
from tests.e2e.journey import Journey, journey, journey_settings, travel


@pytest.mark.timeout(180)
async def test_a_journey_on_the_embedded_log_and_sqlite(tmp_path: Path) -> None:
    """From an imported person to a measured post and a closed vacancy, on a laptop."""
    async with journey(journey_settings(tmp_path / "data")) as trip:
        await travel(trip)


@pytest.mark.kafka
@pytest.mark.timeout(240)
async def test_the_same_journey_on_apache_kafka(tmp_path: Path, kafka_address: str) -> None:
    """The same processors, tables and pages do the same on a real broker."""
    await asyncio.to_thread(delete_topics, kafka_address)
    settings = journey_settings(
        tmp_path / "data",
        broker=f"kafka://{kafka_address}",
        consumer_group=f"journey-{tmp_path.name}",
    )
    async with journey(settings) as trip:
        await travel(trip)


@pytest.mark.commands
@pytest.mark.timeout(240)
async def test_everything_delivered_three_times_more_changes_nothing(tmp_path: Path) -> None:
    """Every record of a whole journey, appended again three times, leaves the same state."""
    async with journey(journey_settings(tmp_path / "data")) as trip:
        await travel(trip)
        await trip.until(trip.all_measured)
        await trip.settle()
        before = await _state(trip)

        for _ in range(3):
            await trip.parts.log.append(_records(trip))
            await trip.settle()

        assert await _state(trip) == before


def _records(trip: Journey) -> list[Record]:
    """What lies on every topic now."""
    admin = trip.parts.admin
    return [
        Record(topic=topic, key=record.key, value=record.value, partition=partition)
        for topic in CATALOGUE
        for partition in range(PARTITIONS)
        for record in admin.read(topic, partition, 0, 10_000)
        if record.value is not None
    ]


async def _state(trip: Journey) -> dict[str, Any]:
    """Everything that a repeated delivery could change, short of when it came."""
    ignored = {outbox, inbox, counted_records}
    async with trip.parts.database.read() as transaction:
        tables = {
            table.name: sorted(map(repr, await transaction.execute(sa.select(table))))
            for table in metadata.sorted_tables
            if table not in ignored
        }
    return tables | {"networks": await trip.sandbox_posts(), "stats": await trip.stats()}
