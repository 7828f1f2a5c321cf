"""What networks charge, kept by price."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.accounts.accounts import BilledUnits
from services.accounts.store import charges
from services.accounts.store.charges import UnitCharge
from services.database.engine import Database
from services.errors import RetryLater
from services.price import X_PRICES


async def test_units_add_up_by_network_unit_and_price(database: Database) -> None:
    """A price that changes begins a line of its own, so that the sum stays true."""
    reads = ("x", "post_read", 5_000)
    async with database.write() as transaction:
        await charges.add_units(transaction, {reads: 100, ("x", "user_read", 10_000): 1})
        await charges.add_units(transaction, {reads: 3, ("x", "post_read", 4_000): 7})
    async with database.read() as transaction:
        assert [
            (one.unit, one.number, one.each) for one in await charges.of_units(transaction)
        ] == [
            ("post_read", 7, 4_000),
            ("post_read", 103, 5_000),
            ("user_read", 1, 10_000),
        ]
        assert ("x", "post_read", 103 * 5_000) in await charges.totals(transaction)


async def test_only_what_has_a_price_is_counted(database: Database) -> None:
    """Each unit is stored once, and networks that charge nothing leave no trace."""
    billed = BilledUnits({"x": X_PRICES})
    billed.count("x", "post_read", 2)
    billed.count("x", "post_read", 0)
    billed.count("x", "unheard_of", 5)
    billed.count("mastodon", "post_read", 5)
    await billed.store(database)
    await billed.store(database)
    async with database.read() as transaction:
        assert await charges.of_units(transaction) == [
            UnitCharge(network="x", unit="post_read", number=2, each=5_000)
        ]


async def test_what_cannot_be_stored_now_is_stored_later(
    database: Database, tmp_path: Path
) -> None:
    """A database that is away loses no unit."""
    billed = BilledUnits({"x": X_PRICES})
    billed.count("x", "post_read", 2)
    (tmp_path / "a folder").mkdir()
    away = Database.open(f"sqlite+aiosqlite:///{tmp_path}/a folder")
    with pytest.raises(RetryLater):
        await billed.store(away)
    await away.close()
    billed.count("x", "post_read", 1)
    await billed.store(database)
    async with database.read() as transaction:
        assert [one.number for one in await charges.of_units(transaction)] == [3]
