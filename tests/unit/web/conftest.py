from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.web.organisation import Organisation, open_organisation


@pytest.fixture
async def organisation(tmp_path: Path) -> AsyncIterator[Organisation]:
    async with open_organisation(tmp_path / "zwaan.db") as opened:
        yield opened
