"""One whole journey through the product, over its real edges, for any log and any database.

People are imported, connect their accounts at the sandbox networks, a story is approved and a
vacancy opened over HTTP, drafts arrive, are approved, published, followed, measured, and the
vacancy is closed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp

from services.database import dead_letters, outbox
from services.figures.statistics import statistics
from services.figures.store import campaign_figures
from services.identity import derive_id
from services.people.import_ambassadors import read_ambassadors
from services.people.store import people
from services.post import Post, PostState
from services.posts import decide
from services.posts.delete_posts import ask_for_deletion
from services.posts.own_post import own_post
from services.posts.rules.deletion import DeletionState
from services.posts.store import deletions, measuring, posts
from services.settings import Settings, load_settings
from streams.bootstrap import clock
from streams.demo.simulated import SimulatedAmbassadors
from streams.run import Running, everything
from tests.builders import with_passages
from tests.servers.process import free_port

EXAMPLES = Path(__file__).parents[2] / "examples"
FAR_FUTURE = datetime(9999, 1, 1, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


def journey_settings(data: Path, **given: Any) -> Settings:
    loose = {"weekly_cap": 0, "stagger": "0s", "reach_after": "1s,2s"}
    return load_settings(data=data, port=free_port(), **loose, **given)


class Journey:
    """The steps of a journey; each waits for what it started, with a limit."""

    def __init__(self, running: Running, client: aiohttp.ClientSession) -> None:
        self.running = running
        self.parts = running.parts
        self.client = client
        self.url = running.parts.settings.local_url

    async def until(
        self, condition: Callable[[], Awaitable[object]], *, limit: float = 60.0
    ) -> None:
        async with asyncio.timeout(limit):
            while not await condition():
                await asyncio.sleep(0.05)

    async def settle(self) -> None:
        """Wait until no event is on its way: outbox empty and nothing to process."""

        async def quiet() -> bool:
            async with self.parts.database.read() as transaction:
                waiting = await outbox.size(transaction)
            return waiting == 0 and await self.running.worker.lag() == 0

        await self.until(quiet)

    async def take_off(self, post: Post) -> None:
        """Its ambassador wants ``post`` off its network."""
        async with self.parts.database.write() as transaction:
            await ask_for_deletion(
                transaction, post_id=post.id, ambassador_id=post.ambassador_id, now=clock()
            )

    async def import_people(self, number: int) -> None:
        """The first ``number`` people of the examples, with both accounts connected."""
        reading = read_ambassadors((EXAMPLES / "ambassadors.csv").read_bytes())
        async with self.parts.database.write() as transaction:
            await people.save_ambassadors(transaction, reading.ambassadors[:number], now=clock())
        await SimulatedAmbassadors(self.parts, left_alone=()).connect_everybody()

    async def send(self, *events: dict[str, Any]) -> None:
        async with self.client.post(
            f"{self.url}/api/v1/events",
            data=json.dumps(events),
            headers={"Content-Type": "application/cloudevents-batch+json"},
        ) as answer:
            assert answer.status == 202, await answer.text()

    async def approve_all(self, campaign_id: str) -> int:
        """Approve every draft with a text as its ambassador; returns how many."""
        async with self.parts.database.read() as transaction:
            ready = await posts.in_state(
                transaction, PostState.READY, campaign_id=campaign_id, limit=1_000
            )
        written = [post for post in ready if post.text]  # the others are asked something first
        for post in written:
            async with self.parts.database.write() as transaction:
                await decide.approve(
                    transaction,
                    await own_post(transaction, post.id, post.ambassador_id),
                    text=post.text,
                    now=clock(),
                    networks=self.parts.rules,
                )
        return len(written)

    async def counts(self, campaign_id: str) -> dict[str, int]:
        async with self.parts.database.read() as transaction:
            return await posts.counts_by_state(transaction, campaign_id=campaign_id)

    async def published_posts(self, campaign_id: str) -> list[Any]:
        async with self.parts.database.read() as transaction:
            return await posts.in_state(
                transaction, PostState.PUBLISHED, campaign_id=campaign_id, limit=1_000
            )

    async def all_measured(self) -> bool:
        """Whether no published post waits for another measurement."""
        async with self.parts.database.read() as transaction:
            return not await measuring.due(transaction, now=FAR_FUTURE, limit=1)

    async def follow(self, code: str, *, agent: str, method: str = "GET") -> tuple[int, str]:
        """Follow a short link; returns the status and where it leads."""
        async with self.client.request(
            method, f"{self.url}/r/{code}", headers={"User-Agent": agent}, allow_redirects=False
        ) as answer:
            return answer.status, answer.headers.get("Location", "")

    async def stats(self) -> dict[str, Any]:
        async with self.parts.database.read() as transaction:
            return (await statistics(transaction)).as_dict()

    async def letters(self) -> list[str]:
        async with self.parts.database.read() as transaction:
            return [letter.error for letter in await dead_letters.waiting(transaction)]

    async def sandbox_posts(self) -> list[dict[str, Any]]:
        """Every post on the sandbox networks."""
        found: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            async with self.client.get(
                f"{self.url}/_sandbox/posts", params={"after": after}
            ) as answer:
                page = await answer.json()
            found += page["posts"]
            after = page["next_after"]
        return found


@asynccontextmanager
async def journey(settings: Settings) -> AsyncIterator[Journey]:
    async with everything(settings) as running, aiohttp.ClientSession() as client:
        yield Journey(running, client)


def example(name: str) -> dict[str, Any]:
    """An example event: ``stories/nl`` is the first story in Dutch."""
    kind, language = name.split("/")
    first = min((EXAMPLES / kind).glob(f"{language}-*.json"))
    return with_passages(json.loads(first.read_bytes()))


def campaign_of(event: dict[str, Any]) -> str:
    data = event["data"]
    if event["type"] == "vacancy.opened":
        return derive_id("campaign", "vacancy", data["vacancy_id"])
    return derive_id("campaign", "story", data["story_id"])


async def travel(trip: Journey) -> None:
    """The whole journey; asserts what each step promises."""
    story, vacancy = example("stories/nl"), example("vacancies/nl")
    closed = {
        "specversion": "1.0",
        "id": "closed-1",
        "source": "/test",
        "type": "vacancy.closed",
        "time": "2026-11-24T12:00:00Z",
        "data": {"vacancy_id": vacancy["data"]["vacancy_id"], "reason": "vervuld"},
    }
    await trip.import_people(12)
    await trip.send(story, vacancy)
    await trip.settle()
    drafts = await trip.counts(campaign_of(story))
    assert drafts.get("ready", 0) >= 2, (drafts, await trip.letters())
    assert (await trip.counts(campaign_of(vacancy))).get("ready", 0) >= 2

    approved = await trip.approve_all(campaign_of(story))

    async def all_published() -> bool:
        return (await trip.counts(campaign_of(story))).get("published", 0) == approved

    await trip.until(all_published)
    published = await trip.published_posts(campaign_of(story))
    on_networks = await trip.sandbox_posts()
    assert sorted(post.text for post in published) == sorted(post["text"] for post in on_networks)

    code = published[0].link_code
    status, target = await trip.follow(code, agent=BROWSER)
    assert status == 302
    assert "utm_source=" in target
    await trip.follow(code, agent=BROWSER)
    await trip.follow(code, agent="LinkedInBot/1.0 (compatible; Mozilla/5.0)")
    await trip.follow(code, agent=BROWSER, method="HEAD")

    async def counted() -> bool:
        await trip.settle()
        figures = await trip.stats()
        return figures["clicks"]["raw"] == 4 and figures["reach"]["unknown_posts"] < approved

    await trip.until(counted)
    assert (await trip.stats())["clicks"] == {"raw": 4, "bot": 2, "duplicate": 1, "human": 1}

    await _applicants(trip, story, vacancy, parse_qs(urlsplit(target).query)["zw"][0])

    unwanted = next(post for post in published if post.network == "linkedin")
    await trip.take_off(unwanted)

    async def taken_off() -> bool:
        deleted = [post for post in await trip.sandbox_posts() if post["deleted_at"]]
        return [post["post_id"] for post in deleted] == [unwanted.external_id]

    await trip.until(taken_off)

    async def told() -> bool:
        async with trip.parts.database.read() as transaction:
            found = await deletions.of_posts(transaction, [unwanted.id])
        return found[unwanted.id].state is DeletionState.DELETED

    await trip.until(told)
    await trip.send(closed)
    await trip.settle()
    assert "ready" not in await trip.counts(campaign_of(vacancy))
    assert await trip.letters() == []


async def _applicants(
    trip: Journey, story: dict[str, Any], vacancy: dict[str, Any], reference: str
) -> None:
    """Somebody comes by a story's post (``reference``) and a vacancy's, and is hired and erased;
    another by a way that no one knows. What counts stays."""
    async with trip.parts.database.read() as transaction:
        (about_vacancy, *_) = await posts.in_state(
            transaction, PostState.READY, campaign_id=campaign_of(vacancy), limit=1
        )
    _, target = await trip.follow(about_vacancy.link_code, agent="curl/8.5.0")
    handed_on = f"{reference} {parse_qs(urlsplit(target).query)['zw'][0]}"
    steps = (
        {"application_id": "4711", "stage": "applied", "reference": handed_on},
        {"application_id": "4711", "stage": "hired"},
        {"application_id": "4711", "stage": "erased"},
        {"application_id": "4712", "stage": "applied"},
    )
    for number, step in enumerate(steps):
        await trip.send(
            {
                "specversion": "1.0",
                "id": f"step-{number}",
                "source": "/ats",
                "type": "application.received",
                "data": {
                    "vacancy_id": vacancy["data"]["vacancy_id"],
                    "at": "2026-11-24T12:00:00Z",
                    **step,
                },
            }
        )
    await trip.settle()
    of = [campaign_of(story), campaign_of(vacancy)]
    async with trip.parts.database.read() as transaction:
        found = await campaign_figures.of_campaigns(transaction, of)
    assert found[of[0]].brought == {"first": {"applied": 1, "hired": 1}}
    assert found[of[1]].brought == {"last": {"applied": 1, "hired": 1}}
    assert found[of[1]].applicants == {"applied": 2, "hired": 1}
    assert found[of[1]].came_by["applied"] == {of[1]: 1, "": 1}
