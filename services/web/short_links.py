"""``/r/{code}``: a bare ASGI path, because it is the one that the whole world asks for.

The click is durable before the redirect is answered, and a visitor is never kept from the target.
"""

from __future__ import annotations

import math

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from services.errors import RetryLater
from services.figures.follow_link import Links, Visit
from services.metrics import Metrics
from services.web import rendering
from services.web.messages import LANGUAGES, messages_in, preferred_language
from services.web.redirect_address import redirect_address

PREFIX = "/r/"
#: A printed or scanned address may be in capitals.
PREFIXES = (PREFIX, PREFIX.upper())


class ShortLinks:
    """Answers GET and HEAD below `PREFIX`."""

    def __init__(self, links: Links, metrics: Metrics, *, organisation: str) -> None:
        self._links = links
        self._answers = {
            answer: metrics.short_links.labels(answer) for answer in ("redirect", "unknown", "away")
        }
        self._pages = {
            (language, page): rendering.render(
                "short_link.html",
                language=language,
                t=messages_in(language).text,
                page=page,
                organisation=organisation,
            ).encode()
            for language in LANGUAGES
            for page in ("unknown", "away")
        }

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        method: str = scope["method"]
        headers = Headers(scope=scope)
        if method not in ("GET", "HEAD"):
            await _answer(send, 405, {"Allow": "GET, HEAD"}, b"")
            return
        code = scope["path"][len(PREFIX) :]
        client = scope.get("client")
        visit = Visit(
            method=method,
            address=client[0] if client else "",
            user_agent=headers.get("User-Agent", ""),
            prefetch=_is_prefetch(headers),
        )
        try:
            target = await self._links.follow(code, visit)
        except RetryLater as away:
            self._answers["away"].inc()
            wait = {"Retry-After": str(math.ceil(away.after or 5))}
            await self._page(send, 503, "away", headers, wait)
            return
        if target is None:
            self._answers["unknown"].inc()
            await self._page(send, 404, "unknown", headers, {})
            return
        self._answers["redirect"].inc()
        # Not cached, so that every visit counts and a closed vacancy's link changes its target.
        await _answer(send, 302, {"Location": redirect_address(target)}, b"")

    async def _page(
        self, send: Send, status: int, page: str, headers: Headers, more: dict[str, str]
    ) -> None:
        language = preferred_language(headers.get("Accept-Language", ""))
        more["Content-Type"] = "text/html; charset=utf-8"
        await _answer(send, status, more, self._pages[language, page])


def _is_prefetch(headers: Headers) -> bool:
    """Whether a browser loads the page before anybody asked for it."""
    purposes = " ".join(headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return "prefetch" in purposes.lower() or "preview" in purposes.lower()


async def _answer(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    headers |= {
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
    if body:
        headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'"
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in headers.items()
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
