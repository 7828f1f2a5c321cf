"""Keys of other systems, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.database.engine import Database
from services.errors import NoSuch
from services.people.api_keys import key_of, make_key, revoke_key
from services.people.store import access
from tests.builders import NOW


async def test_a_key_works_until_it_is_revoked(database: Database) -> None:
    """It is found by what its holder sends; those that work are listed first, newest first."""
    async with database.write() as transaction:
        made = [
            await make_key(
                transaction,
                f"system {number}",
                {"figures", "events"},
                actor="ada",
                now=NOW + timedelta(hours=number),
            )
            for number in range(3)
        ]
        (_, oldest), (_, _), (newest, secret) = made
        assert await key_of(transaction, secret) == newest
        await revoke_key(transaction, newest.id, actor="ada", now=NOW)
        assert await key_of(transaction, secret) is None
        assert (await key_of(transaction, oldest)) == made[0][0]
        names = [key.name for key in await access.all_keys(transaction)]
        assert names == ["system 1", "system 0", "system 2"]
        for gone in (newest.id, "none"):
            with pytest.raises(NoSuch):
                await revoke_key(transaction, gone, actor="ada", now=NOW)
