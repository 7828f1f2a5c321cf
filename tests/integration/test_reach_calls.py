"""Measuring costs few calls: a hundred posts each, however many are due."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from connectors.registry import NetworkSettings
from connectors.x import X
from services.accounts.accounts import Accounts
from services.accounts.store import connections
from services.database import outbox, schema
from services.figures.collect_reach import ReachCollector
from services.ports import Tokens
from services.post import PostState
from services.vault import Vault, new_key
from tests.builders import NOW, ambassador, campaign, connection, organise, story
from tests.migrated import open_migrated

PEOPLE, STORIES = 100, 100


@dataclass(slots=True)
class Metering:
    """X, reduced to one call: it gives the figures of at most a hundred posts."""

    address: str
    asked: list[int] = field(default_factory=list)


@pytest.fixture
def x_api() -> Iterator[Metering]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            ids = parse_qs(urlsplit(self.path).query)["ids"][0].split(",")
            metering.asked.append(len(ids))
            told = [{"id": each, "public_metrics": {"impression_count": 7}} for each in ids]
            body = json.dumps({"data": told}).encode()
            self.send_response(200 if len(ids) <= 100 else 400)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    metering = Metering(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield metering
    server.shutdown()
    server.server_close()


@pytest.mark.commands
async def test_ten_thousand_posts_on_x_take_a_hundred_calls(
    tmp_path: Path, x_api: Metering
) -> None:
    """All posts that are due get their figures, and no call asks for fewer than it could."""
    database = await open_migrated(tmp_path / "zwaan.db")
    vault = Vault([new_key()])
    everybody = [ambassador(number) for number in range(PEOPLE)]
    about = [campaign(story(f"s-{number}")) for number in range(STORIES)]
    async with database.write() as transaction:
        await organise(transaction, everybody, about, ("x",))
        tokens = vault.seal(Tokens(access="planted-access-token"))
        for person in everybody:
            await connections.save(transaction, connection(person, "x", tokens=tokens))
        rows = sa.func.row_number().over(order_by=schema.posts.c.id)
        numbered = sa.select(schema.posts.c.id, rows.label("number")).subquery()
        await transaction.execute(
            schema.posts.update()
            .where(schema.posts.c.id == numbered.c.id)
            .values(
                state=PostState.PUBLISHED.value,
                published_at=NOW,
                measure_at=NOW,
                external_id=sa.cast(numbered.c.number, sa.Text),
            )
        )
    settings = NetworkSettings(
        name="x", client_id="c", client_secret="planted-client-secret", api_url=x_api.address
    )
    with ThreadPoolExecutor(4) as calls:
        collector = ReachCollector(
            database=database,
            accounts=Accounts(
                database=database,
                networks={"x": X(settings)},
                vault=vault,
                calls=calls,
                clock=lambda: NOW,
            ),
            clock=lambda: NOW,
            steps=(timedelta(), timedelta(hours=1)),
        )
        while await collector.collect():
            pass
    assert len(x_api.asked) <= 100
    assert sum(x_api.asked) == PEOPLE * STORIES
    async with database.read() as transaction:
        told = await outbox.oldest(transaction, 100_000)
    measured = [row for row in told if '"impressions"' in row.event and '"measured"' in row.event]
    assert len(measured) == PEOPLE * STORIES
    await database.close()
