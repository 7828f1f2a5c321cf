"""No request is read further than it may be long."""

from __future__ import annotations

from fastapi import HTTPException
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Bytes of a form. The longest text of a story, each of its bytes percent-encoded, fits.
MAX_FORM_BYTES = 4_000_000
#: So much more is let go unread: a browser that is still sending shows no answer.
_MOST_DROPPED = 100_000_000

#: Where a request's state says that its form was cut off.
CUT = "form_was_cut"


class BodyLimit:
    """Cuts forms off, so that what was typed before that is kept; ends all else with 413.

    Whoever reads a form that was cut off finds `CUT` in the request's state. Paths below
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
    """What ends a form of this type wherever it stands; None for what is no form."""
    kind, options = parse_options_header(content_type)
    if kind == b"application/x-www-form-urlencoded":
        return b""
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        return None
    return b"\r\n--%b--\r\n" % boundary
