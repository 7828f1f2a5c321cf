"""Where a short link leads, and what of a click is kept."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Generator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import structlog

from services.database.engine import Database
from services.errors import RetryLater
from services.events.clicks import ClickTexts
from services.figures.rules.click import visitor_key
from services.figures.rules.link_table import LinkTable, Target
from services.figures.store import figures, links
from services.identity import link_number
from services.text.normal_form import printable

_log = structlog.get_logger("links")

#: How long the answer of a look-up holds; the table knows a new link as soon.
_LOOKED_UP = timedelta(seconds=2)
_MOST_LOOKED_UP = 10_000

#: What a careers page hands on to the application form (docs/attribution.md).
REFERENCE = "zw"


class Visit(NamedTuple):
    """What a request says of itself. ``address`` is used for the visitor's key and then forgotten."""

    method: str
    address: str
    user_agent: str
    prefetch: bool


class Kept(Protocol):
    """Done when a click is durable. Futures are such."""

    def add_done_callback(self, callback: Callable[[Any], object], /) -> None: ...

    def __await__(self) -> Generator[Any, None, None]: ...


class ClickSink(Protocol):
    """Where clicks become durable before their redirect is answered."""

    def record(self, code: str, click: str) -> Kept:
        """Take the JSON of a click; what is returned is done when it is durable.

        Raises RetryLater when clicks are no longer accepted.
        """
        ...


class Links:
    """Targets from ``table``, clicks into ``sink``.

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
        self._salts = _Salts(database)
        self._texts = ClickTexts(secrets.randbits(72))
        self._looked_up: dict[str, tuple[datetime, asyncio.Task[Target | None]]] = {}

    @property
    def changes(self) -> int:
        """A number that changes when an address given by `known` may have changed."""
        return self._table.changes

    def known(self, code: str) -> Target | None:
        """Where a link leads that is known without asking anybody."""
        return self._table.target(code)

    async def target(self, code: str) -> Target | None:
        """Where a link leads; None for an unknown code.

        Raises RetryLater only when the table lacks a code that there may be and the database is away.
        """
        return self.known(code) or await self._look_up(code)

    def address(self, target: Target, code: str) -> str:
        campaign = target.campaign
        if campaign.kind == "vacancy" and campaign.closed:
            return self._careers
        if campaign.url is None:
            return f"{self._home}/stories/{campaign.id}"
        return with_utm(
            campaign.url, source=target.network, campaign=campaign.source_id, content=code
        )

    def record(self, code: str, visit: Visit) -> Kept | None:
        """Take the click on a link that there is; what is returned is done when it is durable.

        None: it is the first of a day, so `record_first` has to take it. Raises RetryLater
        when clicks are no longer accepted.
        """
        now = self._clock()
        salt = self._salts.known(now)
        return self._record(code, visit, now, salt) if salt else None

    async def record_first(self, code: str, visit: Visit) -> None:
        """As `record`; the first clicks of a day wait for its salt."""
        now = self._clock()
        await self._record(code, visit, now, await self._salts.of(now))

    def _record(self, code: str, visit: Visit, now: datetime, salt: bytes) -> Kept:
        method, address, user_agent, prefetch = visit
        visitor = visitor_key(salt=salt, address=address, user_agent=user_agent)
        click = self._texts.text(
            code,
            visitor,
            method=method,
            user_agent=printable(user_agent[:300]),
            prefetch=prefetch,
            at=now.isoformat(),
        )
        return self._sink.record(code, click)

    async def _look_up(self, code: str) -> Target | None:
        """One question for all who ask at once, and for those who ask right after them."""
        if link_number(code) is None:
            return None
        now = self._clock()
        asked, looking = self._looked_up.get(code, (now, None))
        if looking is None or abs(now - asked) > _LOOKED_UP:
            if len(self._looked_up) >= _MOST_LOOKED_UP:
                self._looked_up.clear()
            looking = asyncio.create_task(self._ask(code), name="looking up a link")
            self._looked_up[code] = now, looking
        # A visitor who goes away leaves the question to the others.
        return await asyncio.shield(looking)

    async def _ask(self, code: str) -> Target | None:
        try:
            async with self._database.read() as transaction:
                return await links.target(transaction, code)
        except BaseException:
            self._looked_up.pop(code, None)
            raise


def with_utm(url: str, *, source: str, campaign: str, content: str) -> str:
    """Add UTM tags and our `REFERENCE` where they are not there yet."""
    parts = urlsplit(url)
    present = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    tags = {
        "utm_source": source,
        "utm_medium": "employee_advocacy",
        "utm_campaign": campaign,
        "utm_content": content,
        REFERENCE: content,
    }
    missing = urlencode({name: value for name, value in tags.items() if name not in present})
    # What was there stays byte for byte: some addresses are signed.
    query = "&".join(part for part in (parts.query, missing) if part)
    return urlunsplit(parts._replace(query=query))


class _Salts:
    """A random salt a day for the keys of visitors, shared by all processes and destroyed after two.

    While the database is away a new day gets a salt of this process alone: the clicks count all the
    same, and only a visitor who comes to two processes on that day is taken for two.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._salts: dict[str, bytes] = {}
        self._salt = b""
        self._begins = self._ends = datetime.min.replace(tzinfo=UTC)
        self._lock = asyncio.Lock()

    def known(self, now: datetime) -> bytes:
        """The salt of the day that was asked for last, when that is still the day."""
        return self._salt if self._begins <= now < self._ends else b""

    async def of(self, now: datetime) -> bytes:
        day = now.astimezone(UTC).date()
        async with self._lock:
            if day.isoformat() not in self._salts:
                fresh = secrets.token_bytes(32)
                try:
                    self._salts = await self._shared(day, fresh)
                except RetryLater as away:
                    _log.warning("a salt of our own", reason=str(away))
                    self._salts = {day.isoformat(): fresh}
            self._salt = self._salts[day.isoformat()]
            self._begins = datetime.combine(day, time(), UTC)
            self._ends = self._begins + timedelta(days=1)
            return self._salt

    async def _shared(self, day: date, fresh: bytes) -> dict[str, bytes]:
        yesterday = (day - timedelta(days=1)).isoformat()
        async with self._database.write() as transaction:
            await figures.keep_salt(transaction, day.isoformat(), fresh)
            await figures.destroy_salts_before(transaction, yesterday)
            return await figures.salts(transaction)
