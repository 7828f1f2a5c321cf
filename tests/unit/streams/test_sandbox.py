"""Who may steer the sandbox, in every way that it is served."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from connectors.sandbox import create_sandbox
from services.settings import load_settings
from streams.run import WithSandbox, alone, steering
from streams.serving.serve import listen, serving

_PAGES = PlainTextResponse("the pages")

_Way = Callable[[ASGIApp, Callable[[Request], bool]], ASGIApp]
_EVERY_WAY = pytest.mark.parametrize(
    "served", [partial(WithSandbox, _PAGES), alone], ids=["beside pages", "alone"]
)
_STRANGERS = [
    {"Host": "zwaan.example.org"},
    {"X-Forwarded-For": "203.0.113.9"},
    {"Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
]


@asynccontextmanager
async def _serving(tmp_path: Path, served: _Way) -> AsyncIterator[httpx.AsyncClient]:
    settings = load_settings(data=tmp_path, port=0)
    listener = listen(settings)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    sandbox = create_sandbox(None, public_url=address)
    try:
        async with (
            serving(served(sandbox, steering(settings)), listener, trusted_proxies=("127.0.0.1",)),
            httpx.AsyncClient(base_url=address, trust_env=False) as client,
        ):
            yield client
    finally:
        sandbox.close()
        listener.close()


@_EVERY_WAY
@pytest.mark.parametrize(
    "headers", [{}, {"Host": "localhost"}, {"Sec-Fetch-Site": "same-origin"}], ids=str
)
async def test_programs_on_this_machine_steer_the_sandbox(
    tmp_path: Path, served: _Way, headers: dict[str, str]
) -> None:
    """The person who runs it sets its clock and faults, by a name of this machine."""
    async with _serving(tmp_path, served) as client:
        answer = await client.get("/_sandbox/clock", headers=headers)
    assert "now" in answer.json()


@_EVERY_WAY
@pytest.mark.parametrize("headers", _STRANGERS, ids=str)
async def test_others_cannot_steer_the_sandbox(
    tmp_path: Path, served: _Way, headers: dict[str, str]
) -> None:
    """No visitor behind a proxy, no page of somebody else's in this machine's browser, and none
    under a name that leads here reaches its faults."""
    async with _serving(tmp_path, served) as client:
        for path in ("faults", "clock", "limits", "journal"):
            answer = await client.get(f"/_sandbox/{path}", headers=headers)
            assert not answer.headers["content-type"].startswith("application/json")
        await client.post("/_sandbox/faults", json=[{"kind": "drop"}], headers=headers)
        left = await client.get("/_sandbox/faults")
    assert left.json() == {"rules": []}


@_EVERY_WAY
@pytest.mark.parametrize("headers", _STRANGERS, ids=str)
async def test_network_pages_load_their_style(
    tmp_path: Path, served: _Way, headers: dict[str, str]
) -> None:
    """Who gives consent from another machine sees the page as it is meant."""
    async with _serving(tmp_path, served) as client:
        answer = await client.get("/_sandbox/sandbox.css", headers=headers)
    assert answer.headers["content-type"].startswith("text/css")
