"""Who did what, and when. Entries are only ever added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.storage.schema import audit
from services.storage.transaction import Transaction


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
    return [
        Entry(at=row.at, actor=row.actor, action=row.action, subject=row.subject, detail=row.detail)
        for row in rows
    ]
