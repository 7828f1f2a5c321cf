"""Who did what, and when. Entries are added, and forgotten by time alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.database.dead_letters import LetterPlace
from services.database.schema import audit, people
from services.database.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """``actor`` is a person's id, or the part of Zwaan that acted (``publisher``, …)."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)


async def add(transaction: Transaction, entries: Sequence[Entry]) -> None:
    if entries:
        await transaction.execute(audit.insert(), [asdict(entry) for entry in entries])


async def of(transaction: Transaction, subject: str) -> list[Entry]:
    """All entries about ``subject``, oldest first."""
    rows = await transaction.execute(
        sa.select(audit).where(audit.c.subject == subject).order_by(audit.c.id)
    )
    return [_entry(row) for row in rows]


async def since(transaction: Transaction, action: str, moment: datetime) -> list[Entry]:
    """All entries of this action from that moment on, oldest first."""
    query = sa.select(audit).where(audit.c.action == action, audit.c.at >= moment)
    return [_entry(row) for row in await transaction.execute(query.order_by(audit.c.id))]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry as it is kept. ``actor_name`` is empty unless the actor is a person who is here."""

    id: int
    entry: Entry
    actor_name: str


async def recent(
    transaction: Transaction,
    *,
    kinds: Sequence[str],
    action: str = "",
    subject: str = "",
    before: int | None = None,
    limit: int,
) -> list[StoredEntry]:
    """Entries, newest first, whose action is of these ``kinds`` (the part before its dot).

    Only those with this ``action`` and ``subject``, where given, and older than entry ``before``.
    """
    query = (
        sa.select(audit, people.c.name)
        .select_from(audit.outerjoin(people, people.c.id == audit.c.actor))
        .where(sa.or_(*(audit.c.action.startswith(f"{kind}.", autoescape=True) for kind in kinds)))
        .order_by(audit.c.id.desc())
        .limit(limit)
    )
    if action:
        query = query.where(audit.c.action == action)
    if subject:
        query = query.where(audit.c.subject == subject)
    if before is not None:
        query = query.where(audit.c.id < before)
    return [
        StoredEntry(id=row.id, entry=_entry(row), actor_name=row.name or "")
        for row in await transaction.execute(query)
    ]


async def expired_records(transaction: Transaction) -> dict[str, int]:
    """How many records of each topic the log gave up before they were handled."""
    query = sa.select(audit.c.detail).where(audit.c.action == "records.expired")
    found: dict[str, int] = {}
    for detail in await transaction.scalars(query):
        topic = detail["topic"]
        found[topic] = found.get(topic, 0) + detail["to"] - detail["from"]
    return found


async def dropped_letters(transaction: Transaction) -> set[tuple[str, LetterPlace]]:
    """The processor and place of every dead letter that was given up."""
    query = sa.select(audit.c.detail).where(audit.c.action == "dead_letter.dropped")
    return {
        (detail["processor"], LetterPlace(**{name: detail[name] for name in LetterPlace._fields}))
        for detail in await transaction.scalars(query)
        if "part" in detail
    }


async def forget_before(transaction: Transaction, moment: datetime) -> None:
    """Delete what was done before that moment."""
    await transaction.execute(audit.delete().where(audit.c.at < moment))


def _entry(row: Any) -> Entry:
    return Entry(
        at=row.at, actor=row.actor, action=row.action, subject=row.subject, detail=row.detail
    )
