"""Migrated SQLite databases, copied from one that is migrated once a process."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from sqlite3 import connect

from services.storage.database import Database
from services.storage.migrate import migrate

_SQLITE = "sqlite+aiosqlite:///"


async def open_migrated(path: Path) -> Database:
    """An empty database with today's schema at ``path``."""
    template = _template()
    if not template.exists():
        database = Database.open(f"{_SQLITE}{template}")
        await migrate(database)
        await database.close()
    with connect(template) as source, connect(path) as target:
        source.backup(target)
    return Database.open(f"{_SQLITE}{path}")


@cache
def _template() -> Path:
    return Path(_folder().name) / "template.db"


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="zwaan-")
