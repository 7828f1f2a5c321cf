"""What every request passes: its length, its ids, its metrics, and the headers of its answer.

No request is read further than it may be long. An impossible id is 404 before any query: PostgreSQL takes no NUL in a text. Addresses of style, script and htmx carry a digest, so
that browsers keep them for ever.
"""

from __future__ import annotations

import mimetypes
from time import perf_counter
from typing import Annotated

from fastapi import HTTPException, Path, Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.metrics import Metrics

#: Bytes of a form. The longest text of a story, each of its bytes percent-encoded, fits.
MAX_FORM_BYTES = 4_000_000
#: So much more is let go unread: a browser that is still sending shows no answer.
_MOST_DROPPED = 100_000_000

#: Where a request's state says that its form was cut off.
CUT = "form_was_cut"


class BodyLimit:
    """Cuts forms off, so that what was typed before that is kept; ends all else with 413.

    `CUT` in the request's state marks a form that was cut off. Paths below
    ``except_below`` limit themselves.
    """

    def __init__(self, app: ASGIApp, *, limit: int, except_below: str) -> None:
        self._app = app
        self._limit = limit
        self._except_below = except_below

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self._except_below):
            await self._app(scope, receive, send)
            return
        read = 0

        async def receive_within_limit() -> Message:
            nonlocal read
            message = await receive()
            body = message.get("body", b"")
            room = max(self._limit - read, 0)
            read += len(body)
            if read <= self._limit:
                return message
            end = _end_of_form(Headers(scope=scope).get("Content-Type", ""))
            if end is None:
                raise HTTPException(413)
            while message.get("more_body") and read < _MOST_DROPPED:
                message = await receive()
                read += len(message.get("body", b""))
            scope.setdefault("state", {})[CUT] = True
            return {"type": "http.request", "body": body[:room] + end, "more_body": False}

        await self._app(scope, receive_within_limit, send)


def _end_of_form(content_type: str) -> bytes | None:
    """The bytes that end a form of this type at any position; None for what is no form."""
    kind, options = parse_options_header(content_type)
    if kind == b"application/x-www-form-urlencoded":
        return b""
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        return None
    return b"\r\n--%b--\r\n" % boundary


# No inline script or style anywhere, so an injected one does not run. `form-action` is about forms
# only; going to a network for consent is a link.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class SecurityHeaders:
    """``https``: pages are served encrypted, so browsers should insist on it."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            # Older browsers do not know frame-ancestors.
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            # Pages are personal; assets set their own.
            "Cache-Control": "no-store",
        }
        if https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


# A client may send any word as method; as a label it would grow for ever.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMetrics:
    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        started = perf_counter()

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            # An address without a route may be anything; as a label it would grow for ever.
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.http_requests.labels(method, route, status).inc()
            self._metrics.http_seconds.labels(route).observe(perf_counter() - started)


#: The id of a dead letter; what cannot be one is answered with 404 (`services.web.faults`).
LetterId = Annotated[int, Path(ge=1, lt=2**63)]

#: Of the longest id that an address holds, the path of a share text.
_LONGEST = 300


async def refuse_impossible_ids(request: Request) -> None:
    """A dependency of every page and of the API. Raises 404."""
    ids = [str(each) for each in request.path_params.values()]
    if any(len(each) > _LONGEST or not each.isprintable() for each in ids):
        raise HTTPException(404)
    if any("\x00" in each for _, each in request.query_params.multi_items()):
        raise HTTPException(404)


mimetypes.add_type("application/manifest+json", ".webmanifest")


class Assets(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200 and b"v=" in scope["query_string"]:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        if path == "service-worker.js":
            # It may answer for every page, not only for those beside it.
            response.headers["Service-Worker-Allowed"] = "/"
        return response
