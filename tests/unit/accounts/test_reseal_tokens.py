"""A rotation of keys reaches what is stored, so that the old key can be taken out."""

from __future__ import annotations

from services.accounts.reseal_tokens import reseal_tokens, under_older_keys
from services.accounts.store import connections
from services.accounts.store.connections import Connection
from services.vault import Vault, new_key
from tests.builders import ambassador
from tests.unit.conftest import Desk


async def _held(desk: Desk, number: int) -> Connection:
    async with desk.database.read() as transaction:
        found = await connections.get(transaction, ambassador(number).id, "linkedin")
    assert found is not None
    return found


async def test_every_connection_comes_under_the_newest_key(desk: Desk) -> None:
    """Nothing else of it changes, and the next look finds nothing to do."""
    old, new = new_key(), new_key()
    desk.vault = Vault([old])
    await desk.prepare(people=3)
    before = await _held(desk, 1)
    assert await reseal_tokens(desk.database, Vault([old])) == 0
    rotated = Vault([new, old])
    assert len(await under_older_keys(desk.database, rotated)) == 3
    assert await reseal_tokens(desk.database, rotated) == 3
    after = await _held(desk, 1)
    assert Vault([new]).open(after.tokens) == Vault([old]).open(before.tokens)
    assert str(after.needs_person) == str(before.needs_person) == ""
    assert await reseal_tokens(desk.database, rotated) == 0
    assert await under_older_keys(desk.database, rotated) == []


async def test_what_no_key_opens_stays(desk: Desk) -> None:
    """The key may come back."""
    lost = new_key()
    desk.vault = Vault([lost])
    await desk.prepare()
    assert await reseal_tokens(desk.database, Vault([new_key(), new_key()])) == 0
    assert Vault([lost]).open((await _held(desk, 1)).tokens).access == "a0"
