"""The load of the fire, and its history: what was asked, when, and what was answered.

Events come from a CMS and an ATS over HTTP, visitors follow links, and ambassadors approve their
drafts. All of them meet the outages as outsiders do; who gets no answer asks again.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp

from services.errors import RetryLater
from services.post import Post, PostState
from services.posts import decide
from services.posts.own_post import own_post
from services.posts.store import posts
from streams.bootstrap import Parts
from tests.builders import with_passages
from tests.e2e.zwaan_process import ROOT

SEED = 20261130
EVENTS_EVERY = 1.5
APPROVALS_EVERY = 0.6
CLICKS_A_SECOND = 12

_ASK_AGAIN = 1.0
#: Who is not answered within this once the load ends gives up.
_LAST_ANSWERS = 60.0
_EXAMPLES = ROOT / "examples"


@dataclass(slots=True, kw_only=True)
class Sent:
    """An event, which its sender repeats with the same id until it is accepted."""

    kind: str
    identity: str
    since: float
    tries: int = 0
    accepted_at: float | None = None
    accepted_by: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """``answer`` is a status, or how the request failed; ``at`` is when it was sent."""

    at: float
    answer: int | str
    seconds: float


@dataclass(slots=True, kw_only=True)
class History:
    events: list[Sent] = field(default_factory=list)
    clicks: list[Click] = field(default_factory=list)
    #: When each post was approved, by its id.
    approved: dict[str, float] = field(default_factory=dict)
    approvals_refused: int = 0

    def accepted_by(self, web: str) -> int:
        return sum(each.accepted_by == web for each in self.events)


class Load:
    """``webs`` are the addresses of the pages, which take turns."""

    def __init__(self, parts: Parts, webs: Sequence[str], token: str) -> None:
        self.history = History()
        self._parts = parts
        self._turns = itertools.cycle(webs)
        self._token = token
        self._chance = random.Random(SEED)  # noqa: S311 - the same load at every run
        self._links: list[str] = []
        self._seen: set[str] = set()
        self._until = math.inf
        self._stories = _examples("stories")
        self._vacancies = _examples("vacancies")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Load until the block ends; then nothing new is begun, and what is under way ends."""
        async with (
            aiohttp.ClientSession(
                # Everybody comes over a connection of their own.
                connector=aiohttp.TCPConnector(limit=0, force_close=True),
                timeout=aiohttp.ClientTimeout(total=20),
            ) as client,
            asyncio.TaskGroup() as group,
        ):
            sources = [
                group.create_task(self._send_events(client, group)),
                group.create_task(self._follow_links(client, group)),
                group.create_task(self._approve_drafts()),
            ]
            yield
            for source in sources:
                source.cancel()
            self._until = time.monotonic() + _LAST_ANSWERS

    async def _send_events(self, client: aiohttp.ClientSession, group: asyncio.TaskGroup) -> None:
        for number in itertools.count():
            event = self._event(number)
            sent = Sent(kind=event["type"], identity=event["id"], since=time.monotonic())
            self.history.events.append(sent)
            group.create_task(self._send(client, sent, event))
            await asyncio.sleep(EVENTS_EVERY)

    def _event(self, number: int) -> dict[str, Any]:
        """A story, a vacancy and two applications in turn; the event's id is its subject's."""
        pair, kind = divmod(number, 4)
        vacancy = self._vacancies[pair % len(self._vacancies)]
        if kind == 0:
            story = self._stories[pair % len(self._stories)]
            identity = f"story-{pair}"
            return _restated(story, identity, {"story_id": identity})
        if kind == 1:
            identity = f"vacancy-{pair}"
            return _restated(vacancy, identity, {"vacancy_id": identity, "closes_at": None})
        identity = f"application-{number}"
        about = {
            "application_id": identity,
            "vacancy_id": f"vacancy-{pair}",
            "stage": "applied",
            "at": datetime.now(UTC).isoformat(),
            "link_code": self._chance.choice(self._links) if self._links else None,
        }
        return {
            "specversion": "1.0",
            "id": identity,
            "source": "/ats",
            "type": "application.received",
            "time": about["at"],
            "data": about,
        }

    async def _send(
        self, client: aiohttp.ClientSession, sent: Sent, event: Mapping[str, Any]
    ) -> None:
        while sent.accepted_at is None and not sent.refusal and time.monotonic() < self._until:
            web = next(self._turns)
            sent.tries += 1
            try:
                async with client.post(
                    f"{web}/api/v1/events",
                    data=json.dumps(event),
                    headers={
                        "Content-Type": "application/cloudevents+json",
                        "Authorization": f"Bearer {self._token}",
                    },
                ) as answer:
                    if answer.status == 202:
                        sent.accepted_at, sent.accepted_by = time.monotonic(), web
                    elif answer.status != 503:
                        sent.refusal = f"{answer.status} {await answer.text()}"
            except (aiohttp.ClientError, TimeoutError):
                pass  # as after 503: it may have arrived, and its id says so
            if sent.accepted_at is None:
                await asyncio.sleep(_ASK_AGAIN)

    async def _follow_links(self, client: aiohttp.ClientSession, group: asyncio.TaskGroup) -> None:
        while not self._links:
            await asyncio.sleep(0.1)
        due = time.monotonic()
        for visitor in itertools.count():
            group.create_task(self._follow(client, self._chance.choice(self._links), visitor))
            due += 1 / CLICKS_A_SECOND
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _follow(self, client: aiohttp.ClientSession, code: str, visitor: int) -> None:
        at = time.monotonic()
        answer: int | str
        try:
            async with client.get(
                f"{next(self._turns)}/r/{code}",
                headers={"User-Agent": f"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.{visitor}"},
                allow_redirects=False,
            ) as response:
                answer = response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            answer = type(error).__name__
        self.history.clicks.append(
            Click(at=at, answer=answer, seconds=round(time.monotonic() - at, 3))
        )

    async def _approve_drafts(self) -> None:
        while True:
            try:
                for draft in await self._drafts():
                    await self._approve(draft)
                    await asyncio.sleep(APPROVALS_EVERY)
            except RetryLater:
                self.history.approvals_refused += 1
            await asyncio.sleep(APPROVALS_EVERY)

    async def _drafts(self) -> list[Post]:
        """Some that wait for their ambassadors. The links of all of them are followed from now on."""
        async with self._parts.database.read() as transaction:
            ready = await posts.in_state(transaction, PostState.READY, limit=2_000)
        self._links += [post.link_code for post in ready if post.id not in self._seen]
        self._seen |= {post.id for post in ready}
        written = [post for post in ready if post.text]  # the others are asked something first
        return self._chance.sample(written, min(5, len(written)))

    async def _approve(self, draft: Post) -> None:
        async with self._parts.database.write() as transaction:
            await decide.approve(
                transaction,
                await own_post(transaction, draft.id, draft.ambassador_id),
                text=draft.text,
                now=datetime.now(UTC),
                networks=self._parts.rules,
            )
        self.history.approved[draft.id] = time.monotonic()


def _examples(kind: str) -> list[dict[str, Any]]:
    paths = sorted((_EXAMPLES / kind).glob("*.json"))
    return [with_passages(json.loads(path.read_bytes())) for path in paths]


def _restated(
    example: Mapping[str, Any], identity: str, changed: Mapping[str, Any]
) -> dict[str, Any]:
    """The example as another story or vacancy, whose handful of people is asked."""
    data = {name: value for name, value in {**example["data"], **changed}.items() if value}
    return {**example, "id": identity, "launch": "handful", "data": data}
