"""Events that left a transaction together with its state, on their way to the log.

A row holds many events of one topic, a line each with its key: ten thousand drafts are a hundred
rows to write, read and delete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import sqlalchemy as sa

from services.database.engine import in_key_order
from services.database.schema import outbox
from services.database.transaction import Transaction
from services.events.cloudevent import dump_json
from services.events.statement import Statement


class OutboxRow(NamedTuple):
    """``event`` is the JSON text of one CloudEvent; those that were stated together share an ``id``."""

    id: int
    topic: str
    key: str
    event: str


async def add(transaction: Transaction, statements: Sequence[Statement]) -> None:
    if statements:
        rows = _rows(statements)
        # A campaign of a hundred thousand people asks for eleven megabytes: others have the loop between.
        while some := list(islice(rows, _AT_ONCE)):
            await transaction.insert_many(outbox.insert(), some)


#: No row has more events, or many more characters.
_EVENTS, _CHARACTERS = 100, 250_000
_AT_ONCE = 8


def _rows(statements: Sequence[Statement]) -> Iterator[dict[str, str]]:
    topic, keys, events, size = "", list[str](), list[str](), 0
    for statement in statements:
        text = dump_json(statement.event.as_dict()).decode()
        size += len(text)
        if keys and (statement.event.type != topic or len(keys) == _EVENTS or size > _CHARACTERS):
            yield {"topic": topic, "key": "\n".join(keys), "event": "\n".join(events)}
            keys, events, size = [], [], len(text)
        topic = statement.event.type
        keys.append(statement.key)
        events.append(text)
    yield {"topic": topic, "key": "\n".join(keys), "event": "\n".join(events)}


async def oldest(transaction: Transaction, limit: int) -> list[OutboxRow]:
    """The events of the ``limit`` oldest rows, in the order in which they were stated."""
    rows = await transaction.execute(sa.select(outbox).order_by(outbox.c.id).limit(limit))
    return [
        OutboxRow(row.id, row.topic, key, event)
        for row in rows
        for key, event in zip(row.key.split("\n"), row.event.split("\n"), strict=True)
    ]


async def remove(transaction: Transaction, ids: Iterable[int]) -> None:
    """Forget rows whose events are all durable in the log.

    By id, not "up to": on PostgreSQL a lower id may become visible later than a higher one.
    """
    if rows := sorted(set(ids)):
        named = in_key_order(outbox, outbox.c.id.in_(rows))
        await transaction.execute(outbox.delete().where(named))


async def size(transaction: Transaction) -> int:
    """How many events wait."""
    lines = sa.func.length(outbox.c.key) - sa.func.length(sa.func.replace(outbox.c.key, "\n", ""))
    return (await transaction.scalar(sa.select(sa.func.sum(lines + 1)))) or 0
