"""Keys by which other systems get in; of each only its hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.database.schema import api_keys
from services.database.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is known of a key. ``scopes`` are what it opens; ``revoked_at`` None: it works."""

    id: str
    name: str
    scopes: tuple[str, ...]
    made_at: datetime
    revoked_at: datetime | None = None


_COLUMNS = [api_keys.c[name] for name in ApiKey.__dataclass_fields__]


async def add(transaction: Transaction, key: ApiKey, *, sha256: str) -> None:
    await transaction.execute(
        api_keys.insert().values(
            id=key.id, sha256=sha256, name=key.name, scopes=list(key.scopes), made_at=key.made_at
        )
    )


async def everything(transaction: Transaction) -> list[ApiKey]:
    """Those that work first, each newest first."""
    of = api_keys.c
    query = sa.select(*_COLUMNS).order_by(of.revoked_at.is_not(None), of.made_at.desc(), of.id)
    return [_key(row) for row in (await transaction.execute(query)).mappings()]


async def working(transaction: Transaction, *, sha256: str) -> ApiKey | None:
    """The key with this hash, unless it was revoked."""
    query = sa.select(*_COLUMNS).where(api_keys.c.sha256 == sha256, api_keys.c.revoked_at.is_(None))
    row = (await transaction.execute(query)).mappings().first()
    return None if row is None else _key(row)


async def revoke(transaction: Transaction, key_id: str, *, now: datetime) -> bool:
    """False when there is no such key that works."""
    done = await transaction.execute(
        api_keys.update()
        .where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return done.rowcount == 1


def _key(row: sa.RowMapping) -> ApiKey:
    return ApiKey(**{**row, "scopes": tuple(row["scopes"])})
