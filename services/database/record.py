"""What was done, written where it belongs in one call: who did it, and the events that tell of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.database import audit, outbox
from services.database.audit import Entry
from services.database.transaction import Transaction
from services.events.statement import Statement


@dataclass(frozen=True, slots=True)
class Act:
    """``statements`` tell other systems of it; ``detail`` is for the audit alone."""

    action: str
    subject: str
    statements: Sequence[Statement] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)


async def record(
    transaction: Transaction,
    action: str,
    subject: str,
    *statements: Statement,
    actor: str,
    now: datetime,
    **detail: Any,
) -> None:
    """Keep one act in the audit, and send the events that tell of it."""
    await record_all(transaction, [Act(action, subject, statements, detail)], actor=actor, now=now)


async def record_all(
    transaction: Transaction, acts: Sequence[Act], *, actor: str, now: datetime
) -> None:
    """As `record`, of acts of one actor, in their order."""
    entries = [
        Entry(at=now, actor=actor, action=act.action, subject=act.subject, detail=act.detail)
        for act in acts
    ]
    await audit.add(transaction, entries)
    await outbox.add(transaction, [statement for act in acts for statement in act.statements])
