"""A demo that is killed at twenty random moments loses no draft, doubles none, posts none twice."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.zwaan_process import running, zwaan
from tests.servers.process import free_port

SEED = 20261124
KILLS = 20
AMBASSADORS = "16"


@pytest.mark.chaos
@pytest.mark.timeout(600)
def test_a_demo_killed_twenty_times_neither_loses_nor_doubles_anything(tmp_path: Path) -> None:
    """After SIGKILL at twenty random moments and a last quiet run, every draft is there once."""
    data, port = tmp_path / "data", free_port()
    moments = random.Random(SEED)  # noqa: S311 - which moments, not which secrets
    for _ in range(KILLS):
        with running("demo", "--ambassadors", AMBASSADORS, data=data, port=port) as demo:
            # Mostly after it is up, sometimes before: nothing may depend on a clean start either.
            time.sleep(moments.uniform(0.5, 5.0))
            assert demo.process.poll() is None, demo.log.read_text()[-4000:]
            demo.kill()
    last = zwaan(
        *("demo", "--ambassadors", AMBASSADORS, "--seconds", "20", "--json", "--port", str(port)),
        data=data,
        limit=120,
    )
    assert last.returncode == 0, last.stderr

    asked, drafts = _asked_and_drafted(data)
    assert asked
    assert drafts == asked
    summary = json.loads(last.stdout.strip().splitlines()[-1])
    assert summary["dead_letters"] == 0
    assert summary["posts"]["published"] > 20
    assert "publishing" not in summary["posts"]
    assert summary["posts"].get("unknown", 0) == 0
    assert summary["posts"].get("failed", 0) == 0

    on_networks = _posts_on_networks(data)
    assert [post for post, number in on_networks.items() if number > 1] == []
    assert set(on_networks) == _published(data)


def _asked_and_drafted(data: Path) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Pairs of campaign and person: who was asked, and who has a draft."""
    with sqlite3.connect(data / "zwaan.db") as database:
        asked = set(database.execute("SELECT campaign_id, ambassador_id FROM audience"))
        drafted = set(database.execute("SELECT campaign_id, ambassador_id FROM posts"))
        doubled = database.execute(
            "SELECT count(*) FROM posts GROUP BY campaign_id, ambassador_id, network"
            " HAVING count(*) > 1"
        ).fetchall()
    assert doubled == []
    return asked, drafted


def _posts_on_networks(data: Path) -> Counter[tuple[str, str]]:
    """How often each text is on each sandbox network."""
    with sqlite3.connect(data / "sandbox.db") as database:
        rows = database.execute("SELECT network, post_id, member FROM posts").fetchall()
        texts = dict(database.execute("SELECT post_id, text FROM posts"))
    return Counter((network, texts[post]) for network, post, _ in rows)


def _published(data: Path) -> set[tuple[str, str]]:
    with sqlite3.connect(data / "zwaan.db") as database:
        return set(database.execute("SELECT network, text FROM posts WHERE state = 'published'"))
