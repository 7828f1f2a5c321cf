"""``/r/{code}``: a bare ASGI application, because it serves the most requests.

The click is durable before the redirect is answered, and a visitor is never kept from the target; a
network's preview robot gets a card with the story's title, text and image (https://ogp.me). What a request
costs is in benchmarks/redirect.py; this code runs for each.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import quote, urlsplit

import idna
import structlog
from starlette.types import Receive, Scope, Send

from services.campaigns.store import campaigns
from services.database.engine import Database
from services.errors import RetryLater
from services.events.incoming import StoryApproved
from services.figures.follow_link import Kept, Links, Visit
from services.figures.rules.link_table import Target
from services.figures.rules.user_agent import shows_previews
from services.identity import copied_code
from services.language import LANGUAGES
from services.message import label, message
from services.metrics import Metrics
from services.web import rendering
from services.web.messages import messages_in, preferred_language

_log = structlog.get_logger("links")

PREFIX = "/r/"
#: A printed or scanned address may be in capitals.
PREFIXES = (PREFIX, PREFIX.upper())

#: Locations that are remembered, a few hundred bytes each; all are forgotten when there are more.
_MOST_LOCATIONS = 65_536

#: How browsers say that they load a page before anybody asked for it.
_PURPOSES = frozenset({b"sec-purpose", b"purpose", b"x-moz"})

#: A request with any of these has a body, waits for a word, or was passed on by a proxy.
_NOT_AT_ONCE = frozenset(
    {b"content-length", b"transfer-encoding", b"expect", b"x-forwarded-for", b"x-forwarded-proto"}
)

#: Not cached, so that every visit counts and a closed vacancy's link changes its target.
_ALWAYS = ((b"cache-control", b"no-store"), (b"referrer-policy", b"no-referrer"))
_WITHOUT_BODY = (b"content-length", b"0"), *_ALWAYS
_REST = b"".join(b"%b: %b\r\n" % each for each in _WITHOUT_BODY)
_PAGE = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"x-robots-tag", b"noindex"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; style-src 'self'"),
    *_ALWAYS,
)
#: Title and text of the pages that stand in place of a redirect.
_WORDS = {
    "unknown": (
        message("short-link.unknown.title", "This link leads nowhere"),
        label(
            "short-link.unknown.text",
            "Perhaps a letter is missing. {organisation} has no page at this address.",
        ),
    ),
    "away": (
        message("short-link.away.title", "Just a moment"),
        label(
            "short-link.away.text",
            "{organisation} cannot open this link right now. Try again in a minute.",
        ),
    ),
}
_EMPTY = {"type": "http.response.body", "body": b""}


class ShortLinks:
    """Answers GET and HEAD below `PREFIX`."""

    def __init__(
        self, links: Links, metrics: Metrics, cards: LinkCards, *, organisation: str
    ) -> None:
        self._links = links
        self._cards = cards
        self._locations: dict[str, bytes] = {}
        self._changes = links.changes
        self._redirects, self._unknown, self._away = (
            metrics.short_links.labels(answer) for answer in ("redirect", "unknown", "away")
        )
        self._pages = {
            (language, page): rendering.render(
                "short_link.html",
                language=language,
                title=messages_in(language).phrase(title),
                text=messages_in(language).phrase(text, organisation=organisation),
            ).encode()
            for language in LANGUAGES
            for page, (title, text) in _WORDS.items()
        }

    def take(
        self, method: str, code: str, address: str, headers: Sequence[tuple[bytes, bytes]]
    ) -> tuple[bytes, Kept] | None:
        """The headers of the redirect, and what is done when it may be answered.

        None: the request wants more than that, and is for the application.
        """
        location = self._remembered(code)
        if location is None or any(name in _NOT_AT_ONCE for name, _ in headers):
            return None
        user_agent, prefetch = _said(headers)
        if shows_previews(user_agent):
            return None
        try:
            kept = self._links.record(code, Visit(method, address, user_agent, prefetch))
        except RetryLater:
            return None
        if kept is None:
            return None
        self._redirects.inc()
        return b"location: %b\r\n%b" % (location, _REST), kept

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        method = scope["method"]
        if method not in ("GET", "HEAD"):
            await _answer(send, 405, ((b"allow", b"GET, HEAD"), *_WITHOUT_BODY))
            return
        code = copied_code(scope["path"][len(PREFIX) :])
        try:
            location = self._remembered(code) or await self._location(code)
        except RetryLater as away:
            self._away.inc()
            wait = str(math.ceil(away.after or 5)).encode()
            await self._page(scope, send, 503, "away", (b"retry-after", wait))
            return
        if location is None:
            self._unknown.inc()
            await self._page(scope, send, 404, "unknown")
            return
        client = scope.get("client")
        user_agent, prefetch = _said(scope["headers"])
        visit = Visit(method, client[0] if client else "", user_agent, prefetch)
        try:
            await (self._links.record(code, visit) or self._links.record_first(code, visit))
        except RetryLater as away:
            _log.error("a click was lost", code=code, error=str(away))
        self._redirects.inc()
        if shows_previews(user_agent):
            card = await self._card(code, location)
            if card:
                await _answer(send, 200, _PAGE, card)
                return
        await _answer(send, 302, ((b"location", location), *_WITHOUT_BODY))

    def _remembered(self, code: str) -> bytes | None:
        if self._changes != self._links.changes:
            self._changes = self._links.changes
            self._locations.clear()
        return self._locations.get(code)

    async def _location(self, code: str) -> bytes | None:
        """Raises RetryLater."""
        known = self._links.known(code)
        target = known or await self._links.target(code)
        if target is None:
            return None
        location = redirect_address(self._links.address(target, code)).encode()
        if known:
            # One that was looked up is not remembered: there is no notice of its changes.
            if len(self._locations) >= _MOST_LOCATIONS:
                self._locations.clear()
            self._locations[code] = location
        return location

    async def _card(self, code: str, location: bytes) -> bytes:
        """Empty where there is none to show: then the robot reads the target itself."""
        try:
            target: Target | None = await self._links.target(code)
            return await self._cards.card(target, code, location.decode()) if target else b""
        except RetryLater:
            return b""

    async def _page(
        self, scope: Scope, send: Send, status: int, page: str, *more: tuple[bytes, bytes]
    ) -> None:
        accepted = b",".join(
            value for name, value in scope["headers"] if name == b"accept-language"
        )
        language = preferred_language(accepted.decode("latin-1"))
        await _answer(send, status, (*more, *_PAGE), self._pages[language, page])


def _said(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, bool]:
    """The user agent, and whether a browser loads ahead."""
    user_agent, prefetch = "", False
    for name, value in headers:
        if name == b"user-agent":
            user_agent = value.decode("latin-1")
        elif name in _PURPOSES:
            purpose = value.lower()
            prefetch = prefetch or b"prefetch" in purpose or b"preview" in purpose
    return user_agent, prefetch


async def _answer(
    send: Send, status: int, headers: tuple[tuple[bytes, bytes], ...], body: bytes = b""
) -> None:
    if body:
        headers = ((b"content-length", b"%d" % len(body)), *headers)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body} if body else _EMPTY)


#: Robots come in crowds, one after another for the same story.
_HOLDS_SECONDS = 60.0
_MOST = 1_000


class LinkCards:
    """Cards by campaign. ``base_url`` is where short links are."""

    def __init__(
        self,
        database: Database,
        *,
        organisation: str,
        base_url: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._organisation = organisation
        self._base_url = base_url
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, campaigns.Campaign | None]] = {}

    async def card(self, target: Target, code: str, location: str) -> bytes:
        """HTML; empty for a closed vacancy, which has nothing to show. Raises RetryLater."""
        campaign = await self._campaign(target.campaign.id)
        if campaign is None or (campaign.kind == "vacancy" and target.campaign.closed):
            return b""
        content = campaign.content
        is_story = isinstance(content, StoryApproved)
        return rendering.render(
            "link_card.html",
            language=content.language,
            title=campaign.title,
            text=content.body if isinstance(content, StoryApproved) else content.description,
            image=content.images[0]
            if isinstance(content, StoryApproved) and content.images
            else None,
            is_story=is_story,
            organisation=self._organisation,
            address=f"{self._base_url}/r/{code}",
            location=location,
        ).encode()

    async def _campaign(self, campaign_id: str) -> campaigns.Campaign | None:
        now = self._monotonic()
        read, campaign = self._known.get(campaign_id, (now, None))
        if campaign is None or now - read > _HOLDS_SECONDS:
            async with self._database.read() as transaction:
                campaign = await campaigns.get(transaction, campaign_id)
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[campaign_id] = now, campaign
        return campaign


# What may stand in an address as it is (RFC 3986).
_PLAIN = ":/%#?=@[]!$&'()*+,;~"


def redirect_address(address: str) -> str:
    """International host names in punycode, as browsers do; other letters as UTF-8 in percents."""
    if not address.isascii():
        address = _with_ascii_host(address)
    return quote(address, safe=_PLAIN)


def _with_ascii_host(address: str) -> str:
    parts = urlsplit(address)
    host, colon, port = parts.netloc.partition(":")
    try:
        host = idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        # What the standard leaves out, such as emoji; browsers take it all the same.
        host = ".".join(map(_label, host.lower().split(".")))
    return parts._replace(netloc=f"{host}{colon}{port}").geturl()


def _label(label: str) -> str:
    return label if label.isascii() else f"xn--{label.encode('punycode').decode()}"
