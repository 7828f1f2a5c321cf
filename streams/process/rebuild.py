"""Count everything again that is counted from the log, beside the workers.

Clicks in a way of their own (`streams.process.rebuild_clicks`), because they are many; the other
projections are wiped and replayed in a transaction each, and only who handles the same events waits
for it. What the log no longer holds stays as it was counted.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from services.database import inbox
from services.database.engine import Database
from services.database.migrate import migrate
from services.database.transaction import Transaction
from services.errors import Conflict
from services.events.record import read_record
from services.events.statement import Fact
from services.figures.store.clicks import PROCESSOR
from services.settings import Settings
from streams.bootstrap import clock
from streams.logs.admin import LogAdmin, TopicState, open_admin
from streams.process.processors import TOPICS, Projection, projections
from streams.process.rebuild_clicks import ClickRebuild

_RECORDS_A_ROUND = 500
_TRIES = 5
#: How far ahead an event may tell of something: an interview that is still to come.
_AHEAD = timedelta(days=31)
#: No rebuild takes longer: what expires within this time may expire meanwhile.
_SOON = timedelta(days=1)


#: The topics that are read.
REBUILT = (TOPICS[PROCESSOR], *(projection.processor.topic for projection in projections()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """``events`` were counted again; figures from before ``kept_before`` were left alone."""

    events: int
    kept_before: datetime | None


async def rebuild(settings: Settings, looked: Callable[[int], None] = lambda _: None) -> Rebuilt:
    """``looked`` is called with the number of records that were counted again.

    Raises RetryLater when a dependency is away.
    """
    database = Database.open(settings.database)
    admin = open_admin(settings)
    try:
        await migrate(database)
        topics = {topic.name: topic for topic in await asyncio.to_thread(admin.topics)}
        events, kept = 0, []
        if topic := topics.get(TOPICS[PROCESSOR]):
            since = await asyncio.to_thread(_complete_since, admin, topic, clock())
            counting = ClickRebuild(
                database,
                admin,
                topic,
                since=since,
                memory=settings.keep_clicks,
                now=clock(),
                looked=looked,
            )
            events += await counting.run()
            kept += [] if since is None else [since]
        for projection in projections():
            if topic := topics.get(projection.processor.topic):
                since = await asyncio.to_thread(_complete_since, admin, topic, clock())
                events += await _insist(database, admin, projection, topic, since)
                looked(topic.records)
                kept += [] if since is None else [since]
        return Rebuilt(events=events, kept_before=max(kept, default=None))
    finally:
        admin.close()
        await database.close()


async def _insist(
    database: Database,
    admin: LogAdmin,
    projection: Projection,
    topic: TopicState,
    since: datetime | None,
) -> int:
    """A worker that handles the same events may be in the way."""
    for _ in range(_TRIES):
        try:
            async with database.write() as transaction:
                return await _replay(transaction, admin, projection, topic, since)
        except Conflict:
            await asyncio.sleep(random.random())  # noqa: S311 - two that met go apart
    async with database.write() as transaction:
        return await _replay(transaction, admin, projection, topic, since)


async def _replay(
    transaction: Transaction,
    admin: LogAdmin,
    projection: Projection,
    topic: TopicState,
    since: datetime | None,
) -> int:
    processor = projection.processor
    # In this order: what a worker commits between the two stays, and is not counted twice.
    await projection.wipe(transaction, since=since)
    await inbox.forget(transaction, processor.name)
    events = 0
    for partition in topic.partitions:
        async for facts in _facts(admin, topic.name, partition.number, partition.end):
            known = [fact.event for fact in facts]
            fresh = await inbox.take(transaction, processor.name, known, now=clock())
            wanted = {id(event) for event in fresh}
            counted = [
                fact
                for fact in facts
                if id(fact.event) in wanted
                and (since is None or projection.moment_of(fact.data) >= since)
            ]
            await processor.handle(transaction, counted, clock())
            events += len(counted)
    return events


def _complete_since(admin: LogAdmin, topic: TopicState, now: datetime) -> datetime | None:
    """Return the midnight (UTC) from which on the log is complete; None: it never lost an event.

    An event is appended after its fact, or at most `_AHEAD` of it. What has expired is as
    good as lost: the log goes on removing it meanwhile.
    """
    # A partition that lost everything has no moment; the topic's retention does.
    expired = now if topic.retention is None else now - topic.retention
    lost = []
    for partition in topic.partitions:
        kept = partition.end > partition.first
        first = admin.read(topic.name, partition.number, partition.first, 1) if kept else []
        moments = [record.timestamp for record in first]
        if partition.first > 0:
            lost += [expired, *moments]
        elif topic.retention is not None and any(moment < expired + _SOON for moment in moments):
            lost.append(expired)
    if not lost:
        return None
    return datetime.combine((max(lost) + _AHEAD).astimezone(UTC), time(), UTC)


async def _facts(
    admin: LogAdmin, topic: str, partition: int, end: int
) -> AsyncIterator[list[Fact[Any]]]:
    """The valid events of a partition, a round at a time; the others are dead letters already."""
    offset = 0
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
