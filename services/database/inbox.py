"""Which events a processor has handled: the memory that makes redelivery harmless."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from services.database.engine import in_parts, insert_new_returning
from services.database.schema import inbox
from services.database.transaction import Transaction
from services.events.catalogue import incoming_types
from services.events.cloudevent import CloudEvent

_INCOMING = frozenset(incoming_types())


async def take(
    transaction: Transaction, processor: str, events: Sequence[CloudEvent], *, now: datetime
) -> list[CloudEvent]:
    """Remember that ``processor`` handles these events in this transaction.

    Returns those that it had not handled yet, each once, in their order. Of two workers that hold
    the same event (a partition moves while one still works), the second waits for the first.
    """
    first: dict[tuple[str, str], CloudEvent] = {}
    for event in events:
        first.setdefault((event.source, event.id), event)
    taken = await insert_new_returning(
        transaction,
        inbox,
        [
            {
                "processor": processor,
                "event_source": source,
                "event_id": identity,
                "handled_at": now,
                "digest": event.digest if event.type in _INCOMING else None,
            }
            for (source, identity), event in first.items()
        ],
        inbox.c.event_source,
        inbox.c.event_id,
    )
    fresh = []
    for event in events:
        if (event.source, event.id) in taken:
            taken.discard((event.source, event.id))
            fresh.append(event)
    return fresh


async def reused(
    transaction: Transaction, processor: str, events: Sequence[CloudEvent]
) -> list[CloudEvent]:
    """Of events that ``processor`` had handled, those that tell something else than it handled.

    Another system gave one id to two things.
    """
    asked = [event for event in events if event.type in _INCOMING]
    known: dict[tuple[str, str], int | None] = {}
    for part in in_parts([(event.source, event.id) for event in asked], variables=2):
        query = sa.select(inbox.c.event_source, inbox.c.event_id, inbox.c.digest).where(
            inbox.c.processor == processor,
            sa.tuple_(inbox.c.event_source, inbox.c.event_id).in_(part),
        )
        known |= {
            (row.event_source, row.event_id): row.digest for row in await transaction.execute(query)
        }
    return [
        event
        for event in asked
        if (digest := known.get((event.source, event.id))) is not None and digest != event.digest
    ]


async def handled(
    transaction: Transaction, processor: str, events: Sequence[CloudEvent]
) -> set[tuple[str, str]]:
    """Of these events, the (source, id) of those that ``processor`` has handled."""
    found: set[tuple[str, str]] = set()
    identity = sa.tuple_(inbox.c.event_source, inbox.c.event_id)
    # A pair is two variables.
    for part in in_parts([(event.source, event.id) for event in events], variables=2):
        query = sa.select(inbox.c.event_source, inbox.c.event_id).where(
            inbox.c.processor == processor, identity.in_(part)
        )
        found |= {tuple(row) for row in await transaction.execute(query)}
    return found


async def forget_before(transaction: Transaction, moment: datetime) -> None:
    """Drop memories older than any record that the log could still deliver."""
    await transaction.execute(inbox.delete().where(inbox.c.handled_at < moment))


async def forget(transaction: Transaction, processor: str) -> None:
    """Let ``processor`` handle everything again."""
    await transaction.execute(inbox.delete().where(inbox.c.processor == processor))
