"""Connections of one person that end soon or work no more, as pages say it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from services.accounts.rules.expiry import ends_soon
from services.accounts.store import connections
from services.accounts.store.connections import Connection
from services.database.transaction import Transaction


async def ending_connections(
    transaction: Transaction, ambassador_id: str, *, now: datetime, networks: Collection[str]
) -> list[Connection]:
    """In the order of their networks' names; of ``networks``, where it can be renewed."""
    return [
        held
        for held in await connections.of_ambassador(transaction, ambassador_id)
        if held.network in networks
        and (held.needs_person or ends_soon(held.expires_at, renewable=held.renewable, now=now))
    ]
