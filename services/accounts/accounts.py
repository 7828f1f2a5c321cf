"""Members' accounts on networks: connect with consent, open for use, refresh before they expire; and what
networks charge for besides posts, counted as their answers come in and kept.

By our own count, and at most what is due: X charges a thing that is read twice on one day (UTC)
once, and here it counts twice.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeVar
from uuid import uuid4

from services.accounts.store import charges, connections
from services.accounts.store.connections import Connection
from services.database.engine import Database
from services.database.record import record
from services.errors import AccessInDoubt, NeedsNewAccess, NeedsPerson, Rejected, RetryLater
from services.message import NOTHING, Message, NetworkName, message
from services.ports import Account, Network
from services.price import Prices
from services.vault import Vault


class BilledUnits:
    """Of one process. Connectors count from any thread; what was counted waits to be stored."""

    def __init__(self, prices: Mapping[str, Prices]) -> None:
        self._prices = prices
        self._lock = Lock()
        self._waiting: Counter[tuple[str, str, int]] = Counter()

    def count(self, network: str, unit: str, number: int) -> None:
        """A `services.ports.Meter` of this network; what it does not charge for is not counted."""
        prices = self._prices.get(network)
        each = 0 if prices is None else prices.charge_unit(unit)
        if each and number > 0:
            with self._lock:
                self._waiting[network, unit, each] += number

    async def store(self, database: Database) -> None:
        """Raises RetryLater when the database is away; what was counted is stored another time."""
        with self._lock:
            taken, self._waiting = self._waiting, Counter()
        if not taken:
            return
        try:
            async with database.write() as transaction:
                await charges.add_units(transaction, taken)
        except BaseException:
            with self._lock:
                self._waiting += taken
            raise


_T = TypeVar("_T")

#: A token that expires sooner than this is refreshed before it is used.
_REFRESH_BEFORE = timedelta(minutes=2)
#: Longer than any call to a network takes; a process that died while refreshing loses it then.
_LEASE = timedelta(seconds=60)
#: Seconds between two looks at whether somebody else's refresh is done.
_LOOK_AGAIN = 0.05


class Accounts:
    """Opens stored connections as `Account`s. Callers hold the account's lease while they use it.

    ``calls`` is the bounded pool in which every blocking call to a network runs; ``billed`` is what
    the networks count in it.
    """

    def __init__(
        self,
        *,
        database: Database,
        networks: Mapping[str, Network],
        vault: Vault,
        calls: Executor,
        clock: Callable[[], datetime],
        billed: BilledUnits | None = None,
    ) -> None:
        self._database = database
        self._networks = networks
        self._vault = vault
        self._calls = calls
        self._clock = clock
        self._billed = billed or BilledUnits({})

    def network(self, name: str) -> Network:
        """Raises NeedsPerson when it is switched off, or its connector was taken away."""
        try:
            return self._networks[name]
        except KeyError as error:
            raise NeedsPerson(
                message("network.off", "{network} is switched off here", network=NetworkName(name)),
                remedy=message("do.ask-administrator", "Ask your administrator."),
            ) from error

    async def call(self, function: Callable[..., _T], *arguments: object, **named: object) -> _T:
        """Run a blocking call to a network in the pool."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._calls, lambda: function(*arguments, **named))

    async def call_with_access(
        self,
        ambassador_id: str,
        account: Account,
        call: Callable[[Account], _T],
        *,
        is_late: Callable[[], bool] = lambda: False,
    ) -> _T:
        """As `call`; access that died early (revoked elsewhere, clocks apart), or may have, is
        renewed, once.

        Where it cannot be renewed, its person gets a notice. Raises AccessInDoubt when the network does
        not say that it ended, and RetryLater when ``is_late`` says so by then; nothing was called.
        """
        try:
            return await self.call(call, account)
        except (NeedsNewAccess, AccessInDoubt) as refused:
            fresh = await self.renew(ambassador_id, account, refused)
            if is_late():
                raise RetryLater(
                    message("connection.renewed-slowly", "the access was renewed, which took long"),
                    after=0,
                ) from None
            return await self.call(call, fresh)

    async def renew(
        self, ambassador_id: str, account: Account, refused: NeedsNewAccess | AccessInDoubt
    ) -> Account:
        """As `refresh`, for an access that was ``refused``; raises that where there is nothing to
        renew, and says it on the person's pages where the network said that the access ended. It is
        tried all the same: it may have been a blip."""
        if account.tokens.refresh is not None:
            return await self.refresh(ambassador_id, account)
        stored = await self._stored(ambassador_id, account.network)
        is_current = self._account(stored).tokens.access == account.tokens.access
        if is_current and isinstance(refused, NeedsNewAccess):
            await self._mark(stored, refused.message)
        raise refused

    async def note_works(self, stored: Connection) -> None:
        """Record a successful call: withdraw the notice to its person."""
        if stored.needs_person:
            await self._mark(stored, NOTHING)

    async def _mark(self, stored: Connection, why: Message) -> None:
        place = (stored.ambassador_id, stored.network)
        async with self._database.write() as transaction:
            await connections.mark_needs_person(transaction, *place, why, tokens=stored.tokens)

    async def store_billed(self) -> None:
        """Keep what the networks charge for. Raises RetryLater when the database is away."""
        await self._billed.store(self._database)

    async def connect(
        self, ambassador_id: str, network: str, *, code: str, verifier: str | None, redirect: str
    ) -> Connection:
        """Finish an authorisation and store the connection.

        Raises NeedsPerson, RetryLater; what was connected before then stays as it was. So it does
        when the new consent allows less than a connection that still works.
        """
        account = await self.call(
            self.network(network).connect, code=code, verifier=verifier, redirect_uri=redirect
        )
        now = self._clock()
        connection = Connection(
            ambassador_id=ambassador_id,
            network=network,
            member_id=account.member_id,
            handle=account.handle,
            tokens=self._vault.seal(account.tokens),
            scopes=tuple(sorted(account.tokens.scopes)),
            expires_at=account.tokens.expires_at,
            connected_at=now,
            renewable=account.tokens.refresh is not None,
        )
        async with self._database.write() as transaction:
            before = await connections.get(transaction, ambassador_id, network)
            if before is not None and _is_narrower(connection, before, now):
                raise NeedsPerson(
                    message(
                        "connection.allows-less",
                        "the new consent allows less than the connection that you have, which stays",
                    ),
                    remedy=message(
                        "do.connect-with-all-permissions",
                        "Connect it again and leave all permissions on.",
                    ),
                )
            await connections.save(transaction, connection)
            await record(
                transaction,
                "account.connected",
                ambassador_id,
                actor=ambassador_id,
                now=now,
                network=network,
                scopes=list(connection.scopes),
            )
        with suppress(RetryLater):  # it is kept, and stored another time
            await self.store_billed()
        return connection

    async def disconnect(
        self, ambassador_id: str, network: str, *, actor: str | None = None
    ) -> bool:
        """Delete the tokens, and withdraw them at the network; ``actor`` None: its own person.

        They are deleted also when the network refuses. False: it may still honour them, so the person
        has to remove us in the network's own settings as well.
        """
        now, actor = self._clock(), actor or ambassador_id
        async with self._database.write() as transaction:
            stored = await connections.get(transaction, ambassador_id, network)
            if stored is None:
                return True
            await connections.remove(transaction, ambassador_id, network)
            action = "account.disconnected"
            await record(transaction, action, ambassador_id, actor=actor, now=now, network=network)
        withdrawn = await self._withdraw(stored)
        now, action = self._clock(), "account.revoked" if withdrawn else "account.not_revoked"
        async with self._database.write() as transaction:
            await record(transaction, action, ambassador_id, actor=actor, now=now, network=network)
        return withdrawn

    async def _withdraw(self, stored: Connection) -> bool:
        try:
            await self.call(self.network(stored.network).revoke, self._account(stored))
        except (RetryLater, NeedsPerson, Rejected):
            return False
        return True

    async def open(self, ambassador_id: str, network: str) -> Account:
        """The account, refreshed when it is about to expire.

        Raises NeedsPerson when it is not connected or has to be connected again; RetryLater when
        the network is away.
        """
        return await self.open_stored(await self._stored(ambassador_id, network))

    async def open_stored(self, stored: Connection) -> Account:
        """As `open`, for a connection that was read a moment ago under the account's lease."""
        account = self._account(stored)
        expires_at = account.tokens.expires_at
        if expires_at is None or expires_at - self._clock() > _REFRESH_BEFORE:
            return account
        if account.tokens.refresh is None and expires_at > self._clock():
            return account
        return await self.refresh(stored.ambassador_id, account)

    async def refresh(self, ambassador_id: str, account: Account) -> Account:
        """Exchange the refresh token once, however many processes ask for it at the same time.

        The new pair is stored before it is used; other callers wait for it. Raises
        NeedsPerson when the member has to connect again, RetryLater when the network is away.
        """
        holder = str(uuid4())
        deadline = time.monotonic() + _LEASE.total_seconds()
        while True:
            stored = await self._stored(ambassador_id, account.network)
            current = self._account(stored)
            if current.tokens.access != account.tokens.access:
                return current  # somebody else refreshed it
            async with self._database.write() as transaction:
                now = self._clock()
                begun = await connections.begin_refresh(
                    transaction,
                    ambassador_id,
                    account.network,
                    tokens=stored.tokens,
                    holder=holder,
                    now=now,
                    until=now + _LEASE,
                )
            if begun:
                # A caller that is cancelled must not take a pair along that was never stored.
                work = asyncio.create_task(self._refresh_as(holder, ambassador_id, current))
                return await asyncio.shield(work)
            if time.monotonic() > deadline:
                raise RetryLater(
                    message(
                        "connection.being-renewed",
                        "{network} is being renewed by somebody else",
                        network=NetworkName(account.network),
                    )
                )
            await asyncio.sleep(_LOOK_AGAIN)

    async def _refresh_as(self, holder: str, ambassador_id: str, account: Account) -> Account:
        """Refresh while ``holder`` has the lease, and end it."""
        place = (ambassador_id, account.network)
        try:
            tokens = await self.call(self.network(account.network).refresh, account)
        except Exception as failure:
            stored = await self._stored(*place)
            current = self._account(stored)
            overtaken = current.tokens.access != account.tokens.access
            async with self._database.write() as transaction:
                await connections.end_refresh(transaction, *place, holder=holder)
                if isinstance(failure, NeedsPerson) and not overtaken:
                    await connections.mark_needs_person(
                        transaction, *place, failure.message, tokens=stored.tokens
                    )
            if overtaken:
                return current  # refused because somebody else had spent the token
            raise
        async with self._database.write() as transaction:
            await connections.save_tokens(
                transaction,
                *place,
                tokens=self._vault.seal(tokens),
                expires_at=tokens.expires_at,
                renewable=tokens.refresh is not None,
            )
        return replace(account, tokens=tokens)

    async def _stored(self, ambassador_id: str, network: str) -> Connection:
        async with self._database.read() as transaction:
            stored = await connections.get(transaction, ambassador_id, network)
        if stored is None:
            raise NeedsPerson(
                message(
                    "network.not-connected",
                    "{network} is not connected",
                    network=NetworkName(network),
                ),
                remedy=message("do.connect-again", "Connect it again."),
            )
        return stored

    def _account(self, stored: Connection) -> Account:
        return Account(
            network=stored.network,
            member_id=stored.member_id,
            handle=stored.handle,
            tokens=self._vault.open(stored.tokens),
        )


def _is_narrower(new: Connection, old: Connection, now: datetime) -> bool:
    """Whether ``new`` would lose something of an account's connection that still works."""
    works = not old.needs_person and (
        old.renewable or old.expires_at is None or old.expires_at > now
    )
    loses = not set(new.scopes) >= set(old.scopes) or (old.renewable and not new.renewable)
    return works and loses and new.member_id == old.member_id
