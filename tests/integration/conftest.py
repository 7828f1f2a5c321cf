from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from services.settings import load_settings
from streams.command_line.state import make_state
from streams.logs.admin import open_admin
from streams.logs.topics import topic_specs
from tests.integration.shell import Shell


@pytest.fixture
def bare(tmp_path: Path) -> Shell:
    """Where Zwaan never ran."""
    return Shell(tmp_path)


@pytest.fixture
def shell(bare: Shell) -> Shell:
    """Where Zwaan ran before: its database and its log are there."""
    settings = load_settings(data=bare.data, broker="", database_url="")
    asyncio.run(make_state(settings))
    admin = open_admin(settings)
    admin.ensure_topics(topic_specs())
    admin.close()
    return bare
