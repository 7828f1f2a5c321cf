"""All that changes the state, in two workers at once: no one waits for somebody who waits for them."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from services.database.engine import Database
from services.errors import OutcomeUnknown, RetryLater
from services.message import said
from services.post import PostState
from services.posts.decide import learn_from_edits
from services.posts.store import posts
from tests.contract.store.conftest import Store
from tests.contract.store.two_workers import Office, approve_all, clock, open_offices
from tests.scripted_network import Lost, ScriptedNetwork

#: How long everything runs against everything.
SECONDS = 60

pytestmark = pytest.mark.parametrize(
    "store", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


class Moody(list[Exception | None]):
    """A script of a network that never ends: most calls succeed."""

    def __init__(self, *others: Exception) -> None:
        super().__init__([None])
        self._chance = random.Random(7)  # noqa: S311 - which calls, not a secret
        self._others = others

    def pop(self, _place: object = -1) -> Exception | None:
        return self._chance.choice([None] * 9 + [*self._others])


@asynccontextmanager
async def _two_offices(store: Store, network: ScriptedNetwork) -> AsyncIterator[list[Office]]:
    with ThreadPoolExecutor(16) as calls:
        async with store.open() as one, store.open() as other:
            yield await open_offices([one, other], network, calls)


async def _deadlocks(store: Store) -> int:
    """Of the whole database, once the sessions that may have counted one are over."""
    others = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    counted = sa.text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    async with store.open() as database, asyncio.timeout(30):
        while True:
            async with database.read() as transaction:
                if not await transaction.scalar(others):
                    return int(await transaction.scalar(counted))
            await asyncio.sleep(0.05)


async def _states(database: Database) -> Counter[str]:
    async with database.read() as transaction:
        return Counter(await posts.counts_by_state(transaction))


@pytest.mark.timeout(SECONDS * 3 + 60)
async def test_everything_against_everything(store: Store) -> None:
    """Processors, publishers, deletions, decisions, ends of campaigns and of people, for a minute in
    two workers: no deadlock, and no outcome that was not written down."""
    network = ScriptedNetwork()
    network.publishing = Moody(RetryLater(said("slow down"), after=0.0), Lost(said("no reply")))
    network.deleting = Moody(RetryLater(said("slow down"), after=0.0))
    network.measuring = Moody(OutcomeUnknown(said("no reply")))
    before = await _deadlocks(store)
    with capture_logs() as told:
        async with _two_offices(store, network) as offices:
            working = asyncio.gather(*(office.work() for office in offices))
            until = time.monotonic() + SECONDS
            while time.monotonic() < until and not working.done():
                await asyncio.sleep(0.1)
            for office in offices:
                office.open = False
            await working
            for office in offices:
                await office.publisher.drain()
            states = await _states(offices[0].database)
    assert [each for office in offices for each in office.conflicts] == []
    assert await _deadlocks(store) == before
    assert [each for each in told if each["event"] == "outcome not recorded"] == []
    assert states[PostState.PUBLISHED] > SECONDS / 2, "they were busy"
    assert {"write-drafts", "staff", "rebuild"} <= (offices[0].done + offices[1].done).keys()


async def test_outcomes_are_written_while_edits_teach(store: Store) -> None:
    """Both change many posts in a transaction: two workers that do both are never in each other's
    way, and no outcome waits for its lease to end."""
    async with _two_offices(store, ScriptedNetwork()) as offices:
        for _ in range(12):
            await approve_all(offices[0])
        database, log = offices[0].database, offices[0].log
        approved = log.facts["post.approved"]

        async def publish(office: Office) -> None:
            async with asyncio.timeout(60):
                while (await _states(database)).keys() != {PostState.PUBLISHED}:
                    await office.publisher.claim()
                    await office.publisher.wait_for_place()

        async def learn(office: Office) -> None:
            while not publishing.done():
                batch = office.chance.sample(approved, 60)
                async with office.database.write() as transaction:
                    await learn_from_edits(transaction, batch, clock())
                await asyncio.sleep(0)

        publishing = asyncio.gather(*(publish(office) for office in offices))
        await asyncio.gather(publishing, *(learn(office) for office in offices))
        assert await _states(database) == {PostState.PUBLISHED: len(approved)}
