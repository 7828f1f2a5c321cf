"""The steps in migrations/versions, and what they refuse."""

from __future__ import annotations

import asyncio
from importlib import resources
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.database import migrate as steps
from services.database.engine import Database
from services.database.migrate import is_current, migrate
from services.database.schema import metadata
from services.errors import Stop
from tests.contract.store.conftest import Store


def _differences(connection: sa.Connection) -> Any:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return compare_metadata(context, metadata)


async def test_the_steps_lead_to_exactly_the_schema(empty_store: Store) -> None:
    """An empty database that was migrated has every table, column and index of the schema."""
    async with empty_store.open() as database:
        await migrate(database)
        async with database.read() as transaction:
            assert await transaction.run_sync(_differences) == []
        assert await is_current(database)


async def test_an_empty_database_is_not_current(empty_store: Store) -> None:
    """Before the first migration the database says that something has to be done."""
    async with empty_store.open() as database:
        assert not await is_current(database)


async def test_migrating_again_changes_nothing(empty_store: Store) -> None:
    """Every process migrates at its start; only the first has something to do."""
    async with empty_store.open() as database:
        await migrate(database)
        await migrate(database)
        assert await is_current(database)


async def test_two_processes_may_migrate_at_once(empty_store: Store) -> None:
    """Of two workers that start on an empty database, one migrates and both go on."""
    async with empty_store.open() as one, empty_store.open() as other:
        await asyncio.gather(migrate(one), migrate(other))
        assert await is_current(one)


async def test_a_newer_database_is_refused(store: Store) -> None:
    """A database of a later version stops this one with a sentence, unchanged."""
    async with store.open() as database:
        await _set_version(database, "9999")
        try:
            with pytest.raises(Stop, match="schema 9999"):
                await migrate(database)
            with pytest.raises(Stop, match="newer version"):
                await is_current(database)
        finally:
            await _set_version(database, steps.HEAD)


async def _set_version(database: Database, version: str) -> None:
    async with database.write() as transaction:
        await transaction.execute(
            sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version}
        )


def test_head_is_the_newest_step() -> None:
    """``HEAD`` names the newest file in migrations/versions, so that a start need not look."""
    folder = resources.files("services.database") / "migrations" / "versions"
    numbers = sorted(file.name[:4] for file in folder.iterdir() if file.name.endswith(".py"))
    assert numbers[-1] == steps.HEAD
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
