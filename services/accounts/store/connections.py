"""Members' connections to networks, and leases of their accounts.

Tokens come and go encrypted; this module never sees them. A lease says which worker uses an account,
and until when; never two at once. Taking one never waits for another worker, so there is no deadlock.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.accounts.rules import Ending
from services.database.engine import in_key_order, is_one_of, replace
from services.database.schema import ambassadors, connections, people
from services.database.transaction import Transaction
from services.message import NOTHING, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """``tokens`` is ciphertext. ``needs_person`` says what the member has to do, or is empty.

    ``renewable``: there is a refresh token, so ``expires_at`` is not the end of the connection.
    """

    ambassador_id: str
    network: str
    member_id: str
    handle: str
    tokens: bytes
    scopes: tuple[str, ...]
    expires_at: datetime | None
    connected_at: datetime
    needs_person: Message = NOTHING
    renewable: bool = False


_FIELDS = [connections.c[name] for name in Connection.__dataclass_fields__]


async def save(transaction: Transaction, connection: Connection) -> None:
    """Connect, or connect again: everything about the old connection is replaced."""
    row = {name: getattr(connection, name) for name in Connection.__dataclass_fields__}
    anew = {"warned_days": None, "refreshing_by": None, "refreshing_until": None}
    await replace(transaction, connections, [row | anew | {"scopes": list(connection.scopes)}])


async def get(transaction: Transaction, ambassador_id: str, network: str) -> Connection | None:
    found = await transaction.execute(
        sa.select(*_FIELDS).where(
            connections.c.ambassador_id == ambassador_id, connections.c.network == network
        )
    )
    row = found.mappings().first()
    return None if row is None else Connection(**dict(row) | {"scopes": tuple(row["scopes"])})


async def get_many(
    transaction: Transaction, accounts: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Connection]:
    """The connections of these pairs of ambassador and network; missing ones are left out."""
    found = await transaction.execute(
        sa.select(*_FIELDS).where(
            sa.tuple_(connections.c.ambassador_id, connections.c.network).in_(sorted(accounts))
        )
    )
    return {
        (row["ambassador_id"], row["network"]): Connection(
            **dict(row) | {"scopes": tuple(row["scopes"])}
        )
        for row in found.mappings()
    }


async def of_ambassador(transaction: Transaction, ambassador_id: str) -> list[Connection]:
    """One person's connections, in the order of their networks' names."""
    rows = await transaction.execute(
        sa.select(*_FIELDS)
        .where(connections.c.ambassador_id == ambassador_id)
        .order_by(connections.c.network)
    )
    return [Connection(**dict(row) | {"scopes": tuple(row["scopes"])}) for row in rows.mappings()]


async def save_tokens(
    transaction: Transaction,
    ambassador_id: str,
    network: str,
    *,
    tokens: bytes,
    expires_at: datetime | None,
    renewable: bool,
) -> None:
    """Keep a refreshed pair; it has to be stored before it is used. Ends the refresh lease."""
    await transaction.execute(
        connections.update()
        .where(connections.c.ambassador_id == ambassador_id, connections.c.network == network)
        .values(
            tokens=tokens,
            expires_at=expires_at,
            renewable=renewable,
            needs_person=NOTHING,
            refreshing_by=None,
            refreshing_until=None,
        )
    )


async def begin_refresh(
    transaction: Transaction,
    ambassador_id: str,
    network: str,
    *,
    tokens: bytes,
    holder: str,
    now: datetime,
    until: datetime,
) -> bool:
    """Let ``holder`` alone refresh these very ``tokens``; False while another process does, or
    when they are not the stored ones any more.
    """
    taken = await transaction.execute(
        connections.update()
        .where(
            connections.c.ambassador_id == ambassador_id,
            connections.c.network == network,
            connections.c.tokens == tokens,
            sa.or_(connections.c.refreshing_until.is_(None), connections.c.refreshing_until < now),
        )
        .values(refreshing_by=holder, refreshing_until=until)
    )
    return bool(taken.rowcount)


async def end_refresh(
    transaction: Transaction, ambassador_id: str, network: str, *, holder: str
) -> None:
    """Let others try; another holder's lease stays."""
    await transaction.execute(
        connections.update()
        .where(
            connections.c.ambassador_id == ambassador_id,
            connections.c.network == network,
            connections.c.refreshing_by == holder,
        )
        .values(refreshing_by=None, refreshing_until=None)
    )


