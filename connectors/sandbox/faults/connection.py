"""Faults of the connection itself: silence, dripping, and cutting off without an answer."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import Receive, Send

from connectors.sandbox.exchange import Answer
from connectors.sandbox.sending import start_message

_DRIP_SECONDS = 0.05
_CUT_SECONDS = 5.0


async def cut(receive: Receive, send: Send) -> None:
    """Close the connection without an answer.

    ASGI has no message for that. Under uvicorn ``receive`` is a method of the object that holds
    the transport; aborting that is what a dying server looks like. Where the transport cannot be
    reached, an answer is begun and not finished, so that a client sees an incomplete message.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
        # Until the server knows of it, returning without an answer would make it send a 500.
        await _gone_within(receive, _CUT_SECONDS)
        return
    await send(start_message(Answer(status=500), length=1))


async def stay_silent(receive: Receive, send: Send, *, seconds: float) -> None:
    """Answer nothing for so long, or until the client gives up, and then cut."""
    if not await _gone_within(receive, seconds):
        await cut(receive, send)


async def drip(receive: Receive, send: Send, answer: Answer, *, seconds: float) -> None:
    """Send a space at a time for so long, then the body.

    JSON may begin with white space: whoever waits for the end gets a good answer, and no pause is
    long enough for a timeout between two reads.
    """
    status = 200 if answer.status == 204 else answer.status
    opened = Answer(status=status, headers=answer.headers)
    await send(start_message(opened, length=None))
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    gone = asyncio.ensure_future(_gone(receive))
    try:
        while loop.time() < ends:
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            done, _ = await asyncio.wait({gone}, timeout=_DRIP_SECONDS)
            if done:
                return
    finally:
        gone.cancel()
    await send({"type": "http.response.body", "body": answer.body})


async def _gone_within(receive: Receive, seconds: float) -> bool:
    try:
        await asyncio.wait_for(_gone(receive), seconds)
    except TimeoutError:
        return False
    return True


async def _gone(receive: Receive) -> None:
    message: Any = {}
    while message.get("type") != "http.disconnect":
        message = await receive()
