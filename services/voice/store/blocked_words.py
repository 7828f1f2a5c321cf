"""Words that no draft may hold; kept by marketing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from services.database.engine import replace
from services.database.schema import blocked_words, people
from services.database.transaction import Transaction
from services.voice.checking.block_list import BlockedWord, BlockList


@dataclass(frozen=True, slots=True)
class KeptWord:
    """A blocked word with who put it there (a person's name, empty when gone) and when."""

    blocked: BlockedWord
    key: str
    added_by: str
    added_at: datetime


async def read(transaction: Transaction) -> BlockList:
    rows = await transaction.execute(
        sa.select(blocked_words.c.word, blocked_words.c.reason).order_by(blocked_words.c.key)
    )
    return BlockList(BlockedWord(word=row.word, reason=row.reason) for row in rows)


async def kept(transaction: Transaction) -> list[KeptWord]:
    """All of them, by word."""
    rows = await transaction.execute(
        sa.select(blocked_words, sa.func.coalesce(people.c.name, "").label("name"))
        .select_from(blocked_words.outerjoin(people, people.c.id == blocked_words.c.added_by))
        .order_by(blocked_words.c.key)
    )
    return [
        KeptWord(BlockedWord(word=row.word, reason=row.reason), row.key, row.name, row.added_at)
        for row in rows
    ]


async def save(
    transaction: Transaction, blocked: BlockedWord, *, added_by: str, now: datetime
) -> None:
    """Add a word, or give one that is there another reason."""
    row = {"key": blocked.key, "added_by": added_by, "added_at": now}
    await replace(transaction, blocked_words, [row | asdict(blocked)])


async def remove(transaction: Transaction, key: str) -> bool:
    """False when it was not there."""
    result = await transaction.execute(blocked_words.delete().where(blocked_words.c.key == key))
    return bool(result.rowcount)
