"""Which events a processor has handled: the memory that makes redelivery harmless."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from services.events.cloudevent import CloudEvent
from services.storage.database import Transaction, insert_new
from services.storage.schema import inbox

_MANY = 5_000


async def unhandled(
    transaction: Transaction, processor: str, events: Sequence[CloudEvent]
) -> list[CloudEvent]:
    """The events that ``processor`` has not handled yet, each once, in their order."""
    ids = list({event.id for event in events})
    seen: set[tuple[str, str]] = set()
    for start in range(0, len(ids), _MANY):
        rows = await transaction.execute(
            sa.select(inbox.c.event_source, inbox.c.event_id).where(
                inbox.c.processor == processor,
                inbox.c.event_id.in_(ids[start : start + _MANY]),
            )
        )
        seen.update((row.event_source, row.event_id) for row in rows)
    fresh = []
    for event in events:
        if (event.source, event.id) not in seen:
            seen.add((event.source, event.id))
            fresh.append(event)
    return fresh


async def mark_handled(
    transaction: Transaction, processor: str, events: Sequence[CloudEvent], *, now: datetime
) -> None:
    await insert_new(
        transaction,
        inbox,
        [
            {
                "processor": processor,
                "event_source": event.source,
                "event_id": event.id,
                "handled_at": now,
            }
            for event in events
        ],
    )


async def forget_before(transaction: Transaction, moment: datetime) -> None:
    """Drop memories older than any record that the log could still deliver."""
    await transaction.execute(inbox.delete().where(inbox.c.handled_at < moment))


async def forget(transaction: Transaction, processor: str) -> None:
    """Let ``processor`` handle everything again."""
    await transaction.execute(inbox.delete().where(inbox.c.processor == processor))
