"""The simulated people of a demo: ambassadors, who connect their accounts and decide about drafts as
people would, and an audience, which follows the short links of published posts over HTTP.

What each ambassador does follows from the post's id, so that a demo that was killed goes on as before.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import IPv6Address
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

import aiohttp
import requests
import structlog

from connectors.sandbox import SandboxApp
from connectors.sandbox.audience import Visit
from services.accounts.store import connections
from services.campaigns.store import campaigns
from services.database.transaction import Transaction
from services.errors import NeedsPerson, Rejected, RetryLater
from services.message import message
from services.people.rules.ambassador import Ambassador
from services.people.store import people
from services.post import Post, PostState, text_sha256
from services.posts import decide, schedule
from services.posts.answer_prompt import answer_prompt
from services.posts.schedule import When
from services.posts.store import posts
from services.posts.suggest import Suggester
from streams.bootstrap import Parts, clock

_log = structlog.get_logger("demo")

_AT_ONCE = 4
_TIMEOUT = 10.0
_ROUND_SECONDS = 0.25
#: How long after a draft arrived a simulated person decides: uniform between these.
_SOONEST, _LATEST = timedelta(seconds=0.5), timedelta(seconds=6)
_APPROVED, _DECLINED = 0.72, 0.88


class SimulatedAmbassadors:
    """Acts for everybody except the people in ``left_alone``, whose accounts and drafts are theirs.

    ``answers`` is what they say when a draft asks them something, by person and by the id of the
    story or vacancy; ``declines`` are reasons why not, by language.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        left_alone: Collection[str],
        answers: Mapping[tuple[str, str], str] = MappingProxyType({}),
        declines: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        self._parts = parts
        self._answers, self._declines = answers, declines
        self._suggester = Suggester(parts.current_templates(), short_link=parts.short_link)
        self._left_alone = frozenset(left_alone)
        self._refused: set[str] = set()
        # No simulated person takes a decision back, so nothing waits to be undone.
        self._pace = replace(parts.settings.pace, undo=timedelta())

    async def run(self) -> None:
        """Connect people without a connection and decide drafts that are due, until cancelled."""
        while True:
            try:
                await self.connect_everybody()
                await self._decide_ripe()
            except RetryLater as away:
                _log.warning("the simulated ambassadors wait", reason=str(away))
            await asyncio.sleep(_ROUND_SECONDS)

    async def connect(self, person: Ambassador) -> None:
        """Give consent at each network's own page, as this person would in a browser."""
        for network in self._parts.networks:
            await self._connect(person, network)

    async def connect_everybody(self) -> None:
        """Connect all who are not connected, but those who are left alone."""
        waiting: list[tuple[str, str]] = []
        async with self._parts.database.read() as transaction:
            for network in self._parts.networks:
                ids = await connections.unconnected(transaction, network, limit=1_000)
                waiting += [(each, network) for each in ids if each not in self._left_alone]
            everybody = await people.ambassadors_by_id(
                transaction, [identity for identity, _ in waiting]
            )
        gate = asyncio.Semaphore(_AT_ONCE)

        async def connect(identity: str, network: str) -> None:
            async with gate:
                await self._connect(everybody[identity], network)

        await asyncio.gather(*(connect(*each) for each in waiting))

    async def _connect(self, person: Ambassador, name: str) -> None:
        """A network that fails leaves the account as it was; the next round tries again."""
        try:
            await self._consent(person, name)
        except (RetryLater, NeedsPerson, Rejected) as failure:
            _log.info("a simulated consent failed", network=name, reason=str(failure))

    async def _consent(self, person: Ambassador, name: str) -> None:
        network = self._parts.networks[name]
        redirect = f"{self._parts.settings.base_url}/connect/{name}/callback"
        state = secrets.token_urlsafe(16)
        start = network.authorization(state=state, redirect_uri=redirect)
        code = await self._parts.accounts.call(_press_allow, start.url, person)
        await self._parts.accounts.connect(
            person.id, name, code=code, verifier=start.verifier, redirect=redirect
        )

    async def _decide_ripe(self) -> None:
        now = clock()
        async with self._parts.database.read() as transaction:
            waiting = await posts.in_state(transaction, PostState.READY, limit=500)
        for post in waiting:
            if post.ambassador_id in self._left_alone or post.id in self._refused:
                continue
            if now - post.created_at >= _patience(post):
                await self._decide(post, now)

    async def _decide(self, post: Post, now: datetime) -> None:
        choice = _fraction(post.id, "choice")
        try:
            async with self._parts.database.write() as transaction:
                if choice < _APPROVED:
                    post = await self._answered(transaction, post, now)
                    if not post.text:
                        self._refused.add(post.id)  # asked something, and says nothing
                        return
                    await schedule.approve(
                        transaction,
                        self._pace,
                        post_id=post.id,
                        ambassador_id=post.ambassador_id,
                        text=post.text,
                        when=When.NOW,
                        now=now,
                        networks=self._parts.rules,
                    )
                elif choice < _DECLINED:
                    reasons = self._declines.get(post.language, ("",))
                    reason = reasons[int(_fraction(post.id, "reason") * len(reasons))]
                    await decide.decline(
                        transaction,
                        post_id=post.id,
                        ambassador_id=post.ambassador_id,
                        reason=reason,
                        now=now,
                    )
                else:
                    self._refused.add(post.id)  # stays in the inbox, as many drafts do
        except (Rejected, NeedsPerson) as refusal:
            _log.info("a simulated decision was refused", post=post.id, reason=str(refusal))
            self._refused.add(post.id)

    async def _answered(self, transaction: Transaction, post: Post, now: datetime) -> Post:
        """The post around what its person has to say; without that, or without room, as it is."""
        campaign = await campaigns.get(transaction, post.campaign_id)
        answer = self._answers.get((post.ambassador_id, campaign.source_id if campaign else ""))
        questions = post.recipe.get("questions")
        if answer is None and not post.text:
            return await self._chosen(transaction, post, now)
        if answer is None or not questions or post.recipe.get("answered"):
            return post
        with suppress(Rejected):
            return await answer_prompt(
                transaction,
                self._suggester,
                post_id=post.id,
                ambassador_id=post.ambassador_id,
                prompt=questions[0],
                answer=answer,
                text="",
                now=now,
            )
        return post

    async def _chosen(self, transaction: Transaction, post: Post, now: datetime) -> Post:
        """The first of the texts that they may choose; without one, the question as it was."""
        whose = {"post_id": post.id, "ambassador_id": post.ambassador_id}
        for draft in (await self._suggester.suggest(transaction, **whose))[:1]:
            return await self._suggester.choose(
                transaction,
                **whose,
                variant=draft.recipe["variant"],
                sha256=text_sha256(draft.text),
                now=now,
            )
        return post


