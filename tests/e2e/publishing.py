"""A world to publish in: ambassadors connected at the sandbox networks, approved posts, and
publishers in processes of their own (``python -m tests.e2e.publishing DATA SANDBOX WORKER``)."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

from connectors.registry import build_networks
from connectors.transport.http import Limits
from services.accounts.accounts import Accounts
from services.accounts.rules import CircuitRules
from services.database.engine import Database
from services.people.rules.ambassador import Ambassador
from services.post import Post
from services.posts import decide
from services.posts.claim_posts import PublishingRules
from services.posts.own_post import own_post
from services.posts.publish import Publisher
from services.settings import load_settings
from streams.bootstrap import network_settings
from streams.key_files import vault
from tests.builders import ambassador, campaign, organise, story

#: Short, so that a test passes in minutes what takes hours otherwise; in the same proportions.
LIMITS = Limits(connect=1.0, read=0.4, total=0.8, answer_bytes=2_000_000)
LEASE = timedelta(seconds=6)
PAUSE = timedelta(milliseconds=40)
CIRCUIT = CircuitRules(failures=5, pause=timedelta(milliseconds=100), longest=timedelta(seconds=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The database and the networks, as one process sees them."""

    database: Database
    accounts: Accounts

    def publisher(self, worker: str, *, concurrency: int, ahead: timedelta) -> Publisher:
        """A publisher whose clock is ``ahead`` of this machine's."""
        rules = PublishingRules(
            concurrency=concurrency,
            first_measure=timedelta(hours=1),
            lease=LEASE,
            pause=PAUSE,
            circuit=CIRCUIT,
        )
        return Publisher(
            rules,
            database=self.database,
            accounts=self.accounts,
            clock=lambda: datetime.now(UTC) + ahead,
            worker=worker,
            short_link=lambda code: f"https://go.example.org/r/{code}",
        )

    async def connect(self, person: Ambassador, network: str) -> None:
        """Give consent at the sandbox's page and keep the connection."""
        redirect = "http://127.0.0.1:9/callback"
        start = self.accounts.network(network).authorization(state="s", redirect_uri=redirect)
        code = await asyncio.to_thread(_consent, start.url, person)
        await self.accounts.connect(
            person.id, network, code=code, verifier=start.verifier, redirect=redirect
        )

    async def approved_posts(
        self, people: int, stories: int, networks: Sequence[str]
    ) -> list[Post]:
        """Posts of ``people``, each about ``stories``, each person on one of the networks."""
        everybody = [ambassador(number) for number in range(people)]
        about = [campaign(story(f"story-{number}")) for number in range(stories)]
        drafts: list[Post] = []
        for place, network in enumerate(networks):
            own = everybody[place :: len(networks)]
            async with self.database.write() as transaction:
                drafts += await organise(transaction, own, about, networks=(network,))
            for person in own:
                await self.connect(person, network)
        approved = []
        async with self.database.write() as transaction:
            for post in drafts:
                approved.append(  # noqa: PERF401 - an await in a comprehension reads worse
                    await decide.approve(
                        transaction,
                        await own_post(transaction, post.id, post.ambassador_id),
                        text=f"Ik werk hier graag. {post.text}",
                        now=datetime.now(UTC),
                    )
                )
        return approved


@asynccontextmanager
async def open_world(data: Path, sandbox: str, *, limits: Limits = LIMITS) -> AsyncIterator[World]:
    """``sandbox`` is the address of the sandbox networks."""
    settings = load_settings(data=data, linkedin_url=f"{sandbox}/linkedin", x_url=f"{sandbox}/x")
    networks = build_networks(replace(each, limits=limits) for each in network_settings(settings))
    database = Database.open(settings.database)
    with ThreadPoolExecutor(64) as calls:
        try:
            yield World(
                database=database,
                accounts=Accounts(
                    database=database,
                    networks=networks,
                    vault=vault(settings),
                    calls=calls,
                    clock=lambda: datetime.now(UTC),
                ),
            )
        finally:
            await database.close()


def _consent(url: str, person: Ambassador) -> str:
    answer = requests.post(
        url,
        data={"decision": "allow", "member": person.email, "name": person.name},
        timeout=10,
        allow_redirects=False,
    )
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


async def publish_until_killed(data: Path, sandbox: str, worker: str, ahead: timedelta) -> None:
    async with open_world(data, sandbox) as world:
        publisher = world.publisher(worker, concurrency=6, ahead=ahead)
        while True:
            if not await publisher.claim():
                await asyncio.sleep(0.02)
            elif publisher.full:
                await publisher.wait_for_place()


if __name__ == "__main__":
    folder, address, name, days = sys.argv[1:]
    asyncio.run(publish_until_killed(Path(folder), address, name, timedelta(days=float(days))))
