"""Migrated SQLite databases, copied from one that is migrated once a process."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from services.database.engine import Database
from services.database.migrate import migrate

_compiled: dict[Any, Any] = {}
_template: list[tuple[bytes, sa.Dialect]] = []


async def open_migrated(path: Path) -> Database:
    """An empty database with today's schema at ``path``, for this process alone."""
    if not _template:
        _template.append(await _migrate())
    content, dialect = _template[0]
    database = _copied(content, path)
    engine = database._engine.sync_engine
    # A statement is compiled once a process, not once a test.
    engine.dialect = dialect
    engine.update_execution_options(compiled_cache=_compiled)

    @sa.event.listens_for(engine, "connect")
    def _skip_fsync(connection: Any, _record: Any) -> None:
        connection.cursor().execute("PRAGMA synchronous=OFF")

    return database


async def _migrate() -> tuple[bytes, sa.Dialect]:
    with tempfile.TemporaryDirectory(prefix="zwaan-") as folder:
        path = Path(folder) / "template.db"
        database = _open(path)
        await migrate(database)
        await database.close()
        return path.read_bytes(), database._engine.dialect


def _copied(content: bytes, path: Path) -> Database:
    path.write_bytes(content)
    return _open(path)


def _open(path: Path) -> Database:
    return Database.open(f"sqlite+aiosqlite:///{path}")
