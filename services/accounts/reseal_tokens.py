"""After a rotation every connection is put under the newest key, so that older ones can be taken out.

Most would keep an old one for months: LinkedIn's tokens are renewed by a consent every 60 days, and
Mastodon's never.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from services.accounts.store import connections
from services.accounts.store.connections import Sealed
from services.database.engine import Database
from services.errors import NeedsPerson
from services.vault import Vault

_log = structlog.get_logger("vault")


async def reseal_tokens(database: Database, vault: Vault) -> int:
    """Returns how many were put under it; none where there is one key. What no key opens stays as
    it is: its key may come back."""
    if not vault.rotates:
        return 0
    older = await under_older_keys(database, vault)
    fresh = [(each, vault.reseal(each.tokens)) for each in older]
    async with database.write() as transaction:
        await connections.reseal(transaction, fresh)
    if fresh:
        _log.info("connections put under the newest key", number=len(fresh))
    return len(fresh)


async def under_older_keys(database: Database, vault: Vault) -> list[Sealed]:
    """Connections that only an older key opens."""
    async with database.read() as transaction:
        held = await connections.sealed(transaction)
    return await asyncio.to_thread(_older, held, vault)


def _older(held: Sequence[Sealed], vault: Vault) -> list[Sealed]:
    return [each for each in held if not vault.is_newest(each.tokens) and _opens(each, vault)]


def _opens(each: Sealed, vault: Vault) -> bool:
    try:
        vault.open(each.tokens)
    except NeedsPerson:
        return False
    return True
