"""Events that no retry can help: kept with their original bytes, to be looked at and replayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from services.database.engine import as_row, insert_new
from services.database.schema import dead_letters
from services.database.transaction import Transaction
from services.message import Message


class LetterPlace(NamedTuple):
    """Where an event is on the log; ``part`` as in `DeadLetter`."""

    topic: str
    partition: int
    offset: int
    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """``value`` holds the original bytes: the whole record, or one event of a batch.

    ``part`` is the event's place in its batch, or -1 for the whole record. ``id`` is None until it
    is stored.
    """

    processor: str
    topic: str
    partition: int
    offset: int
    part: int
    key: bytes | None
    value: bytes
    error: Message
    remedy: Message
    died_at: datetime
    replayed_at: datetime | None = None
    id: int | None = None

    @property
    def place(self) -> LetterPlace:
        return LetterPlace(self.topic, self.partition, self.offset, self.part)


# What the column holds; another number belongs to no letter.
_IDS = 2**63


async def add(transaction: Transaction, letters: Sequence[DeadLetter]) -> None:
    """Store dead letters; a redelivered record's letter is there already and stays one."""
    await insert_new(
        transaction,
        dead_letters,
        [
            {name: value for name, value in as_row(letter).items() if name != "id"}
            for letter in letters
        ],
    )


async def places(
    transaction: Transaction,
    processor: str,
    *,
    topic: str,
    partition: int,
    offsets: tuple[int, int],
) -> set[LetterPlace]:
    """Where events died, from the first to the last of these offsets; replayed ones included."""
    of = dead_letters.c
    query = sa.select(of.topic, of.partition, of.offset, of.part).where(
        of.processor == processor,
        of.topic == topic,
        of.partition == partition,
        of.offset.between(*offsets),
    )
    return {
        LetterPlace(row.topic, row.partition, row.offset, row.part)
        for row in await transaction.execute(query)
    }


async def id_of(transaction: Transaction, processor: str, place: LetterPlace) -> int:
    """The id of the letter of an event that died there."""
    of = dead_letters.c
    query = sa.select(of.id).where(
        of.processor == processor,
        sa.tuple_(of.topic, of.partition, of.offset, of.part) == sa.tuple_(*place),
    )
    return int(await transaction.scalar(query))


async def waiting(
    transaction: Transaction, *, limit: int = 100, replayed: bool = False
) -> list[DeadLetter]:
    """Dead letters, oldest first: those that wait, or with ``replayed`` all of them."""
    query = sa.select(dead_letters).order_by(dead_letters.c.id).limit(limit)
    if not replayed:
        query = query.where(dead_letters.c.replayed_at.is_(None))
    return [DeadLetter(**row) for row in (await transaction.execute(query)).mappings()]


async def get(transaction: Transaction, letter_id: int) -> DeadLetter | None:
    if not 0 < letter_id < _IDS:
        return None
    found = await transaction.execute(sa.select(dead_letters).where(dead_letters.c.id == letter_id))
    row = found.mappings().first()
    return None if row is None else DeadLetter(**row)


async def mark_replayed(transaction: Transaction, letter_id: int, *, now: datetime) -> None:
    await transaction.execute(
        dead_letters.update().where(dead_letters.c.id == letter_id).values(replayed_at=now)
    )


async def delete(transaction: Transaction, letter_id: int) -> None:
    await transaction.execute(dead_letters.delete().where(dead_letters.c.id == letter_id))


async def count(transaction: Transaction) -> int:
    """How many wait."""
    query = (
        sa.select(sa.func.count())
        .select_from(dead_letters)
        .where(dead_letters.c.replayed_at.is_(None))
    )
    return (await transaction.scalar(query)) or 0
