"""A person opens a vacancy, approves a story, or closes a vacancy: the event, who did it, and whether it
was announced by hand before.

The event may not be handled yet, so the audit counts too: it is written as soon as the log has the
event, and every process reads it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from services.campaigns.accept_events import accept, same_facts
from services.campaigns.rules.matching import Content, source_of
from services.campaigns.store import campaigns
from services.database import audit
from services.database.engine import Database
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import Rejected
from services.events.cloudevent import CloudEvent, dump_json, event_data
from services.identity import derive_id
from services.people.store.people import Person
from services.ports import EventLog

#: So long an event may be on its way to its campaign.
_ON_ITS_WAY = timedelta(days=1)
#: What the audit calls the act, by kind.
OPENINGS = {"vacancy": "campaign.opened", "story": "campaign.approved"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """``same``: with these very facts, and not ended. ``arrived``: its campaign is there."""

    campaign_id: str
    at: datetime
    same: bool = False
    arrived: bool = True


def form_id(kind: str, *said: object) -> str:
    """The id of a story or vacancy that has no number: the same for the same form, sent again."""
    return f"zwaan-{derive_id('form', kind, *said).replace('-', '')[:16]}"


def facts_of(content: Content) -> str:
    """A fingerprint of everything that is stated."""
    return derive_id("facts", dump_json(event_data(content)).decode())


async def announced(
    transaction: Transaction, campaign_id: str, content: Content, *, now: datetime
) -> Before | None:
    """Whether a story or vacancy with this id was announced already, or even began."""
    campaign = await campaigns.get(transaction, campaign_id)
    if campaign is not None:
        same = campaign.state != "closed" and same_facts(campaign.content, content)
        return Before(campaign_id=campaign_id, at=campaign.started_at, same=same)
    facts = facts_of(content)
    entries = [
        each
        for each in await audit.of(transaction, campaign_id)
        if each.action in OPENINGS.values() and each.at >= now - _ON_ITS_WAY
    ]
    if not entries:
        return None
    same = any(each.detail.get("facts") == facts for each in entries)
    return Before(campaign_id=campaign_id, at=entries[-1].at, same=same, arrived=False)


async def with_this_title(
    transaction: Transaction, content: Content, *, now: datetime
) -> Before | None:
    """The newest that has not ended."""
    kind, _ = source_of(content)
    title = _plain(content.title)
    found = [
        Before(campaign_id=each.id, at=each.started_at)
        for each in await campaigns.titled(transaction, kind=kind)
        if _plain(each.title) == title
    ]
    entries = [
        each
        for each in await audit.since(transaction, OPENINGS[kind], now - _ON_ITS_WAY)
        if _plain(str(each.detail.get("title", ""))) == title
    ]
    there = await campaigns.kinds(transaction, [each.subject for each in entries])
    found += [
        Before(campaign_id=each.subject, at=each.at, arrived=False)
        for each in entries
        if each.subject not in there
    ]
    return max(found, key=lambda each: each.at, default=None)


def _plain(title: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())


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
