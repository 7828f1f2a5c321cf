"""A thousand posts, a fault on every third call, workers killed at random: nothing twice, nothing
lost."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.e2e.publishing import open_world
from tests.e2e.zwaan_process import ROOT, clean_environment, running
from tests.migrated import open_migrated
from tests.servers.process import free_port

SEED = 20261124
PEOPLE, STORIES, WORKERS = 100, 10, 3
FAULTS = 0.30
KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("timeout", {"seconds": 5}),
    ("slow_bytes", {"seconds": 5}),
    ("drop", {}),
    ("apply_then_drop", {}),
    ("http_401", {}),
    ("http_500", {}),
    ("http_502", {"apply": True}),
    ("http_503", {}),
    ("rate_limited", {"shape": "retry_after", "retry_after": 1}),
    ("rate_limited", {"shape": "bare"}),
    ("rate_limited", {"shape": "reset", "retry_after": 1}),
    ("rate_limited", {"shape": "reset_past"}),
    ("rate_limited", {"shape": "unreadable"}),
    ("expired_token", {}),
    ("revoked_token", {}),
    ("duplicate", {"operation": "post.create"}),
    ("credits_depleted", {"network": "x"}),
    ("version_sunset", {"network": "linkedin"}),
    ("empty_body", {}),
    ("html_body", {}),
    ("half_json", {}),
    ("huge_body", {}),
    ("redirect_other_host", {}),
)
SECONDS_OF_KILLING = 45.0
PHASES = 8


@dataclass(slots=True, kw_only=True)
class Workers:
    """Publishers in processes of their own, which are only ever stopped by SIGKILL."""

    data: Path
    sandbox: str
    ahead_days: float = 0.0
    kills: int = 0
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _number: int = 0

    def start(self) -> None:
        self._number += 1
        name = f"worker-{self._number}"
        with (self.data.parent / f"{name}.log").open("wb") as log:
            self._running.append(
                subprocess.Popen(
                    [
                        *(sys.executable, "-m", "tests.e2e.publishing", str(self.data)),
                        *(self.sandbox, name, str(self.ahead_days)),
                    ],
                    cwd=ROOT,
                    env=clean_environment(),
                    stdout=log,
                    stderr=log,
                )
            )

    def kill(self, place: int) -> None:
        process = self._running.pop(place)
        assert process.poll() is None, "a worker ended by itself"
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        self.kills += 1

    def kill_all(self) -> None:
        while self._running:
            self.kill(0)


@contextmanager
def working(data: Path, sandbox: str) -> Iterator[Workers]:
    workers = Workers(data=data, sandbox=sandbox)
    try:
        yield workers
    finally:
        workers.kill_all()


@pytest.mark.chaos
@pytest.mark.timeout(600)
def test_nothing_is_posted_twice_and_nothing_is_lost(tmp_path: Path) -> None:
    """After faults on 30 % of calls and SIGKILLs, each of 1,000 posts is published once, failed
    with a remedy, or one of at most 1 % that wait for a person's look."""
    data, port = tmp_path / "data", free_port()
    data.mkdir()
    with running("sandbox", data=tmp_path / "sandbox", port=port) as sandbox:
        sandbox.wait_for(lambda: answers(sandbox.url))
        asyncio.run(prepare(data, sandbox.url))
        requests.post(
            f"{sandbox.url}/_sandbox/faults", json=fault_rules(), timeout=10
        ).raise_for_status()
        with working(data, sandbox.url) as workers:
            kill_at_random(workers, data)
            for phase in range(PHASES):
                # What waits for tomorrow's limit goes out tomorrow.
                workers.ahead_days = 1.1 * (phase + 1)
                for _ in range(WORKERS):
                    workers.start()
                wait_until_quiet(data, seconds=20)
                workers.kill_all()
                if not on_its_way(data):
                    break
            assert workers.kills >= 20
        journal = read_all(sandbox.url, "journal", "entries")
        there = read_all(sandbox.url, "posts", "posts")

    states = rows(data, "SELECT state, network, text, reason, remedy, external_id FROM posts")
    counts = Counter(state for state, *_ in states)
    summary = {"states": counts, "kills": workers.kills, **described(journal)}
    sys.stdout.write(f"{json.dumps(summary)}\n")
    assert sum(counts.values()) == PEOPLE * STORIES
    assert set(counts) <= {"published", "failed", "unknown"}, counts

    standing = Counter((post["network"], post["text"]) for post in there)
    assert [post for post, number in standing.items() if number > 1] == [], "posted twice"
    ids = {(post["network"], post["text"]): post["post_id"] for post in there}
    for state, network, text, reason, remedy, external_id in states:
        if state == "published":
            assert external_id == ids[network, text], "published, and not there"
        else:
            assert reason, "without a reason"
            assert remedy, "without a remedy"
        if state == "failed":
            assert (network, text) not in ids, f"failed, and there: {reason}"
    assert counts["unknown"] <= PEOPLE * STORIES // 100
    assert faults_share(journal) == pytest.approx(FAULTS, abs=0.05)
    # A blind second call is one that X has to refuse as a duplicate. Only the fault that says so
    # itself may lead there.
    told = sum(1 for entry in creates(journal, "x") if entry["fault"] == "duplicate")
    blind = sum(
        1 for entry in creates(journal, "x") if entry["fault"] is None and entry["status"] == 403
    )
    assert blind <= told


