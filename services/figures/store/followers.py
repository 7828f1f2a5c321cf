"""How many follow a member, for estimates of reach; only where the organisation estimates."""

from __future__ import annotations

import sqlalchemy as sa

from services.database.engine import replace
from services.database.schema import followers
from services.database.transaction import Transaction
from services.figures.rules.estimate import FollowerCount


async def save(
    transaction: Transaction, ambassador_id: str, network: str, count: FollowerCount
) -> None:
    """Set the count, in the place of an earlier one."""
    row = {
        "ambassador_id": ambassador_id,
        "network": network,
        "followers": count.followers,
        "source": count.source,
        "counted_at": count.counted_at,
    }
    await replace(transaction, followers, [row])


async def of_person(transaction: Transaction, ambassador_id: str) -> dict[str, FollowerCount]:
    """The counts of one person by network."""
    rows = await transaction.execute(
        sa.select(followers).where(followers.c.ambassador_id == ambassador_id)
    )
    return {
        row.network: FollowerCount(
            followers=row.followers, source=row.source, counted_at=row.counted_at
        )
        for row in rows
    }


async def forget(transaction: Transaction, ambassador_id: str, network: str) -> None:
    await transaction.execute(
        followers.delete().where(
            followers.c.ambassador_id == ambassador_id, followers.c.network == network
        )
    )
