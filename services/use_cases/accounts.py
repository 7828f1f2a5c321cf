"""Members' accounts on networks: connect with consent, open for use, refresh before they expire."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from datetime import datetime, timedelta
from typing import TypeVar

from services.errors import NeedsPerson
from services.ports import Account, Network
from services.storage import audit, connections
from services.storage.audit import Entry
from services.storage.connections import Connection
from services.storage.database import Database
from services.vault import Vault

_T = TypeVar("_T")

#: A token that expires sooner than this is refreshed before it is used.
_REFRESH_BEFORE = timedelta(minutes=2)


class Accounts:
    """Opens stored connections as `Account`s. Callers hold the account's lease while they use it.

    ``calls`` is the bounded pool in which every blocking call to a network runs.
    """

    def __init__(
        self,
        *,
        database: Database,
        networks: Mapping[str, Network],
        vault: Vault,
        calls: Executor,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._networks = networks
        self._vault = vault
        self._calls = calls
        self._clock = clock

    def network(self, name: str) -> Network:
        """Raises NeedsPerson when no such network is configured."""
        try:
            return self._networks[name]
        except KeyError as error:
            raise NeedsPerson(
                f'the network "{name}" is not configured', remedy="Ask your administrator."
            ) from error

    async def call(self, function: Callable[..., _T], *arguments: object, **named: object) -> _T:
        """Run a blocking call to a network in the pool."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._calls, lambda: function(*arguments, **named))

    async def connect(
        self, ambassador_id: str, network: str, *, code: str, verifier: str | None, redirect: str
    ) -> Connection:
        """Finish an authorisation and store the connection. Raises NeedsPerson, RetryLater."""
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
        )
        async with self._database.write() as transaction:
            await connections.save(transaction, connection)
            await audit.add(
                transaction,
                [
                    Entry(
                        at=now,
                        actor=ambassador_id,
                        action="account.connected",
                        subject=ambassador_id,
                        detail={"network": network, "scopes": list(connection.scopes)},
                    )
                ],
            )
        return connection

    async def open(self, ambassador_id: str, network: str) -> Account:
        """The account, refreshed when it is about to expire.

        Raises NeedsPerson when it is not connected or has to be connected again; RetryLater when
        the network is away.
        """
        async with self._database.read() as transaction:
            stored = await connections.get(transaction, ambassador_id, network)
        if stored is None:
            raise NeedsPerson(f"{network} is not connected", remedy="Connect it again.")
        account = Account(
            network=network,
            member_id=stored.member_id,
            handle=stored.handle,
            tokens=self._vault.open(stored.tokens),
        )
        expires_at = account.tokens.expires_at
        if expires_at is None or expires_at - self._clock() > _REFRESH_BEFORE:
            return account
        if account.tokens.refresh is None and expires_at > self._clock():
            return account
        return await self.refresh(ambassador_id, account)

    async def refresh(self, ambassador_id: str, account: Account) -> Account:
        """Exchange the refresh token; the new pair is stored before it is used."""
        try:
            tokens = await self.call(self.network(account.network).refresh, account)
        except NeedsPerson as refusal:
            async with self._database.write() as transaction:
                await connections.mark_needs_person(
                    transaction, ambassador_id, account.network, str(refusal)
                )
            raise
        async with self._database.write() as transaction:
            await connections.save_tokens(
                transaction,
                ambassador_id,
                account.network,
                tokens=self._vault.seal(tokens),
                expires_at=tokens.expires_at,
            )
        return Account(
            network=account.network,
            member_id=account.member_id,
            handle=account.handle,
            tokens=tokens,
        )
