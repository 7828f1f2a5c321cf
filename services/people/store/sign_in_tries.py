"""How often sign-in links were asked for and tried lately, by keys that name nobody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from services.database.engine import insert_for
from services.database.schema import sign_in_tries
from services.database.transaction import Transaction


async def counted(transaction: Transaction, keys: Collection[str]) -> dict[str, int]:
    """The tries under each of these keys; absent where there are none."""
    rows = await transaction.execute(sa.select(sign_in_tries).where(sign_in_tries.c.key.in_(keys)))
    return {row.key: row.tries for row in rows}


async def count(transaction: Transaction, key: str, *, bucket_at: datetime) -> None:
    """One try more. ``bucket_at`` is when the time began that this key is for."""
    statement = insert_for(transaction, sign_in_tries)
    await transaction.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_={"tries": sign_in_tries.c.tries + 1}
        ),
        {"key": key, "bucket_at": bucket_at, "tries": 1},
    )


async def forget_before(transaction: Transaction, moment: datetime) -> None:
    await transaction.execute(sign_in_tries.delete().where(sign_in_tries.c.bucket_at < moment))
