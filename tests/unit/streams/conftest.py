"""A migrated database in a folder of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.database.engine import Database
from tests.migrated import open_migrated


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await open_migrated(tmp_path / "zwaan.db")
    yield database
    await database.close()
