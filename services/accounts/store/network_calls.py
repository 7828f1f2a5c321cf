"""Calls that created posts on networks, counted in buckets of time, and the circuit breaker of each
network, shared by all workers and seen by every page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from services.accounts.rules import Circuit
from services.database.engine import as_row, insert_for, replace
from services.database.schema import circuits, network_calls
from services.database.transaction import Transaction

#: All members together, in place of a member.
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


async def all_circuits(transaction: Transaction) -> list[Circuit]:
    """The circuits of all networks that ever failed, by name."""
    rows = await transaction.execute(sa.select(circuits).order_by(circuits.c.network))
    return [Circuit(**row) for row in rows.mappings()]


async def hold_circuits(transaction: Transaction, networks: Collection[str]) -> dict[str, Circuit]:
    """Return the circuits of these networks, locked until this transaction ends."""
    rows = await transaction.execute(
        sa.select(circuits)
        .where(circuits.c.network.in_(networks))
        .order_by(circuits.c.network)
        .with_for_update()
    )
    known = {row["network"]: Circuit(**row) for row in rows.mappings()}
    return {name: known.get(name, Circuit(network=name)) for name in sorted(networks)}


async def save_circuit(transaction: Transaction, circuit: Circuit) -> None:
    await replace(transaction, circuits, [as_row(circuit)])
