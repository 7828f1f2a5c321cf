"""A person opens a vacancy, approves a story, or closes a vacancy: the event, and who did it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from services.campaigns.accept_events import accept
from services.campaigns.announced_before import OPENINGS
from services.database.engine import Database
from services.database.record import record
from services.errors import Rejected
from services.events.cloudevent import CloudEvent
from services.people.store.people import Person
from services.ports import EventLog

_ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "vacancy.opened": OPENINGS["vacancy"],
        "story.approved": OPENINGS["story"],
        "vacancy.closed": "campaign.closed",
    }
)


async def announce(
    database: Database,
    log: EventLog,
    event: CloudEvent,
    *,
    campaign_id: str,
    by: Person,
    now: datetime,
    detail: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Append an event as any other system would, and remember whose it is.

    The event first: an entry must not tell of what was never stated. Raises RetryLater when the log
    or the database is away, and Rejected for an event that no other system could send either.
    """
    acceptance = await accept(log, [event.as_dict()])
    for refusal in acceptance.refused:
        raise Rejected(refusal.fault, remedy=refusal.remedy)
    action = _ACTIONS[event.type]
    async with database.write() as transaction:
        await record(transaction, action, campaign_id, actor=by.id, now=now, **detail)
