"""Wipe the projections and replay the log into them, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from services.events.catalogue import PARTITIONS
from services.events.record import read_record
from services.events.statement import Fact
from services.settings import Settings
from services.storage import figures, inbox
from services.storage.database import Database
from services.storage.migrate import migrate
from services.storage.transaction import Transaction
from streams.bootstrap import clock
from streams.log_admin import LogAdmin
from streams.logs import open_admin
from streams.processor import Processor
from streams.processors import projections

_RECORDS_A_ROUND = 500


async def rebuild(settings: Settings) -> int:
    """Returns how many events were replayed. Raises RetryLater when a dependency is away."""
    database = Database.open(settings.database)
    admin = open_admin(settings)
    try:
        await migrate(database)
        async with database.write() as transaction:
            await figures.wipe(transaction)
            events = 0
            for processor in projections():
                await inbox.forget(transaction, processor.name)
                events += await _replay(transaction, admin, processor)
            return events
    finally:
        admin.close()
        await database.close()


async def _replay(transaction: Transaction, admin: LogAdmin, processor: Processor) -> int:
    events = 0
    for partition in range(PARTITIONS):
        async for facts in _facts(admin, processor.topic, partition):
            known = [fact.event for fact in facts]
            fresh = await inbox.take(transaction, processor.name, known, now=clock())
            wanted = {id(event) for event in fresh}
            await processor.handle(
                transaction, [fact for fact in facts if id(fact.event) in wanted], clock()
            )
            events += len(fresh)
    return events


async def _facts(admin: LogAdmin, topic: str, partition: int) -> AsyncIterator[list[Fact[Any]]]:
    """The valid events of a partition, a round at a time; the others are dead letters already."""
    ends = await asyncio.to_thread(admin.end_offsets, topic)
    offset, end = 0, ends.get(partition, 0)
    while offset < end:
        records = await asyncio.to_thread(admin.read, topic, partition, offset, _RECORDS_A_ROUND)
        if not records:
            return
        offset = records[-1].position.offset + 1
        yield [
            element.fact
            for record in records
            for element in read_record(record.value, topic)
            if isinstance(element.fact, Fact)
        ]
