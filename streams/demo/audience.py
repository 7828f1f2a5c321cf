"""The simulated audience: follows the short links of published posts, over HTTP, as people do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from ipaddress import IPv6Address

import aiohttp
import structlog

from connectors.sandbox import SandboxApp
from connectors.sandbox.audience import Visit
from services.errors import RetryLater
from services.post import Post, PostState
from services.posts.store import posts
from streams.bootstrap import Parts, clock

_log = structlog.get_logger("demo")

_ROUND_SECONDS = 0.5
_AT_ONCE = 8
#: Addresses that are reserved for documentation (RFC 3849): no real person is behind them.
_ADDRESSES = int(IPv6Address("2001:db8::"))


class SimulatedAudience:
    """Makes each planned visit once; visits planned before this process began are past."""

    def __init__(self, parts: Parts, sandbox: SandboxApp) -> None:
        self._parts = parts
        self._visitor = sandbox.networks.visitor
        self._since = clock()
        self.visits = 0

    async def run(self) -> None:
        """Visit until cancelled."""
        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=10), cookie_jar=aiohttp.DummyCookieJar()
        ) as client:
            while True:
                until = clock()
                with suppress(RetryLater):
                    await self._visit(client, until)
                self._since = until
                await asyncio.sleep(_ROUND_SECONDS)

    async def _visit(self, client: aiohttp.ClientSession, until: datetime) -> None:
        async with self._parts.database.read() as transaction:
            published = await posts.in_state(transaction, PostState.PUBLISHED, limit=5_000)
        gate = asyncio.Semaphore(_AT_ONCE)

        async def follow(post: Post, visit: Visit) -> None:
            async with gate:
                await self._follow(client, post, visit)

        planned = [(post, visit) for post in published for visit in self._due(post, until)]
        await asyncio.gather(*(follow(*each) for each in planned))

    def _due(self, post: Post, until: datetime) -> Iterator[Visit]:
        with suppress(LookupError):
            for visit in self._visitor.visits(post.external_id or "", until):
                if self._since < visit.at <= until:
                    yield visit

    async def _follow(self, client: aiohttp.ClientSession, post: Post, visit: Visit) -> None:
        address = _ADDRESSES + (hash_of(post.id) << 32) + visit.visitor
        headers = {"User-Agent": visit.user_agent, "X-Forwarded-For": str(IPv6Address(address))}
        link = self._parts.short_link(post.link_code)
        try:
            async with client.request(
                visit.method, link, headers=headers, allow_redirects=False
            ) as answer:
                if answer.status == _FOUND:
                    self.visits += 1
        except (aiohttp.ClientError, TimeoutError) as error:
            _log.info("a simulated visit failed", error=type(error).__name__)


_FOUND = 302


def hash_of(post_id: str) -> int:
    """Thirty-two bits of a post's id, so that visitors of different posts have own addresses."""
    return int(post_id.replace("-", "")[-8:], 16)
