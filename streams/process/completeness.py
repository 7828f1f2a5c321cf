"""Compare the log with what its processors did: handled, kept as a dead letter, or still to come.

Everything that a processor's group has committed must be in its memory or among its dead letters.
What is in neither was passed over, which nothing here may do; so this is the check of the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field

from services.database import audit, dead_letters
from services.database.dead_letters import DeadLetter, LetterPlace
from services.database.engine import Database
from services.database.transaction import Transaction
from services.events.record import Element, read_record
from services.events.statement import Delivery, Fact
from services.message import message
from streams.bootstrap import clock
from streams.logs.admin import LogAdmin, LogRecord, PartitionLag
from streams.process.memory import memory_of

_RECORDS_A_ROUND = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An event (or a record that cannot be read) that its processor passed over."""

    processor: str
    record: LogRecord
    element: Element

    @property
    def place(self) -> LetterPlace:
        position = self.record.position
        return LetterPlace(
            topic=position.topic,
            partition=position.partition,
            offset=position.offset,
            part=self.element.part,
        )

    @property
    def name(self) -> str:
        """The event's id where it has one, and where it is on the log."""
        fact = self.element.fact
        where = f"{self.place.topic}[{self.place.partition}]@{self.place.offset}"
        return f"{fact.event.id} at {where}" if isinstance(fact, Fact) else where

    def letter(self) -> DeadLetter:
        """As a dead letter, by which it is handed to its processor once more."""
        return DeadLetter(
            processor=self.processor,
            topic=self.place.topic,
            partition=self.place.partition,
            offset=self.place.offset,
            part=self.place.part,
            key=self.record.key,
            value=self.element.original(self.record.value or b""),
            error=message("event.passed-over", "the event was passed over and never handled"),
            remedy=message("do.replay", "Replay it."),
            died_at=clock(),
        )


@dataclass(slots=True, kw_only=True)
class Account:
    """What became of a topic's events; ``waiting`` and ``expired`` count records.

    Those that ``expired`` were not handled when the log gave them up.
    """

    processor: str
    topic: str
    handled: int = 0
    dead: int = 0
    waiting: int = 0
    expired: int = 0
    missing: list[Missing] = field(default_factory=list)


async def compare(
    database: Database,
    admin: LogAdmin,
    *,
    group: str,
    topics: Mapping[str, str],
    looked: Callable[[int], None] = lambda _: None,
) -> list[Account]:
    """An account for each processor in ``topics`` (its topic by its name).

    ``looked`` is called with the number of records that were compared. Raises RetryLater.
    """
    # First how far the group is, then what it did: what is handled meanwhile is no difference.
    lags = await asyncio.to_thread(admin.lag, group, sorted(set(topics.values())))
    async with database.read() as transaction:
        dropped = await audit.dropped_letters(transaction)
        expired = await audit.expired_records(transaction)
    accounts = []
    for processor, topic in topics.items():
        account = Account(processor=processor, topic=topic, expired=expired.get(topic, 0))
        for lag in lags:
            if lag.topic == topic:
                account.waiting += lag.lag
                if lag.committed is not None:
                    account.expired += max(0, lag.first - lag.committed)
                async for records in _committed(admin, lag):
                    async with database.read() as transaction:
                        await _compare(transaction, account, records, dropped)
                    looked(len(records))
        accounts.append(account)
    return accounts


async def _committed(admin: LogAdmin, lag: PartitionLag) -> AsyncIterator[list[LogRecord]]:
    offset, end = lag.first, min(lag.end, lag.committed or 0)
    while offset < end:
        limit = min(_RECORDS_A_ROUND, end - offset)
        records = await asyncio.to_thread(admin.read, lag.topic, lag.partition, offset, limit)
        records = [record for record in records if record.position.offset < end]
        if not records:
            return
        offset = records[-1].position.offset + 1
        yield records


async def _compare(
    transaction: Transaction,
    account: Account,
    records: list[LogRecord],
    dropped: set[tuple[str, LetterPlace]],
) -> None:
    found = list(_elements(account, records))
    deliveries = {
        number: Delivery(fact, each.place.partition, each.place.offset, completes=False)
        for number, each in enumerate(found)
        if isinstance(fact := each.element.fact, Fact)
    }
    memory = memory_of(account.processor)
    known = await memory.handled(transaction, account.processor, [*deliveries.values()])
    handled = {number for place, number in enumerate(deliveries) if place in known}
    first, last = records[0].position, records[-1].position
    dead = await dead_letters.places(
        transaction,
        account.processor,
        topic=first.topic,
        partition=first.partition,
        offsets=(first.offset, last.offset),
    )
    for number, each in enumerate(found):
        if each.place in dead or (account.processor, each.place) in dropped:
            account.dead += 1
        elif number in handled:
            account.handled += 1
        else:
            account.missing.append(each)


def _elements(account: Account, records: list[LogRecord]) -> Iterator[Missing]:
    for record in records:
        for element in read_record(record.value, account.topic):
            yield Missing(processor=account.processor, record=record, element=element)
