"""Several processes started at once, as Compose and Kubernetes do, on empty servers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from services.vault import new_key
from tests.e2e.emptied_kafka import delete_topics
from tests.e2e.journey import example
from tests.e2e.zwaan_process import running
from tests.servers.postgres import Postgres
from tests.servers.process import free_port

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


@pytest.fixture
def empty_postgres() -> Iterator[str]:
    """A database without a table."""
    with tempfile.TemporaryDirectory(prefix="zwaan-", ignore_cleanup_errors=True) as folder:
        server = Postgres(folder=Path(folder), port=free_port())
        try:
            yield server.start()
        finally:
            server.stop()


def test_two_workers_and_two_webs_start_at_once(
    tmp_path: Path, kafka_address: str, empty_postgres: str
) -> None:
    """On an empty Kafka and an empty database all four get ready, and a story gets its campaign."""
    delete_topics(kafka_address)
    settings = {
        "ZWAAN_BROKER": f"kafka://{kafka_address}",
        "ZWAAN_DATABASE_URL": empty_postgres,
        "ZWAAN_CONSUMER_GROUP": f"first-{tmp_path.name}",
        "ZWAAN_SECRET_KEY": "of this test alone, and long enough",
        "ZWAAN_TOKEN_KEYS": new_key(),
    }
    kinds = ("worker", "worker", "web", "web")
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                running(kind, data=tmp_path / f"{kind}{number}", port=free_port(), **settings)
            )
            for number, kind in enumerate(kinds)
        ]
        for process in processes:
            process.wait_for(process.is_ready)
        web = processes[-1]
        sent = requests.post(
            f"{web.url}/api/v1/events",
            json=example("stories/nl"),
            headers={"Content-Type": "application/cloudevents+json"},
            timeout=10,
        )
        assert sent.status_code == 202, sent.text
        web.wait_for(lambda: web.stats()["campaigns"] == 1)
        assert [process.process.poll() for process in processes] == [None] * 4
