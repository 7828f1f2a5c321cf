"""X's refresh tokens work once: many workers in many processes spend one of them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from connectors.sandbox import create_sandbox
from services.accounts.store import connections
from services.database.engine import Database
from services.people.store import people
from services.vault import new_key
from tests.builders import ambassador
from tests.integration import refreshing
from tests.migrated import open_migrated
from tests.unit.connectors.sandbox.serving import Server

PROCESSES, CALLERS = 4, 5
WHO = ambassador(1)
CALLBACK = "http://127.0.0.1:9/callback"


@pytest.fixture
def sandbox() -> Iterator[str]:
    server = Server()
    server.application = app = create_sandbox(None, public_url=server.url)
    server.start()
    yield server.url
    server.stop()
    app.close()


@pytest.mark.commands
@pytest.mark.timeout(120)
async def test_twenty_workers_in_four_processes_make_one_refresh(
    tmp_path: Path, sandbox: str
) -> None:
    """All twenty get the same new token, and the network saw one refresh and refused none."""
    key, address = new_key(), f"{sandbox}/x"
    database = await open_migrated(tmp_path / "zwaan.db")
    url = f"sqlite+aiosqlite:///{tmp_path / 'zwaan.db'}"
    await _connect(database, key, address)

    started = [await _process(url, key, address) for _ in range(PROCESSES)]
    for process in started:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    printed = await asyncio.gather(*(process.communicate(b"go\n") for process in started))
    await database.close()

    assert [process.returncode for process in started] == [0] * PROCESSES
    tokens = [line for out, _ in printed for line in out.split()]
    assert len(tokens) == PROCESSES * CALLERS
    assert len(set(tokens)) == 1
    assert await asyncio.to_thread(_answers, sandbox) == [200, 200], "the code, the refresh"


async def _process(url: str, key: str, address: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.refreshing"),
        *(url, key, address, WHO.id, str(CALLERS)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )


async def _connect(database: Database, key: str, address: str) -> None:
    """A connection whose access token runs out within the minute."""
    with ThreadPoolExecutor(2) as calls:
        accounts = refreshing.accounts_on(database, key, address, calls)
        start = accounts.network("x").authorization(state="s", redirect_uri=CALLBACK)
        code = await asyncio.to_thread(_consent, start.url)
        async with database.write() as transaction:
            await people.save_ambassadors(transaction, [WHO], now=datetime.now(UTC))
        await accounts.connect(WHO.id, "x", code=code, verifier=start.verifier, redirect=CALLBACK)
        account = await accounts.open(WHO.id, "x")
        soon = datetime.now(UTC) + timedelta(minutes=1)
        async with database.write() as transaction:
            await connections.save_tokens(
                transaction,
                WHO.id,
                "x",
                tokens=accounts._vault.seal(replace(account.tokens, expires_at=soon)),
                expires_at=soon,
                renewable=True,
            )


def _consent(url: str) -> str:
    form = {"decision": "allow", "member": "anna@example.org", "name": "Anna"}
    answer = requests.post(url, data=form, allow_redirects=False, timeout=5)
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def _answers(sandbox: str) -> list[int]:
    """What X's token endpoint answered, in order."""
    query = {"network": "x", "kind": "token", "limit": "100"}
    journal = requests.get(f"{sandbox}/_sandbox/journal", params=query, timeout=5).json()
    return [entry["status"] for entry in journal["entries"]]
