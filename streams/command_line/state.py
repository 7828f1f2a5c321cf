"""The state and the log, opened for one command. Only what starts Zwaan makes them.

The log is reached through the process that owns it, or opened by the command itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.database.engine import Database
from services.database.migrate import migrate
from services.errors import Stop
from services.message import Message, message
from services.settings import Settings
from streams.logs.admin import OpenLog, open_log
from streams.logs.embedded.owner import LogInUse
from streams.serving.owner_client import OwnerClient, running_owner


@asynccontextmanager
async def open_state(settings: Settings) -> AsyncIterator[Database]:
    """The database of these settings, with today's schema.

    Raises Stop when it does not exist yet, RetryLater when it is away.
    """
    require_database(settings)
    database = Database.open(settings.database)
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()


async def make_state(settings: Settings) -> None:
    """Make the database where there is none, and bring it to today's schema."""
    database = Database.open(settings.database)
    try:
        await migrate(database)
    finally:
        await database.close()


def require_database(settings: Settings) -> None:
    """Raises Stop when there is no file of an SQLite database: opening it would make one."""
    path = settings.database_path
    if path is None or path.exists():
        return
    if settings.database_url.get_secret_value():
        raise Stop(
            message(
                "state.no-database",
                "there is no database at {path}; correct ZWAAN_DATABASE_URL, or make it with: zwaan migrate",
                path=str(path),
            )
        )
    raise _nothing_here(settings, message("state.database", "database"))


def require_log(settings: Settings) -> None:
    """Raises Stop when there is no file of an embedded log."""
    if not settings.embedded or settings.log_path.exists():
        return
    if settings.broker:
        raise Stop(
            message(
                "state.no-log",
                "there is no log at {path}; correct ZWAAN_BROKER, or make it with: zwaan topics --create",
                path=str(settings.log_path),
            )
        )
    raise _nothing_here(settings, message("state.log", "log"))


def _nothing_here(settings: Settings, what: Message) -> Stop:
    return Stop(
        message(
            "state.nothing-here",
            "there is no {what} of Zwaan in {folder}; name its folder with --data or ZWAAN_DATA, or start a new one with: zwaan up",
            what=what,
            folder=str(settings.data.resolve()),
        )
    )


# Another command has it for a moment; an `up` that starts takes a second or two to have an address.
_PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.1


@asynccontextmanager
async def reach_log(settings: Settings) -> AsyncIterator[OwnerClient | OpenLog]:
    """The running owner where there is one. Raises LogInUse when another process keeps the log."""
    reached = await _reach(settings)
    try:
        yield reached
    finally:
        if not isinstance(reached, OwnerClient):
            await reached.close()


async def _reach(settings: Settings) -> OwnerClient | OpenLog:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        owner = running_owner(settings) if settings.embedded else None
        if owner is not None:
            return owner
        try:
            return open_log(settings)
        except LogInUse:
            if time.monotonic() >= deadline:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)
