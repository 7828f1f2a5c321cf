"""Calls that created posts on networks, counted in buckets of time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from services.database.engine import insert_for
from services.database.schema import network_calls
from services.database.transaction import Transaction

#: Stands for all members together, in place of a member.
APP = ""


async def used(
    transaction: Transaction, network: str, members: Collection[str], *, since: datetime
) -> dict[str, dict[datetime, int]]:
    """Calls by member and bucket, of buckets that began at ``since`` or later."""
    rows = await transaction.execute(
        sa.select(network_calls).where(
            network_calls.c.network == network,
            network_calls.c.member.in_(members),
            network_calls.c.bucket_at >= since,
        )
    )
    found: dict[str, dict[datetime, int]] = {}
    for row in rows:
        found.setdefault(row.member, {})[row.bucket_at] = row.calls
    return found


async def count(transaction: Transaction, calls: Mapping[tuple[str, str, datetime], int]) -> None:
    """Add ``calls`` by network, member and bucket."""
    if not calls:
        return
    statement = insert_for(transaction, network_calls)
    await transaction.execute(
        statement.on_conflict_do_update(
            index_elements=["network", "member", "bucket_at"],
            set_={"calls": network_calls.c.calls + statement.excluded.calls},
        ),
        [
            {"network": network, "member": member, "bucket_at": bucket, "calls": number}
            # In one order everywhere, so that two workers never wait for each other.
            for (network, member, bucket), number in sorted(calls.items())
        ],
    )


async def forget_before(transaction: Transaction, moment: datetime) -> None:
    await transaction.execute(network_calls.delete().where(network_calls.c.bucket_at < moment))
