"""The publisher: posts a second by one worker against the sandbox networks without limits.

``python -m benchmarks.publisher [--write] [--runs N]``. Sandbox and worker are processes of their
own; the baseline alternates with them: the same posts by the connectors alone, from as many
threads, without any state kept.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import requests

from benchmarks.report import Row, arguments, measured_in_turn, report
from connectors.transport.http import Limits
from services.ports import LinkCard, OutgoingPost
from services.post import Post, PostState
from services.posts.store import posts
from tests.e2e.publishing import World, open_world
from tests.e2e.zwaan_process import running
from tests.migrated import open_migrated
from tests.servers.process import free_port

PEOPLE, STORIES = 200, 5
CONCURRENCY = 32


async def by_publisher(world: World, approved: list[Post]) -> None:
    """Every post with its written intent, events, audit and counters, durable in SQLite."""
    publisher = world.publisher("benchmark", concurrency=CONCURRENCY, ahead=timedelta())
    left = len(approved)
    while left:
        started = await publisher.claim()
        left -= started
        if publisher.full or not started:
            await publisher.wait_for_place()
    await publisher.drain()
    async with world.database.read() as transaction:
        counts = await posts.counts_by_state(transaction)
    assert counts == {PostState.PUBLISHED.value: len(approved)}, counts


async def by_connectors(world: World, approved: list[Post]) -> None:
    """The connectors alone."""
    accounts = {
        (post.ambassador_id, post.network): await world.accounts.open(
            post.ambassador_id, post.network
        )
        for post in approved
    }

    def publish(post: Post) -> None:
        card = LinkCard(url="https://go.example.org/r/1", title="De sluisdeur die niet klopte")
        account = accounts[post.ambassador_id, post.network]
        world.accounts.network(post.network).publish(
            account, OutgoingPost(text=post.text, card=card)
        )

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(pool, publish, post) for post in approved))


MEASUREMENTS: dict[str, tuple[Callable[[World, list[Post]], Awaitable[None]], str, str]] = {
    "publisher": (by_publisher, f"one worker, {CONCURRENCY} at a time", "≥ 200"),
    "connectors": (by_connectors, "baseline: the connectors alone", ""),
}


async def measure(name: str, sandbox: str, folder: Path) -> float:
    """Posts a second."""
    await (await open_migrated(folder / "zwaan.db")).close()
    async with open_world(folder, sandbox, limits=Limits()) as world:
        approved = await world.approved_posts(PEOPLE, STORIES, ("linkedin", "x"))
        begun = time.perf_counter()
        await MEASUREMENTS[name][0](world, approved)
        return len(approved) / (time.perf_counter() - begun)


def _measure_in_a_process(name: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        with running("sandbox", data=Path(folder) / "sandbox", port=free_port()) as sandbox:
            sandbox.wait_for(lambda: _without_limits(sandbox.url))
            done = subprocess.run(
                [
                    *(sys.executable, "-m", "benchmarks.publisher", "--measure"),
                    *(name, sandbox.url, str(data)),
                ],
                stdout=subprocess.PIPE,
                check=True,
                cwd=Path(__file__).parents[1],
            )
    return float(done.stdout.split()[-1])


def _without_limits(url: str) -> bool:
    try:
        return requests.post(f"{url}/_sandbox/limits", json={"enabled": False}, timeout=5).ok
    except requests.RequestException:
        return False


def main() -> None:
    runs = measured_in_turn(MEASUREMENTS, _measure_in_a_process, runs=arguments().runs)
    share = statistics.median(runs["publisher"]) / statistics.median(runs["connectors"])
    report(
        "Publisher",
        "python -m benchmarks.publisher",
        [
            Row(what=what, runs=runs[name], unit="posts/s", target=target)
            for name, (_, what, target) in MEASUREMENTS.items()
        ],
        f"The worker reaches {share:.0%} of the connectors alone. {PEOPLE * STORIES:,} posts of "
        f"{PEOPLE} people, half on each network; sandbox and worker share the machine's cores.",
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(asyncio.run(measure(sys.argv[2], sys.argv[3], Path(sys.argv[4]))))
    else:
        main()
