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

from services.database.engine import Database
from services.errors import RetryLater
from services.events.outgoing import LinkClicked
from services.events.statement import Statement, state
from services.figures.rules.click import visitor_key
from services.figures.rules.link_table import LinkTable, Target
from services.figures.store import figures, links
from services.identity import copied_code, link_number
from services.text.normal_form import printable

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


class Links:
    """Answers short links: targets from ``table``, clicks into ``sink`` first.

    ``table`` is kept fresh elsewhere; the database is asked only for a link that it lacks.
    """

    def __init__(
        self,
        *,
        table: LinkTable,
        database: Database,
        sink: ClickSink,
        clock: Callable[[], datetime],
        home: str,
        careers: str,
    ) -> None:
        self._table = table
        self._database = database
        self._sink = sink
        self._clock = clock
        self._home = home
        self._careers = careers or home
        self._visitors = _VisitorKeys(database)

    async def follow(self, code: str, visit: Visit) -> str | None:
        """The address to redirect to, after the click is durable; None for an unknown code.

        A visitor is never kept from the target: a click that cannot be kept is logged as lost.
        Raises RetryLater only when the table lacks a code that there may be and the database is away.
        """
        now, code = self._clock(), copied_code(code)
        target = self._table.target(code) or await self._look_up(code)
        if target is None:
            return None
        try:
            await self._record(code, visit, now)
        except RetryLater as away:
            _log.error("a click was lost", code=code, error=str(away))
        return self._address(target, code)

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

    async def _look_up(self, code: str) -> Target | None:
        if link_number(code) is None:
            return None
        async with self._database.read() as transaction:
            return await links.target(transaction, code)

    def _address(self, target: Target, code: str) -> str:
        campaign = target.campaign
        if campaign.kind == "vacancy" and campaign.closed:
            return self._careers
        if campaign.url is None:
            return f"{self._home}/stories/{campaign.id}"
        return with_utm(
            campaign.url, source=target.network, campaign=campaign.source_id, content=code
        )


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
