"""No request is read further than it may be long."""

from __future__ import annotations

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Bytes of a form. The longest text of a story, each of its bytes percent-encoded, fits.
MAX_FORM_BYTES = 4_000_000


class BodyLimit:
    """Ends reading with 413. Paths below ``except_below`` limit themselves."""

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
            read += len(message.get("body", b""))
            if read > self._limit:
                raise HTTPException(413)
            return message

        await self._app(scope, receive_within_limit, send)