async def prepare(data: Path, sandbox: str) -> None:
    await (await open_migrated(data / "zwaan.db")).close()
    async with open_world(data, sandbox) as world:
        await world.approved_posts(PEOPLE, STORIES, ("linkedin", "x"))


def kill_at_random(workers: Workers, data: Path) -> None:
    """Kill one of the workers and start another, again and again, until nothing is due."""
    moments = random.Random(SEED)  # noqa: S311 - the same story at every run
    for _ in range(WORKERS):
        workers.start()
    end = time.monotonic() + SECONDS_OF_KILLING
    while time.monotonic() < end:
        time.sleep(moments.uniform(0.5, 3.5))
        workers.kill(moments.randrange(WORKERS))
        workers.start()
        if not on_its_way(data):
            break
    workers.kill_all()


def wait_until_quiet(data: Path, *, seconds: float) -> None:
    """Return when nothing was recorded for a while, at the latest after ``seconds``."""
    end, last, since = time.monotonic() + seconds, -1, time.monotonic()
    while time.monotonic() < end and on_its_way(data):
        (seen,) = rows(data, "SELECT max(id) FROM audit")[0]
        if seen != last:
            last, since = seen, time.monotonic()
        elif time.monotonic() - since > 8:
            return
        time.sleep(0.2)


def on_its_way(data: Path) -> int:
    query = "SELECT count(*) FROM posts WHERE state IN ('approved', 'publishing')"
    return int(rows(data, query)[0][0])


def rows(data: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(data / "zwaan.db", timeout=30)) as database:
        return database.execute(query).fetchall()


def fault_rules() -> list[dict[str, Any]]:
    """Rules that together hit ``FAULTS`` of all calls, no kind more often than another."""
    rules = []
    for network in ("linkedin", "x"):
        own = [each for each in KINDS if each[1].get("network", network) == network]
        for place, (kind, more) in enumerate(own):
            share = FAULTS / len(own)
            rules.append(
                {
                    "kind": kind,
                    "operation": "*",
                    **more,
                    "network": network,
                    # The first rule that hits wins, so later ones see fewer calls.
                    "probability": share / (1 - share * place),
                    "seed": SEED + place,
                }
            )
    return rules


def creates(journal: list[dict[str, Any]], network: str) -> list[dict[str, Any]]:
    return [
        entry for entry in journal if entry["network"] == network and entry["kind"] == "post.create"
    ]


def faults_share(journal: list[dict[str, Any]]) -> float:
    calls = [entry for entry in journal if entry["kind"] == "post.create"]
    return sum(entry["fault"] is not None for entry in calls) / len(calls)


def described(journal: list[dict[str, Any]]) -> dict[str, Any]:
    faults = Counter(entry["fault"] for entry in journal if entry["fault"])
    return {"creates": len(creates(journal, "linkedin")) + len(creates(journal, "x"))} | {
        "faults": faults
    }


def read_all(sandbox: str, what: str, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        answer = requests.get(
            f"{sandbox}/_sandbox/{what}", params={"after": after, "limit": 5000}, timeout=30
        ).json()
        found += answer[name]
        after = answer["next_after"]
    return found


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/_sandbox/limits", timeout=5).ok
    except requests.RequestException:
        return False
