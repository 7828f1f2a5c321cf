"""Sign in by a link, and stay signed in until the session is ended; both are kept as hashes. The operator
lets people in by a link as well, and that is remembered.

Asking for links and trying them is limited, the same in every process. Of a person few asks in an
hour are meant; their mailbox is not to be flooded. Behind one address may be an office full of
people on the morning they are all invited, or everybody, where a reverse proxy is not named
(`zwaan doctor` asks for it): so a client gets far more than a person. No address is stored: counts
are kept under a hash, keyed with the installation's secret and the period of the count: it identifies
no one, differs every few minutes, and is deleted within hours.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from services.accounts.rules import Limit
from services.database.engine import Database, take_turns
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import RetryLater
from services.identity import ambassador_id
from services.message import message_n
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
    """Return whether a link was made within `PAUSE`: then no other is mailed."""
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
    """Sign this person out in every browser; unused links stop working."""
    await access.end_sessions(transaction, person_id)
    await access.end_sign_in_links(transaction, person_id)
    await record(transaction, "person.signed_out", person_id, actor=actor, now=now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


_MINUTE = timedelta(minutes=1)

#: Asking for a link: for one e-mail address by all clients, and from one client.
ASKS_OF_ADDRESS = Limit(calls=5, window=60 * _MINUTE, bucket=5 * _MINUTE)
ASKS_OF_CLIENT = Limit(calls=100, window=10 * _MINUTE, bucket=_MINUTE)
#: Trying links: those of one person by all clients, and wrong ones from one client.
TRIES_OF_ADDRESS = Limit(calls=30, window=10 * _MINUTE, bucket=_MINUTE)
TRIES_OF_CLIENT = Limit(calls=100, window=10 * _MINUTE, bucket=_MINUTE)


def client_of(address: str) -> str:
    """Return the client behind an IP address. An IPv6 network of 64 bits is one household or machine."""
    try:
        found = ip_address(address)
    except ValueError:
        return address  # of a socket without addresses, or of a proxy with names of its own
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((found.packed[:8] + bytes(8), 64)))


#: Longer than any of the limits looks back.
TRIES_MEMORY = timedelta(hours=2)


class TooOften(RetryLater):
    """More attempts than one person or client may make; ``after`` is when the limit ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Where a request comes from. ``address`` is counted by, and then forgotten."""

    secret: str = field(repr=False)
    address: str = field(repr=False)
    now: datetime


@dataclass(frozen=True, slots=True)
class _Count:
    """What one limit counts, under which name."""

    limit: Limit
    what: str
    name: str

    def key(self, asker: Asker, bucket_at: datetime) -> str:
        said = f"{self.what}\x1f{self.name}\x1f{bucket_at.isoformat()}"
        secret = f"sign-in tries\x1f{asker.secret}".encode()
        return hmac.new(secret, said.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


async def count_ask(database: Database, email: str, asker: Asker) -> None:
    """A link is asked for, for an address that may be known or not. Raises TooOften."""
    counts = [
        _Count(ASKS_OF_ADDRESS, "ask of address", ambassador_id(email)),
        _Count(ASKS_OF_CLIENT, "ask of client", client_of(asker.address)),
    ]
    async with database.read() as transaction:
        # A flood that is refused does not delay transactions that write.
        await _check(transaction, counts, asker)
    async with database.write() as transaction:
        await _take(transaction, counts, asker)


async def check_tries(transaction: Transaction, asker: Asker) -> None:
    """Raises TooOften for who tried too many wrong links, so that nothing has to be written."""
    await _check(transaction, [_wrong(asker)], asker)


async def try_link(
    transaction: Transaction, token: str, asker: Asker, *, use: bool
) -> Person | None:
    """As `whose_link`, or `use_link`. Raises TooOften, and then the link is not used.

    Who tried too many wrong links learns nothing of a right one either.
    """
    wrong = _wrong(asker)
    await _check(transaction, [wrong], asker)
    person = await whose_link(transaction, token, now=asker.now)
    if person is None:
        await _take(transaction, [wrong], asker)
        return None
    await _take(transaction, [_Count(TRIES_OF_ADDRESS, "try of address", person.id)], asker)
    return await use_link(transaction, token, now=asker.now) if use else person


def _wrong(asker: Asker) -> _Count:
    return _Count(TRIES_OF_CLIENT, "try of client", client_of(asker.address))


async def _take(transaction: Transaction, counts: Sequence[_Count], asker: Asker) -> None:
    """Count one of each, or none at all. Raises TooOften.

    Others that count the same wait until this transaction ends.
    """
    for each in sorted(counts, key=lambda one: (one.what, one.name)):
        await take_turns(transaction, each.what, each.name)
    await _check(transaction, counts, asker)
    for each in counts:
        bucket_at = each.limit.bucket_of(asker.now)
        await access.count_try(transaction, each.key(asker, bucket_at), bucket_at=bucket_at)


async def _check(transaction: Transaction, counts: Sequence[_Count], asker: Asker) -> None:
    free_at = asker.now
    for each in counts:
        buckets = {each.key(asker, at): at for at in each.limit.buckets(asker.now)}
        found = await access.counted_tries(transaction, buckets)
        used = {buckets[key]: tries for key, tries in found.items()}
        free_at = max(free_at, each.limit.free_at(used, asker.now))
    if free_at > asker.now:
        seconds = (free_at - asker.now).total_seconds()
        raise TooOften(
            message_n(
                "sign-in.too-often",
                "that was often in a short time; try again in {n} minute",
                "that was often in a short time; try again in {n} minutes",
                math.ceil(seconds / 60),
            ),
            after=seconds,
        )
