"""Connections: refreshed once, never lost to a blip or a worse consent, withdrawn everywhere."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from services.accounts.store import connections
from services.accounts.store.connections import Connection
from services.database import audit
from services.errors import NeedsPerson, RetryLater
from services.message import said
from services.ports import Account, Tokens
from tests.scripted_network import ScriptedNetwork
from tests.unit.conftest import Desk

HERE = "linkedin"


async def connected(desk: Desk, **changes: object) -> str:
    (draft,) = await desk.prepare(expires_at=desk.now + timedelta(minutes=1))
    stored = await kept(desk, draft.ambassador_id)
    async with desk.database.write() as transaction:
        await connections.save(transaction, replace(stored, renewable=True, **changes))
    return draft.ambassador_id


async def kept(desk: Desk, who: str) -> Connection:
    async with desk.database.read() as transaction:
        stored = await connections.get(transaction, who, HERE)
    assert stored is not None
    return stored


async def actions(desk: Desk, who: str) -> list[str]:
    async with desk.database.read() as transaction:
        return [entry.action for entry in await audit.of(transaction, who)]


class Consenting(ScriptedNetwork):
    """Its next consent gives these tokens to this member."""

    def __init__(self, tokens: Tokens, member_id: str) -> None:
        super().__init__()
        self.account = Account(network=HERE, member_id=member_id, handle="anna", tokens=tokens)

    def connect(self, *, code: str, **_: object) -> Account:  # type: ignore[override]
        if code == "refused":
            raise NeedsPerson(said("the consent was refused"), remedy=said("Connect again."))
        if code == "away":
            raise RetryLater(said("the network is away"))
        return self.account


def consent_to(desk: Desk, tokens: Tokens, member_id: str) -> None:
    desk.accounts._networks = {HERE: Consenting(tokens, member_id)}


async def connect(desk: Desk, who: str, code: str = "good") -> None:
    await desk.accounts.connect(who, HERE, code=code, verifier=None, redirect="https://z/cb")


# --- refreshing ---------------------------------------------------------------------------------


async def test_twenty_callers_make_one_refresh(desk: Desk) -> None:
    """A caller that comes while a pair is being renewed waits for it, and all get the same new one."""
    who = await connected(desk)
    accounts = await asyncio.gather(*(desk.accounts.open(who, HERE) for _ in range(20)))
    assert desk.network.calls == ["refresh"]
    assert {account.tokens.access for account in accounts} == {"a1"}
    assert desk.vault.open((await kept(desk, who)).tokens).refresh == "r1"


async def test_a_refusal_after_another_refresh_is_ignored(desk: Desk) -> None:
    """When the stored pair is another one by then, that one is used and no one is disconnected."""
    who = await connected(desk)
    fresh = Tokens(access="other", refresh="r9", expires_at=desk.now + timedelta(days=1))

    def refused_meanwhile(account: Account) -> Tokens:
        async def store() -> None:
            async with desk.database.write() as transaction:
                await connections.save_tokens(
                    transaction,
                    who,
                    HERE,
                    tokens=desk.vault.seal(fresh),
                    expires_at=fresh.expires_at,
                    renewable=True,
                )

        asyncio.run_coroutine_threadsafe(store(), loop).result(60)
        raise NeedsPerson(said("the refresh token was used before"))

    loop = asyncio.get_running_loop()
    desk.network.refresh = refused_meanwhile  # type: ignore[method-assign]
    account = await desk.accounts.open(who, HERE)
    assert account.tokens == fresh
    assert str((await kept(desk, who)).needs_person) == ""


@pytest.mark.parametrize("blip", [RetryLater(said("away")), ConnectionError("a defect")])
async def test_a_blip_leaves_the_account_connected(desk: Desk, blip: Exception) -> None:
    """After a refresh that failed for a while the same pair is tried again, at once."""
    who = await connected(desk)
    before = await kept(desk, who)
    desk.network.refreshing = [blip]
    with pytest.raises(type(blip)):
        await desk.accounts.open(who, HERE)
    assert await kept(desk, who) == before
    assert (await desk.accounts.open(who, HERE)).tokens.access == "a1"


async def test_a_caller_that_is_cancelled_loses_no_pair(desk: Desk) -> None:
    """The network has spent the old token; the new pair is stored also when no caller waits for it."""
    who = await connected(desk)
    begun, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    refresh = desk.network.refresh

    def slow(account: Account) -> Tokens:
        loop.call_soon_threadsafe(begun.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(60)
        return refresh(account)

    desk.network.refresh = slow  # type: ignore[method-assign]
    caller = asyncio.create_task(desk.accounts.open(who, HERE))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    async with asyncio.timeout(60):
        while desk.vault.open((await kept(desk, who)).tokens).refresh != "r1":
            await asyncio.sleep(0.01)


# --- connecting again ---------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "error"), [("refused", NeedsPerson), ("away", RetryLater)])
async def test_a_failed_reconnect_keeps_what_there_was(
    desk: Desk, code: str, error: type[Exception]
) -> None:
    """Nothing of the connection changes before a new one is there."""
    who = await connected(desk)
    before = await kept(desk, who)
    consent_to(desk, Tokens(access="new"), before.member_id)
    with pytest.raises(error):
        await connect(desk, who, code)
    assert await kept(desk, who) == before


@pytest.mark.parametrize(
    "worse",
    [
        Tokens(access="new", refresh="r", scopes=frozenset({"openid"})),
        Tokens(access="new", scopes=frozenset({"openid", "w_member_social"})),
    ],
    ids=["fewer permissions", "no refresh token"],
)
async def test_a_worse_reconnect_keeps_what_works(desk: Desk, worse: Tokens) -> None:
    """A consent that allows less than a working connection is refused, and the old one stays."""
    who = await connected(desk)
    before = await kept(desk, who)
    consent_to(desk, worse, before.member_id)
    with pytest.raises(NeedsPerson, match="which stays"):
        await connect(desk, who)
    assert await kept(desk, who) == before


async def test_a_worse_consent_is_better_than_a_dead_connection(desk: Desk) -> None:
    """Where the old connection no longer works, the new one replaces it."""
    who = await connected(desk, needs_person="consent was withdrawn")
    member = (await kept(desk, who)).member_id
    consent_to(desk, Tokens(access="new", scopes=frozenset({"openid"})), member)
    await connect(desk, who)
    stored = await kept(desk, who)
    assert (stored.scopes, str(stored.needs_person), stored.renewable) == (("openid",), "", False)


# --- withdrawing --------------------------------------------------------------------------------


async def test_withdrawing_revokes_and_deletes(desk: Desk) -> None:
    """The tokens are withdrawn at the network, deleted here, and both are written down."""
    who = await connected(desk)
    assert await desk.accounts.disconnect(who, HERE)
    assert desk.network.revoked == ["a0"]
    async with desk.database.read() as transaction:
        assert await connections.get(transaction, who, HERE) is None
    assert await actions(desk, who) == ["account.disconnected", "account.revoked"]
    assert await desk.accounts.disconnect(who, HERE), "there is nothing left to withdraw"


async def test_withdrawing_deletes_even_when_the_network_is_away(desk: Desk) -> None:
    """The person's will counts here at once; they hear that the network may not know yet."""
    who = await connected(desk)
    desk.network.revoking = [RetryLater(said("away"))]
    assert not await desk.accounts.disconnect(who, HERE)
    async with desk.database.read() as transaction:
        assert await connections.get(transaction, who, HERE) is None
    assert await actions(desk, who) == ["account.disconnected", "account.not_revoked"]