def _press_allow(url: str, person: Ambassador) -> str:
    """Press "Allow" on the consent page behind ``url``; returns the code."""
    with requests.Session() as session:
        session.trust_env = False
        with suppress(requests.RequestException):
            answer = session.post(
                url,
                data={"decision": "allow", "member": person.email, "name": person.name},
                timeout=_TIMEOUT,
                allow_redirects=False,
            )
            codes = parse_qs(urlsplit(answer.headers.get("Location", "")).query).get("code")
            if codes:
                return codes[0]
    raise RetryLater(message("demo.no-consent-page", "the consent page did not answer"))


def _patience(post: Post) -> timedelta:
    return _SOONEST + (_LATEST - _SOONEST) * _fraction(post.id, "patience")


def _fraction(*words: str) -> float:
    """A number in [0, 1) that follows from the words."""
    digest = hashlib.blake2b("\x1f".join(words).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


_VISIT_SECONDS = 0.5
_VISITS_AT_ONCE = 8
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
                await asyncio.sleep(_VISIT_SECONDS)

    async def _visit(self, client: aiohttp.ClientSession, until: datetime) -> None:
        async with self._parts.database.read() as transaction:
            published = await posts.in_state(transaction, PostState.PUBLISHED, limit=5_000)
        gate = asyncio.Semaphore(_VISITS_AT_ONCE)

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
