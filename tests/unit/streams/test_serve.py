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

from connectors.sandbox.app import create_sandbox
from services.settings import load_settings
from streams.serve import WithSandbox, listen, serving


async def _who(scope: Scope, receive: Receive, send: Send) -> None:
    client = Request(scope).client
    await PlainTextResponse(client.host if client else "")(scope, receive, send)


@asynccontextmanager
async def _served(
    tmp_path: Path, trusted_proxies: Sequence[str]
) -> AsyncIterator[httpx.AsyncClient]:
    listener = listen(load_settings(data=tmp_path, port=0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    sandbox = create_sandbox(None, public_url=address)
    try:
        async with (
            serving(WithSandbox(_who, sandbox), listener, trusted_proxies=trusted_proxies),
            httpx.AsyncClient(base_url=address, trust_env=False) as client,
        ):
            yield client
    finally:
        sandbox.close()
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
async def test_a_proxy_is_believed_where_it_is_named(
    tmp_path: Path, trusted: Sequence[str], seen: str
) -> None:
    """The visitor behind a trusted proxy is told from others; nobody else can pretend to be one."""
    async with _served(tmp_path, trusted) as client:
        answer = await client.get("/", headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer.text == seen


@pytest.mark.parametrize(
    ("headers", "admitted"),
    [
        ({}, True),
        ({"Host": "localhost"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Host": "zwaan.example.org"}, False),
        ({"X-Forwarded-For": "203.0.113.9"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
    ],
)
async def test_the_sandbox_is_controlled_from_this_machine_alone(
    tmp_path: Path, headers: dict[str, str], admitted: bool
) -> None:
    """No visitor behind a proxy, no page of somebody else's in this machine's browser, and none
    under a name that leads here reaches its faults."""
    async with _served(tmp_path, ("127.0.0.1",)) as client:
        answer = await client.get("/_sandbox/clock", headers=headers)
    assert (answer.text not in {"127.0.0.1", "203.0.113.9"}) == admitted
