"""The state, opened for one command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.settings import Settings
from services.storage.database import Database
from services.storage.migrate import migrate


@asynccontextmanager
async def open_state(settings: Settings) -> AsyncIterator[Database]:
    """The database of these settings, with today's schema. Raises RetryLater when it is away."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database.open(settings.database)
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()
