"""Where a short link leads, and what of a click is kept."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import uuid4

import structlog

from services.domain.click import visitor_key
from services.domain.post import printable
from services.errors import RetryLater
from services.events.incoming import StoryApproved
from services.events.outgoing import LinkClicked
from services.events.statement import Statement, state
from services.storage import campaigns, figures, posts
from services.storage.campaigns import Campaign
from services.storage.database import Database

_log = structlog.get_logger("links")


class ClickSink(Protocol):
    """Where clicks become durable before their redirect is answered."""

    async def record(self, click: Statement) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a request says of itself. ``address`` is used for the visitor key and then forgotten."""

    method: str
    address: str
    user_agent: str
    prefetch: bool


#: A link's target may change (a vacancy closes); it is looked up again after this.
_FRESH = timedelta(seconds=5)
_MAX_LINKS = 50_000


class Links:
    """Answers short links: targets from a small cache, clicks into ``sink`` first."""

    def __init__(
        self,
        *,
        database: Database,
        sink: ClickSink,
        clock: Callable[[], datetime],
        home: str,
        careers: str,
    ) -> None:
        self._database = database
        self._sink = sink
        self._clock = clock
        self._home = home
        self._careers = careers or home
        self._targets: dict[str, tuple[datetime, str | None]] = {}
        self._visitors = _VisitorKeys(database)

    async def follow(self, code: str, visit: Visit) -> str | None:
        """The address to redirect to, after the click is durable; None for an unknown code.

        A visitor is never kept from the target: a click that cannot be kept is logged as lost.
        Raises RetryLater only when the target itself cannot be looked up.
        """
        now = self._clock()
        target = await self._target(code, now)
        if target is None:
            return None
        try:
            await self._record(code, visit, now)
        except RetryLater as away:
            _log.error("a click was lost", code=code, error=str(away))
        return target

    async def _record(self, code: str, visit: Visit, now: datetime) -> None:
        visitor = await self._visitors.key(now, visit)
        await self._sink.record(
            state(
                # Checked above and cut below; this is the hottest path of the web pages.
                LinkClicked.model_construct(
                    code=code,
                    visitor=visitor,
                    method=visit.method[:10],
                    user_agent=printable(visit.user_agent[:300]),
                    prefetch=visit.prefetch,
                    clicked_at=now,
                ),
                at=now,
                cause=str(uuid4()),
            )
        )

    async def _target(self, code: str, now: datetime) -> str | None:
        cached = self._targets.get(code)
        if cached is not None and now - cached[0] < _FRESH:
            return cached[1]
        try:
            async with self._database.read() as transaction:
                found = await posts.by_link(transaction, code)
                campaign = found and await campaigns.get(transaction, found.campaign_id)
        except RetryLater:
            if cached is None:
                raise
            return cached[1]  # an old target is better than none
        target = None
        if found and campaign:
            target = self._address(campaign, found.network, code)
        if len(self._targets) >= _MAX_LINKS:
            self._targets.clear()
        self._targets[code] = (now, target)
        return target

    def _address(self, campaign: Campaign, network: str, code: str) -> str:
        if campaign.kind == "vacancy" and campaign.state == "closed":
            return self._careers
        url = campaign.content.url
        if url is None:
            assert isinstance(campaign.content, StoryApproved)  # noqa: S101 - a vacancy has one
            return f"{self._home}/stories/{campaign.id}"
        return with_utm(url, source=network, campaign=campaign.source_id, content=code)


def with_utm(url: str, *, source: str, campaign: str, content: str) -> str:
    """Add UTM tags that are not there yet."""
    parts = urlsplit(url)
    present = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    tags = {
        "utm_source": source,
        "utm_medium": "employee_advocacy",
        "utm_campaign": campaign,
        "utm_content": content,
    }
    missing = urlencode({name: value for name, value in tags.items() if name not in present})
    # What was there stays byte for byte: some addresses are signed.
    query = "&".join(part for part in (parts.query, missing) if part)
    return urlunsplit(parts._replace(query=query))


class _VisitorKeys:
    """Visitor keys with a random salt a day, shared by all processes and destroyed after two.

    While the database is away a new day gets a salt of this process alone: the clicks count all the
    same, and only a visitor who comes to two processes on that day is taken for two.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._salts: dict[str, bytes] = {}
        self._lock = asyncio.Lock()

    async def key(self, now: datetime, visit: Visit) -> str:
        day = now.astimezone(UTC).date()
        salt = self._salts.get(day.isoformat()) or await self._salt(day)
        return visitor_key(salt=salt, address=visit.address, user_agent=visit.user_agent)

    async def _salt(self, day: date) -> bytes:
        async with self._lock:
            if day.isoformat() not in self._salts:
                fresh = secrets.token_bytes(32)
                try:
                    self._salts = await self._shared(day, fresh)
                except RetryLater as away:
                    _log.warning("a salt of our own", reason=str(away))
                    self._salts = {day.isoformat(): fresh}
            return self._salts[day.isoformat()]

    async def _shared(self, day: date, fresh: bytes) -> dict[str, bytes]:
        yesterday = (day - timedelta(days=1)).isoformat()
        async with self._database.write() as transaction:
            await figures.keep_salt(transaction, day.isoformat(), fresh)
            await figures.destroy_salts_before(transaction, yesterday)
            return await figures.salts(transaction)
