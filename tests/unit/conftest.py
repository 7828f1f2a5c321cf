"""A migrated database in a folder of its own, and everything that publishes from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from services.accounts.accounts import Accounts
from services.accounts.store import connections
from services.database import audit, outbox
from services.database.engine import Database
from services.figures.collect_reach import ReachCollector
from services.ports import Tokens
from services.post import Post, PostState
from services.posts import decide
from services.posts.claim_posts import PublishingRules
from services.posts.own_post import own_post
from services.posts.publish import Publisher
from services.posts.store import posts
from services.posts.upload_images import PostImages
from services.price import Prices
from services.vault import Vault, new_key
from tests.builders import NOW, ambassador, campaign, connection, organise, story
from tests.migrated import open_migrated
from tests.scripted_network import ScriptedNetwork

STEPS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))


class Desk:
    """One network, one database, a clock that tests move, and the parts that publish."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.network = ScriptedNetwork()
        self.now = NOW
        self.vault = Vault([new_key()])
        self.calls = ThreadPoolExecutor(8)
        self.accounts = Accounts(
            database=database,
            networks={"linkedin": self.network},
            vault=self.vault,
            calls=self.calls,
            clock=lambda: self.now,
        )
        self.collector = ReachCollector(
            database=database, accounts=self.accounts, clock=lambda: self.now, steps=STEPS
        )

    def publisher(
        self,
        worker: str = "w1",
        concurrency: int = 4,
        prices: Mapping[str, Prices] | None = None,
        stagger: timedelta = timedelta(),
        images: PostImages | None = None,
    ) -> Publisher:
        rules = PublishingRules(
            concurrency=concurrency, first_measure=STEPS[0], prices=prices or {}, stagger=stagger
        )
        return Publisher(
            rules,
            database=self.database,
            accounts=self.accounts,
            clock=lambda: self.now,
            worker=worker,
            short_link=lambda code: f"https://go.example.org/r/{code}",
            images=images,
        )

    async def prepare(
        self, people: int = 1, stories: int = 1, *, expires_at: datetime | None = None
    ) -> list[Post]:
        """Drafts of ``people`` connected ambassadors about ``stories``."""
        everybody = [ambassador(number) for number in range(1, people + 1)]
        about = [campaign(story(f"s-{number}")) for number in range(stories)]
        sealed = self.vault.seal(Tokens(access="a0", refresh="r0", expires_at=expires_at))
        async with self.database.write() as transaction:
            drafts = await organise(transaction, everybody, about)
            for person in everybody:
                held = connection(person, tokens=sealed, expires_at=expires_at)
                await connections.save(transaction, held)
        return drafts

    async def approve(self, *drafts: Post) -> None:
        async with self.database.write() as transaction:
            for post in drafts:
                await decide.approve(
                    transaction,
                    await own_post(transaction, post.id, post.ambassador_id),
                    text=post.text,
                    now=self.now,
                )

    async def work(self, publisher: Publisher | None = None) -> int:
        """Claim what is due and carry it out; returns how many."""
        publisher = publisher or self.publisher()
        started = await publisher.claim()
        await publisher.drain()
        return started

    async def post(self, post: Post) -> Post:
        async with self.database.read() as transaction:
            found = await posts.get(transaction, post.id)
        assert found is not None
        return found

    async def state(self, post: Post) -> PostState:
        return (await self.post(post)).state

    async def events(self) -> list[str]:
        """Types of the events in the outbox, in order."""
        async with self.database.read() as transaction:
            return [row.topic for row in await outbox.oldest(transaction, 1000)]

    async def actions(self, subject: str) -> list[str]:
        async with self.database.read() as transaction:
            return [entry.action for entry in await audit.of(transaction, subject)]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await open_migrated(tmp_path / "zwaan.db")
    yield database
    await database.close()


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    desk = Desk(database)
    yield desk
    desk.calls.shutdown()
