"""The circuit breaker of each network, shared by all workers and seen by every page."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from services.accounts.rules.circuit import Circuit
from services.database.engine import as_row, replace
from services.database.schema import circuits
from services.database.transaction import Transaction


async def every(transaction: Transaction) -> list[Circuit]:
    """The circuits of all networks that ever failed, by name."""
    rows = await transaction.execute(sa.select(circuits).order_by(circuits.c.network))
    return [Circuit(**row) for row in rows.mappings()]


async def hold(transaction: Transaction, networks: Collection[str]) -> dict[str, Circuit]:
    """The circuits of these networks; nobody else changes them before this transaction ends."""
    rows = await transaction.execute(
        sa.select(circuits)
        .where(circuits.c.network.in_(networks))
        .order_by(circuits.c.network)
        .with_for_update()
    )
    known = {row["network"]: Circuit(**row) for row in rows.mappings()}
    return {name: known.get(name, Circuit(network=name)) for name in sorted(networks)}


async def save(transaction: Transaction, circuit: Circuit) -> None:
    await replace(transaction, circuits, [as_row(circuit)])
