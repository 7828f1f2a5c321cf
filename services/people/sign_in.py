"""Sign in by a link, and stay signed in until the session is ended; both are kept as hashes.

The operator lets people in by a link as well, and that is remembered.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from services.database.record import record
from services.database.transaction import Transaction
from services.people.store import access
from services.people.store.people import Person

#: How long a link waits to be used. Opening it is no use yet: mail scanners open links first.
LIFETIME = timedelta(days=2)
#: Anybody may ask for somebody's link by mail; this keeps a mailbox from being flooded.
PAUSE = timedelta(minutes=1)
#: How long a session lasts; the cookie as long.
SESSION = timedelta(days=14)


async def make_link(
    transaction: Transaction, person_id: str, *, base_url: str, now: datetime
) -> str:
    """The address that signs this person in."""
    token = secrets.token_urlsafe(24)
    await access.add_sign_in_link(
        transaction, token_sha256=_digest(token), person_id=person_id, expires_at=now + LIFETIME
    )
    return f"{base_url}/sign-in/{token}"


async def admit_by_link(
    transaction: Transaction,
    person_id: str,
    *,
    actor: str,
    roles: Sequence[str],
    base_url: str,
    now: datetime,
) -> str:
    """A sign-in link that ``actor`` hands over; ``roles`` are those given with it."""
    detail = {"roles": ", ".join(sorted(roles))} if roles else {}
    await record(transaction, "person.link_made", person_id, actor=actor, now=now, **detail)
    return await make_link(transaction, person_id, base_url=base_url, now=now)


async def was_just_made(transaction: Transaction, person_id: str, *, now: datetime) -> bool:
    """Whether a link was made within `PAUSE`: then no other is mailed, whoever asks for it."""
    expires_after = now + LIFETIME - PAUSE
    return await access.has_sign_in_link(transaction, person_id, expires_after=expires_after)


async def whose_link(transaction: Transaction, token: str, *, now: datetime) -> Person | None:
    """The person whose link this is, or None when it is unknown, used or too old."""
    return await access.person_of_link(transaction, token_sha256=_digest(token), now=now)


async def use_link(transaction: Transaction, token: str, *, now: datetime) -> Person | None:
    """As `whose_link`; after this the link is used."""
    return await access.use_sign_in_link(transaction, token_sha256=_digest(token), now=now)


async def begin_session(transaction: Transaction, person_id: str, *, now: datetime) -> str:
    """The token by which a browser is known as this person's from now on."""
    token = secrets.token_urlsafe(24)
    await access.add_session(
        transaction, token_sha256=_digest(token), person_id=person_id, expires_at=now + SESSION
    )
    return token


async def whose_session(transaction: Transaction, token: str, *, now: datetime) -> Person | None:
    """The person who is signed in, or None when the session was ended or is too old."""
    return await access.person_of_session(transaction, _digest(token), now=now)


async def end_session(transaction: Transaction, token: str) -> None:
    """Sign out one browser, and every copy of its cookie."""
    await access.end_session(transaction, _digest(token))


async def end_all_access(
    transaction: Transaction, person_id: str, *, actor: str, now: datetime
) -> None:
    """Sign this person out in every browser; links that nobody used yet work no more."""
    await access.end_sessions(transaction, person_id)
    await access.end_sign_in_links(transaction, person_id)
    await record(transaction, "person.signed_out", person_id, actor=actor, now=now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