async def mark_needs_person(
    transaction: Transaction, ambassador_id: str, network: str, why: Message, *, tokens: bytes
) -> None:
    """Say it of the connection with these ``tokens``; one that was made meanwhile is another."""
    await transaction.execute(
        connections.update()
        .where(
            connections.c.ambassador_id == ambassador_id,
            connections.c.network == network,
            connections.c.tokens == tokens,
        )
        .values(needs_person=why)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A connection's ciphertext."""

    ambassador_id: str
    network: str
    tokens: bytes


async def sealed(transaction: Transaction) -> list[Sealed]:
    """Those of all connections."""
    rows = await transaction.execute(
        sa.select(connections.c.ambassador_id, connections.c.network, connections.c.tokens)
    )
    return [Sealed(**row) for row in rows.mappings()]


async def reseal(transaction: Transaction, fresh: Sequence[tuple[Sealed, bytes]]) -> None:
    """Keep the same tokens under another key; what was replaced meanwhile stays as it is."""
    if fresh:
        await transaction.execute(
            connections.update()
            .where(
                connections.c.ambassador_id == sa.bindparam("who"),
                connections.c.network == sa.bindparam("which"),
                connections.c.tokens == sa.bindparam("before"),
            )
            .values(tokens=sa.bindparam("after")),
            [
                {
                    "who": before.ambassador_id,
                    "which": before.network,
                    "before": before.tokens,
                    "after": after,
                }
                for before, after in sorted(
                    fresh, key=lambda each: (each[0].ambassador_id, each[0].network)
                )
            ],
        )


async def ending(transaction: Transaction, *, after: datetime, before: datetime) -> list[Ending]:
    """Connections that end between two moments and cannot be renewed, the earliest first."""
    rows = await transaction.execute(
        sa.select(
            connections.c.ambassador_id,
            connections.c.network,
            connections.c.expires_at,
            connections.c.warned_days,
            people.c.email,
            people.c.name,
            people.c.language,
        )
        .join(people, people.c.id == connections.c.ambassador_id)
        .where(
            connections.c.expires_at > after,
            connections.c.expires_at <= before,
            connections.c.renewable.is_(sa.false()),
        )
        .order_by(connections.c.expires_at, connections.c.ambassador_id, connections.c.network)
    )
    return [Ending(**row) for row in rows.mappings()]


async def set_warned(
    transaction: Transaction, ending: Ending, *, before: int | None, after: int | None
) -> bool:
    """Change the threshold of their last warning; False when it is not ``before`` any more."""
    changed = await transaction.execute(
        connections.update()
        .where(
            connections.c.ambassador_id == ending.ambassador_id,
            connections.c.network == ending.network,
            connections.c.expires_at == ending.expires_at,
            connections.c.warned_days.is_not_distinct_from(before),
        )
        .values(warned_days=after)
    )
    return bool(changed.rowcount)


async def networks_of(
    transaction: Transaction, ambassador_ids: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """The connected networks of each of these people; people without one are left out."""
    found: dict[str, tuple[str, ...]] = {}
    rows = await transaction.execute(
        sa.select(connections.c.ambassador_id, connections.c.network)
        .where(is_one_of(transaction, connections.c.ambassador_id, ambassador_ids))
        .order_by(connections.c.ambassador_id, connections.c.network)
    )
    for row in rows:
        found[row.ambassador_id] = (*found.get(row.ambassador_id, ()), row.network)
    return found


async def remove(transaction: Transaction, ambassador_id: str, network: str) -> None:
    await transaction.execute(
        connections.delete().where(
            connections.c.ambassador_id == ambassador_id, connections.c.network == network
        )
    )


async def unconnected(transaction: Transaction, network: str, *, limit: int) -> list[str]:
    """Ambassadors without a connection to ``network``."""
    connected = sa.select(connections.c.ambassador_id).where(connections.c.network == network)
    query = sa.select(ambassadors.c.id).where(ambassadors.c.id.not_in(connected)).limit(limit)
    return list((await transaction.scalars(query)).all())


#: (ambassador id, network).
Account = tuple[str, str]

_ACCOUNT = sa.tuple_(connections.c.ambassador_id, connections.c.network)


async def free_accounts(
    transaction: Transaction, accounts: Collection[Account], *, now: datetime
) -> set[Account]:
    """Return the accounts without a lease; none is leased before this transaction ends.

    An account that is not connected is free: the caller finds that out.
    """
    if not accounts:
        return set()
    columns = (connections.c.ambassador_id, connections.c.network)
    wanted = _ACCOUNT.in_(sorted(accounts))
    is_free = sa.or_(connections.c.leased_until.is_(None), connections.c.leased_until < now)
    found = await transaction.execute(
        sa.select(*columns).where(wanted, is_free).with_for_update(skip_locked=True, key_share=True)
    )
    connected = await transaction.execute(sa.select(*columns).where(wanted))
    return {(row.ambassador_id, row.network) for row in found} | (
        set(accounts) - {(row.ambassador_id, row.network) for row in connected}
    )


async def lease(
    transaction: Transaction, accounts: Collection[Account], *, worker: str, until: datetime
) -> None:
    """Lease accounts that were found free in this transaction."""
    held = (
        sa.select(connections.c.ambassador_id, connections.c.network)
        .where(_ACCOUNT.in_(sorted(accounts)))
        # Held already, unless one was connected since.
        .with_for_update(skip_locked=True, key_share=True)
    )
    await transaction.execute(
        connections.update().where(_ACCOUNT.in_(held)).values(leased_by=worker, leased_until=until)
    )


async def release(transaction: Transaction, accounts: Collection[Account], *, worker: str) -> None:
    """End ``worker``'s leases; another's stay."""
    theirs = in_key_order(
        connections, _ACCOUNT.in_(sorted(accounts)), connections.c.leased_by == worker
    )
    await transaction.execute(
        connections.update().where(theirs).values(leased_by=None, leased_until=None)
    )
