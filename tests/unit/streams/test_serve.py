"""Whose word is taken for where a request comes from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from services.settings import load_settings
from streams.serving.serve import listen, serving


async def _who(scope: Scope, receive: Receive, send: Send) -> None:
    client = Request(scope).client
    await PlainTextResponse(client.host if client else "")(scope, receive, send)


@asynccontextmanager
async def _served(
    tmp_path: Path, trusted_proxies: Sequence[str]
) -> AsyncIterator[httpx.AsyncClient]:
    listener = listen(load_settings(data=tmp_path, port=0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        async with (
            serving(_who, listener, trusted_proxies=trusted_proxies),
            httpx.AsyncClient(base_url=address, trust_env=False) as client,
        ):
            yield client
    finally:
        listener.close()


@pytest.mark.parametrize(
    ("trusted", "seen"),
    [
        (("127.0.0.0/8",), "203.0.113.9"),
        (("10.0.0.7/32", "127.0.0.1/32"), "203.0.113.9"),
        (("10.0.0.0/8",), "127.0.0.1"),
        ((), "127.0.0.1"),
    ],
)
async def test_only_a_named_proxy_is_trusted(
    tmp_path: Path, trusted: Sequence[str], seen: str
) -> None:
    """The visitor behind a trusted proxy is distinguished from others; no one else can pretend to be one."""
    async with _served(tmp_path, trusted) as client:
        answer = await client.get("/", headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer.text == seen
