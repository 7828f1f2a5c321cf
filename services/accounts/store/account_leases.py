"""Leases: the worker that uses an account, and until when; never two at once.

Taking a lease never waits for another worker, so there is no deadlock.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from services.database.engine import in_key_order
from services.database.schema import connections
from services.database.transaction import Transaction

#: (ambassador id, network).
Account = tuple[str, str]

_ACCOUNT = sa.tuple_(connections.c.ambassador_id, connections.c.network)


async def free(
    transaction: Transaction, accounts: Collection[Account], *, now: datetime
) -> set[Account]:
    """Return the accounts without a lease; none is leased before this transaction ends.

    An account that is not connected is free: the caller finds that out.
    """
    if not accounts:
        return set()
    columns = (connections.c.ambassador_id, connections.c.network)
    wanted = _ACCOUNT.in_(sorted(accounts))
    is_free = sa.or_(connections.c.leased_until.is_(None), connections.c.leased_until < now)
    found = await transaction.execute(
        sa.select(*columns).where(wanted, is_free).with_for_update(skip_locked=True, key_share=True)
    )
    connected = await transaction.execute(sa.select(*columns).where(wanted))
    return {(row.ambassador_id, row.network) for row in found} | (
        set(accounts) - {(row.ambassador_id, row.network) for row in connected}
    )


async def keep(
    transaction: Transaction, accounts: Collection[Account], *, worker: str, until: datetime
) -> None:
    """Lease accounts that were found free in this transaction."""
    held = (
        sa.select(connections.c.ambassador_id, connections.c.network)
        .where(_ACCOUNT.in_(sorted(accounts)))
        # Held already, unless one was connected since.
        .with_for_update(skip_locked=True, key_share=True)
    )
    await transaction.execute(
        connections.update().where(_ACCOUNT.in_(held)).values(leased_by=worker, leased_until=until)
    )


async def release(transaction: Transaction, accounts: Collection[Account], *, worker: str) -> None:
    """End ``worker``'s leases; another's stay."""
    theirs = in_key_order(
        connections, _ACCOUNT.in_(sorted(accounts)), connections.c.leased_by == worker
    )
    await transaction.execute(
        connections.update().where(theirs).values(leased_by=None, leased_until=None)
    )
