"""A processor as data, and the one policy for what may go wrong while it handles records.

A record is done when its effect is committed (state, outbox and inbox in one transaction), or its
dead letter is. Whatever error happens, in the handler, here, or in the commit itself, means "again,
later": nothing but a stop of the process leaves `ProcessorRunner.run` before every record is done.
"""

from __future__ import annotations

import asyncio
import random
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import structlog

from services.database import dead_letters, outbox
from services.database.dead_letters import DeadLetter
from services.database.engine import Database
from services.database.transaction import Transaction
from services.errors import Conflict, Rejected, RetryLater, Stop
from services.events.record import Element, read_record
from services.events.statement import Delivery, Fact, Statement
from services.message import NOTHING, Message, message, said
from streams.process.memory import Memory, memory_of

_log = structlog.get_logger("processor")

Handler = Callable[[Transaction, Sequence[Fact[Any]], datetime], Awaitable[list[Statement]]]

#: How often an unexpected error is retried before the event becomes a dead letter.
_TRIES = 3
_FIRST_WAIT, _LONGEST_WAIT = 0.05, 8.0
_MAX_ERROR_CHARACTERS = 4000
_REUSED = message("event.id-reused", "another event of this source had this id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """What handles the events of one topic.

    ``handle(transaction, facts, now)`` changes state and returns the events that follow. It is
    given each event once, which the `Memory` of its name sees to. At most ``batch`` records, about ``batch_bytes`` of them, and ``events`` that
    they hold share one transaction.
    """

    name: str
    topic: str
    handle: Handler
    batch: int = 100
    batch_bytes: int = 500_000
    events: int = 10_000

    @property
    def memory(self) -> Memory:
        return memory_of(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """A record as it came from the log."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes


class _Item(NamedTuple):
    """One event, and the record it came in, which a dead letter needs; ``completes`` as in
    `Delivery`."""

    record: SourceRecord
    element: Element
    completes: bool

    @property
    def fact(self) -> Fact[Any]:
        if isinstance(self.element.fact, Rejected):
            raise self.element.fact
        return self.element.fact

    @property
    def delivery(self) -> Delivery:
        record = self.record
        return Delivery(self.fact, record.partition, record.offset, self.completes)


#: Returns when this process has time again; given for how many seconds it was kept from the rest.
GiveWay = Callable[[float], Awaitable[None]]


class ProcessorRunner:
    """Runs one processor over batches of records, under the failure policy."""

    def __init__(
        self,
        processor: Processor,
        *,
        database: Database,
        clock: Callable[[], datetime],
        progress: Progress,
        give_way: GiveWay | None = None,
    ) -> None:
        """``give_way``: what else this process does comes first."""
        self.processor = processor
        self._database = database
        self._clock = clock
        self._progress = progress
        self._give_way = give_way
        self._took = 0.0

    async def run(self, records: Sequence[SourceRecord]) -> None:
        """Return when every record is handled or kept as a dead letter. Raises Stop only."""
        if self._give_way is not None:
            await self._give_way(self._took)
        began = time.monotonic()
        try:
            await self._insist(lambda: self._handle_records(records))
        finally:
            self._took = time.monotonic() - began
            self._progress.going_on(self.processor.name)

    async def _handle_records(self, records: Sequence[SourceRecord]) -> None:
        items: list[_Item] = []
        letters: list[DeadLetter] = []
        for record in records:
            self._read(record, items, letters)
            await asyncio.sleep(0)  # one may hold hundreds of events, and others wait for the loop
        if letters:
            await self._bury(letters)
        most = self.processor.events
        for start in range(0, len(items), most):
            await self._handle_all(items[start : start + most])

    def _read(self, record: SourceRecord, items: list[_Item], letters: list[DeadLetter]) -> None:
        found = len(items)
        for element in read_record(record.value, self.processor.topic):
            item = _Item(record, element, False)
            if isinstance(element.fact, Rejected):
                letters.append(self._letter(item, element.fact))
            else:
                items.append(item)
        if len(items) > found:
            items[-1] = items[-1]._replace(completes=True)

    async def _handle_all(self, items: Sequence[_Item]) -> None:
        try:
            await self._handle(items)
        except (RetryLater, Stop):
            raise
        except Exception as fault:  # noqa: BLE001 - a defect in a handler must not lose an event
            if len(items) == 1:
                await self._handle_alone(items[0], fault)
                return
            for item in items:
                await self._insist(partial(self._handle_all, [item]))

    async def _handle(self, items: Sequence[_Item]) -> None:
        now = self._clock()
        name = self.processor.name
        async with self._database.write() as transaction:
            deliveries = [item.delivery for item in items]
            taken = await self.processor.memory.take(transaction, name, deliveries, now=now)
            if taken.reused:
                await self._refuse(transaction, [items[number] for number in taken.reused])
            if taken.fresh:
                facts = [delivery.fact for delivery in taken.fresh]
                statements = await self.processor.handle(transaction, facts, now)
                await outbox.add(transaction, statements)

    async def _refuse(self, transaction: Transaction, items: Sequence[_Item]) -> None:
        letters = [
            self._letter(
                item,
                Rejected(
                    _REUSED, remedy=message("do.send-with-own-id", "Send it with an id of its own.")
                ),
            )
            for item in items
        ]
        await dead_letters.add(transaction, letters)
        _log.warning(
            "dead letter",
            processor=self.processor.name,
            error=str(_REUSED),
            letters=len(letters),
        )

    async def _handle_alone(self, item: _Item, fault: Exception) -> None:
        """A single event failed: refuse it when it is at fault, try again when we may be."""
        wait = _FIRST_WAIT
        for _ in range(_TRIES - 1):
            if isinstance(fault, Rejected):
                break
            await asyncio.sleep(wait)
            wait *= 4
            try:
                await self._handle([item])
            except (RetryLater, Stop):
                raise
            except Exception as again:  # noqa: BLE001 - as above
                fault = again
            else:
                return
        if not isinstance(fault, Rejected):
            _log.error(
                "handler failed", processor=self.processor.name, fact=_name(item), exc_info=fault
            )
        await self._bury([self._letter(item, fault)])

    async def _bury(self, letters: Sequence[DeadLetter]) -> None:
        async with self._database.write() as transaction:
            await dead_letters.add(transaction, letters)
        first = letters[0]
        _log.warning(
            "dead letter",
            processor=self.processor.name,
            topic=first.topic,
            partition=first.partition,
            offset=first.offset,
            letters=len(letters),
            error=str(first.error).partition("\n")[0],
        )

    async def _insist(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do ``work`` until it succeeds; the records stay unacknowledged meanwhile. Raises Stop."""
        wait = _FIRST_WAIT
        while True:
            try:
                await work()
            except Stop:
                raise
            except Conflict as lost:
                _log.info("trying again", processor=self.processor.name, reason=str(lost))
                asked = _FIRST_WAIT * random.random()  # noqa: S311 - two that met go apart
            except RetryLater as away:
                self._progress.waiting(self.processor.name, away.message)
                _log.warning("waiting", processor=self.processor.name, reason=str(away))
                asked = wait if away.after is None else away.after
            except asyncio.CancelledError:
                if _is_asked_to_stop():
                    raise
                # Of a task inside a library, and not of ours.
                _log.exception("trying again", processor=self.processor.name)
                asked = wait
            except Exception:  # noqa: BLE001 - an unforeseen error must not lose an event either
                _log.exception("trying again", processor=self.processor.name)
                asked = wait
            else:
                return
            await asyncio.sleep(max(_FIRST_WAIT, min(asked, _LONGEST_WAIT)))
            wait = min(wait * 2, _LONGEST_WAIT)

    def _letter(self, item: _Item, fault: Exception) -> DeadLetter:
        if isinstance(fault, Rejected):
            error, remedy = fault.message, fault.remedy
        else:
            lines = traceback.format_exception(fault, limit=-5)
            error = said("".join(lines)[-_MAX_ERROR_CHARACTERS:])
            remedy = message("do.mend-and-replay", "Mend the cause, then replay.")
        record = item.record
        return DeadLetter(
            processor=self.processor.name,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            part=item.element.part,
            key=record.key,
            value=item.element.original(record.value),
            error=error,
            remedy=remedy,
            died_at=self._clock(),
        )


def _is_asked_to_stop() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _name(item: _Item) -> str:
    event = item.fact.event
    return f"{event.type} {event.id}"


class Progress:
    """Written by the processors, read for the readiness of the worker."""

    def __init__(self) -> None:
        self._waiting: dict[str, Message] = {}

    def waiting(self, processor: str, reason: Message) -> None:
        self._waiting[processor] = reason

    def going_on(self, processor: str) -> None:
        self._waiting.pop(processor, None)

    @property
    def reason(self) -> Message:
        """What one of them waits for, or nothing."""
        return next(iter(self._waiting.values()), NOTHING)
