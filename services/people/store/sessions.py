"""Who is signed in where: a row for each browser, so that signing out holds for every copy."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from services.database.schema import people, sessions
from services.database.transaction import Transaction
from services.people.store.people import IS_ACTIVE, Person, read_person


async def add(
    transaction: Transaction, *, token_sha256: str, person_id: str, expires_at: datetime
) -> None:
    await transaction.execute(
        sessions.insert().values(
            token_sha256=token_sha256, person_id=person_id, expires_at=expires_at
        )
    )


async def person_of(transaction: Transaction, token_sha256: str, *, now: datetime) -> Person | None:
    """Whose session this is, until it is ended, and not after its time."""
    query = (
        sa.select(people)
        .join(sessions, sessions.c.person_id == people.c.id)
        .where(sessions.c.token_sha256 == token_sha256, sessions.c.expires_at > now, IS_ACTIVE)
    )
    return read_person((await transaction.execute(query)).first())


async def end(transaction: Transaction, token_sha256: str) -> None:
    await transaction.execute(sessions.delete().where(sessions.c.token_sha256 == token_sha256))


async def end_all(transaction: Transaction, person_id: str) -> None:
    """Every session of this person, in whatever browser."""
    await transaction.execute(sessions.delete().where(sessions.c.person_id == person_id))


async def forget(transaction: Transaction, *, before: datetime) -> None:
    """Delete those that ran out before that moment."""
    await transaction.execute(sessions.delete().where(sessions.c.expires_at < before))
