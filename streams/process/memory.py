"""What remembers that an event was handled, so that its redelivery is harmless.

A row of the inbox each, but for clicks, of which there are too many: see `services.figures.store.clicks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from services.database import inbox
from services.database.transaction import Transaction
from services.events.statement import Delivery
from services.figures.store import clicks


class Taken(NamedTuple):
    """``fresh``: what was not handled yet, each event once, in their order. ``reused``: the numbers of
    those deliveries whose id was another event's."""

    fresh: Sequence[Delivery]
    reused: Sequence[int] = ()


class Memory(Protocol):
    async def take(
        self,
        transaction: Transaction,
        processor: str,
        deliveries: Sequence[Delivery],
        *,
        now: datetime,
    ) -> Taken:
        """Remember that ``processor`` handles these in this transaction.

        Of two workers that hold the same event, the second waits for the first.
        """
        ...

    async def handled(
        self, transaction: Transaction, processor: str, deliveries: Sequence[Delivery]
    ) -> set[int]:
        """The numbers of those that ``processor`` has handled."""
        ...


class _Inbox:
    async def take(
        self,
        transaction: Transaction,
        processor: str,
        deliveries: Sequence[Delivery],
        *,
        now: datetime,
    ) -> Taken:
        events = [each.fact.event for each in deliveries]
        wanted = {id(event) for event in await inbox.take(transaction, processor, events, now=now)}
        fresh = [each for each in deliveries if id(each.fact.event) in wanted]
        if len(fresh) == len(deliveries):
            return Taken(fresh)
        # An event that was handled already has no effect; another one under its id is no such.
        repeated = [event for event in events if id(event) not in wanted]
        reused = {id(event) for event in await inbox.reused(transaction, processor, repeated)}
        return Taken(fresh, [number for number, each in enumerate(events) if id(each) in reused])

    async def handled(
        self, transaction: Transaction, processor: str, deliveries: Sequence[Delivery]
    ) -> set[int]:
        events = [each.fact.event for each in deliveries]
        known = await inbox.handled(transaction, processor, events)
        return {number for number, event in enumerate(events) if (event.source, event.id) in known}


class _Clicks:
    async def take(
        self,
        transaction: Transaction,
        processor: str,  # noqa: ARG002 - one alone handles clicks
        deliveries: Sequence[Delivery],
        *,
        now: datetime,  # noqa: ARG002 - remembered by their own moment
    ) -> Taken:
        return Taken(await clicks.take(transaction, deliveries))

    async def handled(
        self,
        transaction: Transaction,
        processor: str,  # noqa: ARG002
        deliveries: Sequence[Delivery],
    ) -> set[int]:
        return await clicks.counted(transaction, deliveries)


_INBOX, _CLICKS = _Inbox(), _Clicks()


def memory_of(processor: str) -> Memory:
    return _CLICKS if processor == clicks.PROCESSOR else _INBOX
