from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.storage.database import Database
from services.storage.migrate import migrate
from tests.unit.web.organisation import Organisation, open_organisation


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with today's schema; each test takes a copy."""
    path = tmp_path_factory.mktemp("migrated") / "zwaan.db"

    async def make() -> None:
        database = Database.open(f"sqlite+aiosqlite:///{path}")
        await migrate(database)
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture
async def organisation(migrated: Path, tmp_path: Path) -> AsyncIterator[Organisation]:
    path = tmp_path / "zwaan.db"
    shutil.copy(migrated, path)
    async with open_organisation(path) as opened:
        yield opened
