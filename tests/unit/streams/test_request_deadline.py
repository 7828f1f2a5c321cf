"""Clients that send a byte now and then hold no connection; slow answers are no one's fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import repeat
from pathlib import Path

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from services.settings import load_settings
from streams.serving.answer_at_once import HttpWithDeadline
from streams.serving.serve import listen, serving

_PATIENCE = 20


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HttpWithDeadline, "seconds", 1.0)


class Application:
    """Answers with the body, after ``thinks`` seconds; ``left`` are the clients that were gone."""

    def __init__(self, thinks: float = 0.0) -> None:
        self.thinks = thinks
        self.left = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await Request(scope, receive).body()
        except ClientDisconnect:
            self.left += 1
            return
        await asyncio.sleep(self.thinks)
        await PlainTextResponse(body)(scope, receive, send)


@asynccontextmanager
async def _served(
    tmp_path: Path, application: ASGIApp
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    listener = listen(load_settings(data=tmp_path, port=0))
    try:
        async with serving(application, listener, trusted_proxies=()):
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            yield reader, writer
            writer.close()
    finally:
        listener.close()


async def _trickle(writer: asyncio.StreamWriter, byte: bytes) -> None:
    """Send ``byte`` ten times in the time that a whole request may take, until it is cut off."""
    for each in repeat(byte):
        writer.write(each)
        await writer.drain()
        await asyncio.sleep(HttpWithDeadline.seconds / 10)


async def _answer_to_trickle(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, byte: bytes
) -> bytes:
    trickling = asyncio.create_task(_trickle(writer, byte))
    try:
        return await asyncio.wait_for(reader.read(), _PATIENCE)
    except ConnectionResetError:
        return b""
    finally:
        trickling.cancel()
        await asyncio.gather(trickling, return_exceptions=True)


async def test_slow_request_body_is_answered_with_408(tmp_path: Path) -> None:
    """The client hears why, its connection is closed, and the application let go of the request."""
    application = Application()
    async with _served(tmp_path, application) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n")
        answer = await _answer_to_trickle(reader, writer, b"x")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"took too long" in answer
    assert application.left == 1


async def test_refusal_arrives_despite_unread_body(tmp_path: Path) -> None:
    """A client that sent more than was ever looked at still hears why it is refused."""
    gone = asyncio.Event()

    async def read_nothing(_: Scope, receive: Receive, __: Send) -> None:
        await asyncio.sleep(2 * HttpWithDeadline.seconds)
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()

    async with _served(tmp_path, read_nothing) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9000000\r\n\r\n")
        answer = await _answer_to_trickle(reader, writer, bytes(100_000))
        assert answer.startswith(b"HTTP/1.1 408 ")
        await asyncio.wait_for(gone.wait(), _PATIENCE)


@pytest.mark.parametrize(
    ("before", "byte"),
    [(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ", b"x"), (b"", b"G"), (b"", b"\r\n")],
)
async def test_slow_request_head_is_cut_off(tmp_path: Path, before: bytes, byte: bytes) -> None:
    """Where no request has begun there is nothing to answer: the connection is closed."""
    async with _served(tmp_path, Application()) as (reader, writer):
        writer.write(before)
        answer = await _answer_to_trickle(reader, writer, byte)
    assert b"200 OK" not in answer


async def test_silent_connection_is_closed(tmp_path: Path) -> None:
    """Opening connections is not enough to hold them."""
    async with _served(tmp_path, Application()) as (reader, _):
        assert await asyncio.wait_for(reader.read(), _PATIENCE) == b""


@pytest.mark.parametrize("byte", [b"\r\n", b"G"])
async def test_kept_connection_has_the_same_deadline(tmp_path: Path, byte: bytes) -> None:
    """After an answered request the next one is bounded as the first was."""
    async with _served(tmp_path, Application()) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _PATIENCE)
        assert head.startswith(b"HTTP/1.1 200 ")
        assert b"200 OK" not in await _answer_to_trickle(reader, writer, byte)


async def test_slow_answer_is_not_cut_off(tmp_path: Path) -> None:
    """Two requests of one connection are answered, each thought about for longer than one may
    take to arrive."""
    async with _served(tmp_path, Application(thinks=1.1)) as (reader, writer):
        for body in (b"first", b"second"):
            writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(body))
            writer.write(body)
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _PATIENCE)
            assert head.startswith(b"HTTP/1.1 200 ")
            assert await reader.readexactly(len(body)) == body
