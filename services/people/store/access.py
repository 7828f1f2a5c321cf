"""How people get in: sign-in links, sessions, and how often links were asked for and tried; and the keys of
other systems, of each only its hash.

A session is a row for each browser, so that signing out holds for every copy. Tries are kept under
anonymous keys.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.database.engine import insert_for
from services.database.schema import api_keys, people, sessions, sign_in_links, sign_in_tries
from services.database.transaction import Transaction
from services.people.store.people import IS_ACTIVE, Person, person, read_person


async def add_sign_in_link(
    transaction: Transaction, *, token_sha256: str, person_id: str, expires_at: datetime
) -> None:
    await transaction.execute(
        sign_in_links.insert().values(
            token_sha256=token_sha256, person_id=person_id, expires_at=expires_at
        )
    )


async def has_sign_in_link(
    transaction: Transaction, person_id: str, *, expires_after: datetime
) -> bool:
    """Whether this person has a link that still works at ``expires_after``."""
    query = sa.select(sign_in_links.c.person_id).where(
        sign_in_links.c.person_id == person_id, sign_in_links.c.expires_at > expires_after
    )
    return await transaction.scalar(query.limit(1)) is not None


async def person_of_link(
    transaction: Transaction, *, token_sha256: str, now: datetime
) -> Person | None:
    """Whose link this is, while it works: until it is used, and not after its time."""
    query = (
        sa.select(people)
        .join(sign_in_links, sign_in_links.c.person_id == people.c.id)
        .where(*_works(token_sha256, now), IS_ACTIVE)
    )
    return read_person((await transaction.execute(query)).first())


async def use_sign_in_link(
    transaction: Transaction, *, token_sha256: str, now: datetime
) -> Person | None:
    """As `person_of_link`, and the link works no more; of two at once one gets the person."""
    await transaction.execute(
        sa.select(people.c.id)
        .join(sign_in_links, sign_in_links.c.person_id == people.c.id)
        .where(*_works(token_sha256, now))
        .with_for_update(read=True, key_share=True, of=people)
    )
    used = await transaction.scalar(
        sign_in_links.update()
        .where(*_works(token_sha256, now))
        .values(used_at=now)
        .returning(sign_in_links.c.person_id)
    )
    return None if used is None else await person(transaction, used)


def _works(token_sha256: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        sign_in_links.c.token_sha256 == token_sha256,
        sign_in_links.c.expires_at > now,
        sign_in_links.c.used_at.is_(None),
    )


async def end_sign_in_links(transaction: Transaction, person_id: str) -> None:
    """Delete all of this person."""
    await transaction.execute(sign_in_links.delete().where(sign_in_links.c.person_id == person_id))


async def forget_sign_in_links(transaction: Transaction, *, before: datetime) -> None:
    """Delete those that ran out before that moment."""
    await transaction.execute(sign_in_links.delete().where(sign_in_links.c.expires_at < before))


async def add_session(
    transaction: Transaction, *, token_sha256: str, person_id: str, expires_at: datetime
) -> None:
    await transaction.execute(
        sessions.insert().values(
            token_sha256=token_sha256, person_id=person_id, expires_at=expires_at
        )
    )


async def person_of_session(
    transaction: Transaction, token_sha256: str, *, now: datetime
) -> Person | None:
    """Whose session this is, until it is ended, and not after its time."""
    query = (
        sa.select(people)
        .join(sessions, sessions.c.person_id == people.c.id)
        .where(sessions.c.token_sha256 == token_sha256, sessions.c.expires_at > now, IS_ACTIVE)
    )
    return read_person((await transaction.execute(query)).first())


async def end_session(transaction: Transaction, token_sha256: str) -> None:
    await transaction.execute(sessions.delete().where(sessions.c.token_sha256 == token_sha256))


async def end_sessions(transaction: Transaction, person_id: str) -> None:
    """Every session of this person, in all browsers."""
    await transaction.execute(sessions.delete().where(sessions.c.person_id == person_id))


async def forget_sessions(transaction: Transaction, *, before: datetime) -> None:
    """Delete those that ran out before that moment."""
    await transaction.execute(sessions.delete().where(sessions.c.expires_at < before))


async def counted_tries(transaction: Transaction, keys: Collection[str]) -> dict[str, int]:
    """The tries under each of these keys; absent where there are none."""
    rows = await transaction.execute(sa.select(sign_in_tries).where(sign_in_tries.c.key.in_(keys)))
    return {row.key: row.tries for row in rows}


async def count_try(transaction: Transaction, key: str, *, bucket_at: datetime) -> None:
    """One try more. ``bucket_at`` is when the time began that this key is for."""
    statement = insert_for(transaction, sign_in_tries)
    await transaction.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_={"tries": sign_in_tries.c.tries + 1}
        ),
        {"key": key, "bucket_at": bucket_at, "tries": 1},
    )


async def forget_tries(transaction: Transaction, moment: datetime) -> None:
    await transaction.execute(sign_in_tries.delete().where(sign_in_tries.c.bucket_at < moment))


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is known of a key. ``scopes`` are what it opens; ``revoked_at`` None: it works."""

    id: str
    name: str
    scopes: tuple[str, ...]
    made_at: datetime
    revoked_at: datetime | None = None


_COLUMNS = [api_keys.c[name] for name in ApiKey.__dataclass_fields__]


async def add_key(transaction: Transaction, key: ApiKey, *, sha256: str) -> None:
    await transaction.execute(
        api_keys.insert().values(
            id=key.id, sha256=sha256, name=key.name, scopes=list(key.scopes), made_at=key.made_at
        )
    )


async def all_keys(transaction: Transaction) -> list[ApiKey]:
    """Those that work first, each newest first."""
    of = api_keys.c
    query = sa.select(*_COLUMNS).order_by(of.revoked_at.is_not(None), of.made_at.desc(), of.id)
    return [_key(row) for row in (await transaction.execute(query)).mappings()]


async def working_key(transaction: Transaction, *, sha256: str) -> ApiKey | None:
    """The key with this hash, unless it was revoked."""
    query = sa.select(*_COLUMNS).where(api_keys.c.sha256 == sha256, api_keys.c.revoked_at.is_(None))
    row = (await transaction.execute(query)).mappings().first()
    return None if row is None else _key(row)


async def revoke_key(transaction: Transaction, key_id: str, *, now: datetime) -> bool:
    """False when there is no such key that works."""
    done = await transaction.execute(
        api_keys.update()
        .where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return done.rowcount == 1


def _key(row: sa.RowMapping) -> ApiKey:
    return ApiKey(**{**row, "scopes": tuple(row["scopes"])})
