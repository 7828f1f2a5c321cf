"""Events that left a transaction together with its state, on their way to the log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from services.events.statement import Statement
from services.storage.database import in_key_order
from services.storage.schema import outbox
from services.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """``event`` is the JSON text of one CloudEvent."""

    id: int
    topic: str
    key: str
    event: str


async def add(transaction: Transaction, statements: Sequence[Statement]) -> None:
    if statements:
        await transaction.insert_many(
            outbox.insert(),
            [
                {
                    "topic": statement.event.type,
                    "key": statement.key,
                    "event": json.dumps(
                        statement.event.as_dict(), ensure_ascii=False, separators=(",", ":")
                    ),
                }
                for statement in statements
            ],
        )


async def oldest(transaction: Transaction, limit: int) -> list[OutboxRow]:
    rows = await transaction.execute(sa.select(outbox).order_by(outbox.c.id).limit(limit))
    return [OutboxRow(id=row.id, topic=row.topic, key=row.key, event=row.event) for row in rows]


async def remove(transaction: Transaction, ids: Sequence[int]) -> None:
    """Forget rows that are durable in the log.

    By id, not "up to": on PostgreSQL a lower id may become visible later than a higher one.
    """
    if ids:
        await transaction.execute(outbox.delete().where(in_key_order(outbox, outbox.c.id.in_(ids))))


async def size(transaction: Transaction) -> int:
    return (await transaction.scalar(sa.select(sa.func.count()).select_from(outbox))) or 0
