"""Bring a database to the schema of this code.

To make a new step after changing `services.database.schema`:
``python -m services.database.migrate "what changed"``.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path

import sqlalchemy as sa

from services.database.engine import Database, take_turns
from services.database.transaction import Transaction
from services.errors import RetryLater, Stop
from services.message import advised, message

#: The newest step in ``migrations/versions``; a test keeps it true.
HEAD = "0016"


async def migrate(database: Database) -> None:
    """Apply the steps that are missing. Raises Stop when the database is newer than this code."""
    async with database.write() as transaction:
        await take_turns(transaction, "migrate")
        current = await _current(transaction)
        if current == HEAD:
            return  # Alembic is slow to import, and this is every start but the first.
        if current is not None and current > HEAD:
            raise _newer(current)
        await transaction.run_sync(_upgrade)


def _newer(current: str) -> Stop:
    return Stop(
        advised(
            message(
                "database.newer",
                "the database has schema {found} and this Zwaan knows {known} at most",
                found=current,
                known=HEAD,
            ),
            message(
                "do.database.newer",
                "start the newer version, or put back the backup from before it",
            ),
        )
    )


class MigratingDatabase(Database):
    """A database that nothing is asked of before its schema is that of this code."""

    _migrated = False

    async def migrate(self) -> None:
        """As `migrate`; from then on it answers."""
        await migrate(Database(self._engine))
        self._migrated = True

    @asynccontextmanager
    async def _transaction(self, begin: str = "", **options: str) -> AsyncIterator[Transaction]:
        if not self._migrated:
            raise RetryLater(
                message(
                    "database.away-since-start",
                    "the database has been away since this process started",
                )
            )
        async with super()._transaction(begin, **options) as transaction:
            yield transaction


async def is_current(database: Database) -> bool:
    """Whether nothing has to be done. Raises Stop when the database is newer than this code."""
    async with database.read() as transaction:
        current = await _current(transaction)
    if current is not None and current > HEAD:
        raise _newer(current)
    return current == HEAD


async def _current(transaction: Transaction) -> str | None:
    if not await transaction.run_sync(
        lambda connection: sa.inspect(connection).has_table("alembic_version")
    ):
        return None
    version: str | None = await transaction.scalar(
        sa.text("SELECT version_num FROM alembic_version")
    )
    return version


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import, and rarely needed
    from alembic.util import CommandError  # noqa: PLC0415

    try:
        command.upgrade(_config(connection), "head")
    except CommandError as error:
        raise Stop(
            message(
                "database.not-upgraded",
                "the database cannot be brought to this version of Zwaan: {fault}",
                fault=str(error),
            )
        ) from error


def _config(connection: sa.Connection):  # type: ignore[no-untyped-def]
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    location = resources.files("services.database") / "migrations"
    config.set_main_option("script_location", str(location))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def _make_step(message: str) -> None:
    from alembic import command  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(f"sqlite+aiosqlite:///{Path(folder) / 'step.db'}")
        number = f"{int(HEAD) + 1:04d}"
        async with database.write() as transaction:
            await transaction.run_sync(_upgrade)
        async with database.write() as transaction:
            await transaction.run_sync(
                lambda connection: command.revision(
                    _config(connection), message, autogenerate=True, rev_id=number
                )
            )
        await database.close()


if __name__ == "__main__":
    asyncio.run(_make_step(" ".join(sys.argv[1:])))
