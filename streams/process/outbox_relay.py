"""Relays the outbox to the log: events that committed with their state, in order, at least once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from services.database import dead_letters, outbox
from services.database.dead_letters import DeadLetter
from services.database.engine import Database
from services.database.outbox import OutboxRow
from services.errors import RetryLater, Stop
from services.events.cloudevent import MAX_EVENT_BYTES
from services.message import message
from services.ports import EventLog, Record
from streams.logs.topics import partition_of

_log = structlog.get_logger("outbox")

#: With up to a hundred events each; other tasks run between two rounds.
_ROWS_A_ROUND = 40
# One record carries many facts: Faust moves thousands of records a second, not more. Below the
# brokers' usual limit of a million bytes a record.
_EVENTS_A_RECORD = 100
_BYTES_A_RECORD = 500_000
#: Another process may have written the row, so the relay also looks without being woken.
_POLL_SECONDS = 0.1


class OutboxRelay:
    """Run by the leader only, so that one key keeps one order."""

    def __init__(
        self,
        *,
        database: Database,
        log: EventLog,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._woken = asyncio.Event()
        self._more = False
        database.on_write(self._woken.set)

    async def run_once(self) -> int:
        """Relay what waits; returns how many events. Raises RetryLater when the log is away."""
        async with self._database.read() as transaction:
            rows = await outbox.oldest(transaction, _ROWS_A_ROUND)
        ids = {row.id for row in rows}
        self._more = len(ids) == _ROWS_A_ROUND
        if rows:
            fitting = [row for row in rows if len(row.event.encode()) <= MAX_EVENT_BYTES]
            if fitting:
                await self._log.append(pack(fitting))
            async with self._database.write(quietly=True) as transaction:
                if len(fitting) < len(rows):
                    await dead_letters.add(transaction, _too_large(rows, self._clock()))
                await outbox.remove(transaction, ids)
        return len(rows)

    async def wait(self) -> None:
        """Return when something may have been written."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_POLL_SECONDS):
                await self._woken.wait()

    async def run(self) -> None:
        """Relay until cancelled."""
        wait = _POLL_SECONDS
        while True:
            self._woken.clear()
            try:
                await self.run_once()
            except RetryLater as away:
                _log.warning("waiting", reason=str(away))
            except Stop:
                raise
            except Exception:  # noqa: BLE001 - without the relay nothing moves
                _log.exception("relaying failed")
            else:
                wait = _POLL_SECONDS
                if not self._more:
                    await self.wait()
                continue
            await asyncio.sleep(wait)
            wait = min(wait * 2, 5.0)


def pack(rows: Sequence[OutboxRow]) -> list[Record]:
    """Put events of the same topic and partition into one record, keeping their order.

    A lone event is a record of its own with its own key; several become a CloudEvents batch under
    the key of the first.
    """
    groups: dict[tuple[str, int], list[OutboxRow]] = {}
    for row in rows:
        groups.setdefault((row.topic, partition_of(row.key.encode())), []).append(row)
    records = []
    for (topic, partition), group in groups.items():
        for events in _cut(group):
            texts = [row.event for row in events]
            value = texts[0] if len(texts) == 1 else f"[{','.join(texts)}]"
            records.append(
                Record(
                    topic=topic,
                    partition=partition,
                    key=events[0].key.encode(),
                    value=value.encode(),
                )
            )
    return records


def _too_large(rows: Sequence[OutboxRow], now: datetime) -> list[DeadLetter]:
    """Events that no log and no reader takes; they must not hold up those behind them."""
    return [
        DeadLetter(
            processor="outbox",
            topic=row.topic,
            partition=partition_of(row.key.encode()),
            offset=row.id,
            part=-1,
            key=row.key.encode(),
            value=row.event.encode(),
            error=message(
                "event.far-too-large",
                "the event has more than {limit} bytes",
                limit=MAX_EVENT_BYTES,
            ),
            remedy=message("do.find-sender", "Find out who states so much at once."),
            died_at=now,
        )
        for row in rows
        if len(row.event.encode()) > MAX_EVENT_BYTES
    ]


def _cut(rows: Sequence[OutboxRow]) -> list[list[OutboxRow]]:
    parts: list[list[OutboxRow]] = []
    size = _BYTES_A_RECORD
    for row in rows:
        size += len(row.event.encode()) + 1
        if size > _BYTES_A_RECORD or len(parts[-1]) >= _EVENTS_A_RECORD:
            parts.append([])
            size = len(row.event.encode()) + 1
        parts[-1].append(row)
    return parts
