"""Keys for other systems: made by an administrator, shown once, kept as a hash, and revoked at once.

A key is 256 random bits, so that its hash needs neither salt nor slowness.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from services.database.record import record
from services.database.transaction import Transaction
from services.errors import NoSuch, Rejected
from services.message import message
from services.people.store import access
from services.people.store.access import ApiKey

#: What a key may open: sending events, and reading figures.
SCOPES = ("events", "figures")

#: By it a key is known where it was left by mistake; other tokens differ without a look into the database.
PREFIX = "zwaan_"
_LONGEST_NAME = 100


async def make_key(
    transaction: Transaction, name: str, scopes: Collection[str], *, actor: str, now: datetime
) -> tuple[ApiKey, str]:
    """Return a new key, and the secret that its holder sends, which is not shown again. Raises Rejected."""
    name = name.strip()
    if not (name.isprintable() and 0 < len(name) <= _LONGEST_NAME):
        raise Rejected(
            message("api-key.no-name", "a key needs a name"),
            remedy=message(
                "do.name-key", "Name the system that will use it, in at most 100 characters."
            ),
        )
    if not scopes or not set(scopes) <= set(SCOPES):
        raise Rejected(
            message("api-key.no-scope", "a key has to open something"),
            remedy=message("do.choose-scope", "Choose at least one of {names}.", names=SCOPES),
        )
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        id=str(uuid4()),
        name=name,
        scopes=tuple(scope for scope in SCOPES if scope in scopes),
        made_at=now,
    )
    await access.add_key(transaction, key, sha256=_digest(secret))
    await record(
        transaction, "api_key.made", key.id, actor=actor, now=now, name=name, scopes=key.scopes
    )
    return key, secret


async def revoke_key(transaction: Transaction, key_id: str, *, actor: str, now: datetime) -> None:
    """From now on it opens nothing. Raises NoSuch."""
    if not await access.revoke_key(transaction, key_id, now=now):
        raise NoSuch(
            message("api-key.none", "there is no such key that works"),
            remedy=message("do.list-keys", "Look at the list of keys."),
        )
    await record(transaction, "api_key.revoked", key_id, actor=actor, now=now)


async def key_of(transaction: Transaction, secret: str) -> ApiKey | None:
    """The key that this is, unless it was revoked."""
    return await access.working_key(transaction, sha256=_digest(secret))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
