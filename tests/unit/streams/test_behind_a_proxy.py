"""What trusts this machine, asked directly and through reverse proxies on this machine."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp

from connectors.sandbox.control import OPERATIONS
from services.figures.rules.link_table import LinkTable
from services.identity import ambassador_id
from services.people.sign_in import make_link
from services.people.store import people
from services.people.store.people import Person
from services.settings import load_settings
from services.web.app import create_pages, create_web
from streams.bootstrap import Parts, clock, open_parts
from streams.run import WithSandbox, alone, open_sandbox, steering
from streams.serving.click_writer import ClickWriter
from streams.serving.serve import Readinesses, listen, operations, serving, web_parts
from tests.fakes import MemoryLog
from tests.forwarding_proxy import Change, both, forwarding, host, old, saying

pytestmark = pytest.mark.timeout(120)

TOKEN = "the-api-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PERSON = Person(
    id=ambassador_id("ad@example.org"),
    email="ad@example.org",
    name="Ad",
    language="nl",
    roles=frozenset({"administrator"}),
)

#: Unused, and made once because that takes longer than a visit.
TLS = ssl.create_default_context()

#: As a proxy names the machine behind it when it does not pass the visitor's name on.
NEAR = host("127.0.0.1:8000")

#: What proxies do. A visitor asks all of them for zwaan.example.org.
SEEN: dict[str, Change] = {
    "passes the name on and says nothing": lambda head: head,
    "X-Forwarded-For": both(NEAR, saying("X-Forwarded-For: 203.0.113.9")),
    "X-Forwarded-For of this machine": both(NEAR, saying("X-Forwarded-For: 127.0.0.1")),
    "an empty X-Forwarded-For": both(NEAR, saying("X-Forwarded-For:")),
    "X-Forwarded-Host": both(NEAR, saying("X-Forwarded-Host: zwaan.example.org")),
    "X-Forwarded-Proto": both(NEAR, saying("X-Forwarded-Proto: https")),
    "Forwarded": both(NEAR, saying("Forwarded: for=203.0.113.9")),
    "Via": both(NEAR, saying("Via: 1.1 proxy")),
    "X-Real-IP": both(NEAR, saying("X-Real-IP: 203.0.113.9")),
    "CF-Connecting-IP": both(NEAR, saying("CF-Connecting-IP: 203.0.113.9")),
    "a name that looks like ours": host("127.0.0.1.evil.example"),
    "no name": lambda head: [
        *(each for each in head if not each.lower().startswith("host:")),
        "Host:",
    ],
    "nginx as it comes": both(NEAR, old),
}
#: One that hides everything is the same as a program on this machine.
HIDDEN = NEAR


@dataclass(frozen=True, slots=True)
class Question:
    """A route that trusts this machine, or a token."""

    method: str
    path: str

    async def is_answered(self, client: httpx.AsyncClient) -> bool:
        """Whether the answer is the one of somebody who is trusted."""
        answer = await client.request(self.method, self.path)
        if self.path == "/metrics":
            return answer.status_code == 200
        if self.path == "/readyz":
            return "waiting" in answer.json()
        if self.path.startswith("/api/"):
            return answer.status_code != 401
        return answer.headers["Content-Type"].startswith("application/json")


CONTROL = [
    Question(each.method, f"/_sandbox{each.path}")
    for each in OPERATIONS
    if each.kind not in ("media", "style")
]


def asked(parts: Any) -> list[Question]:
    """All that there is, so that a route that is added is asked too."""
    found = [
        Question(method, str(route.path).format(letter_id=999, ending="csv"))
        for route in iter_route_contexts(create_pages(parts).routes)
        if str(route.path).startswith("/api/") or route.path in ("/metrics", "/readyz")
        for method in sorted(route.methods or ())
    ]
    assert len(found) >= 5
    assert len(CONTROL) >= 13
    return [*found, *CONTROL]


@asynccontextmanager
async def served(tmp_path: Path, **given: Any) -> AsyncIterator[tuple[int, Parts, list[Question]]]:
    """Pages and sandbox as `zwaan up` serves them."""
    settings = load_settings(data=tmp_path, **given)
    listener = listen(settings.model_copy(update={"port": 0}))
    sandbox = open_sandbox(settings)
    try:
        async with open_parts(settings) as parts:
            clicks = ClickWriter(log=MemoryLog(), journal=tmp_path / "clicks.journal")
            of_web = web_parts(parts, Readinesses(), clicks, LinkTable())
            application = WithSandbox(create_web(of_web), sandbox, steering(settings))
            async with serving(application, listener, trusted_proxies=settings.trusted_proxies):
                yield listener.getsockname()[1], parts, asked(of_web)
    finally:
        sandbox.close()
        listener.close()


def visitor(address: str, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, headers=headers, trust_env=False, verify=TLS)


async def answered(address: str, questions: Sequence[Question], **headers: str) -> list[Question]:
    async with visitor(address, **headers) as client:
        found = await asyncio.gather(*(each.is_answered(client) for each in questions))
    return [each for each, is_answered in zip(questions, found, strict=True) if is_answered]


async def answered_through(
    change: Change, port: int, questions: Sequence[Question], **headers: str
) -> list[Question]:
    async with forwarding(port, change) as address:
        return await answered(address, questions, Host="zwaan.example.org", **headers)


async def test_laptop_trusts_local_programs_and_no_proxy(tmp_path: Path) -> None:
    """Every route that trusts this machine answers a program on it, by any of its names, and no
    proxy that passes a name on, adds a header of proxies, or speaks as an old one does."""
    async with served(tmp_path) as (port, _, questions):
        here = f"http://127.0.0.1:{port}"
        assert await answered(here, questions) == questions
        assert await answered(here, questions, Host=f"localhost:{port}") == questions
        for name, change in SEEN.items():
            assert await answered_through(change, port, questions) == [], name
        assert await answered_through(HIDDEN, port, questions) == questions


ELSEWHERE = [
    {"linkedin_url": "https://api.linkedin.com", "x_url": "sandbox"},
    {"public_url": "https://zwaan.example.org"},
    {"trusted_proxies": "127.0.0.1"},
]


@pytest.mark.parametrize("given", ELSEWHERE, ids=lambda given: next(iter(given)))
async def test_outside_a_laptop_local_programs_need_the_token(
    tmp_path: Path, given: dict[str, str]
) -> None:
    """With a real network, a public address or a named proxy no route answers this machine, nor the
    proxy that hides all; the token's holder is answered."""
    async with served(tmp_path, **given) as (port, _, questions):
        assert await answered(f"http://127.0.0.1:{port}", questions) == []
        for change in (HIDDEN, SEEN["X-Forwarded-For"]):
            assert await answered_through(change, port, questions) == []
    async with served(tmp_path, api_token=TOKEN, **given) as (port, _, questions):
        wrong = {"Authorization": "Bearer something else"}
        here = f"http://127.0.0.1:{port}"
        assert await answered(here, questions, **wrong) == []
        assert await answered(here, questions, **BEARER) == questions
        assert await answered_through(SEEN["Forwarded"], port, questions, **BEARER) == questions


async def signs_in_at_once(parts: Parts, port: int, change: Change) -> list[bool]:
    """For two visits of one link through a proxy: whether the visitor was in without a button."""
    async with parts.database.write() as transaction:
        await people.save_person(transaction, PERSON, now=clock())
        link = await make_link(transaction, PERSON.id, base_url="", now=clock())
    found = []
    async with forwarding(port, change) as address:
        for _ in range(2):
            async with visitor(address, Host="zwaan.example.org") as browser:
                assert (await browser.get(link)).status_code in (200, 303)
                found.append((await browser.get("/administration")).status_code == 200)
    return found


async def test_sign_in_link_works_at_once_on_a_laptop_only(tmp_path: Path) -> None:
    """Only a person at this machine is in by a visit, and again; a proxy's visitor is asked, and so is
    everybody of an installation that is no laptop's."""
    async with served(tmp_path / "laptop") as (port, parts, _):
        assert await signs_in_at_once(parts, port, HIDDEN) == [True, True]
        for name, change in SEEN.items():
            assert await signs_in_at_once(parts, port, change) == [False, False], name
    for number, given in enumerate(ELSEWHERE):
        async with served(tmp_path / str(number), **given) as (port, parts, _):
            assert await signs_in_at_once(parts, port, HIDDEN) == [False, False], given


async def test_worker_metrics_require_the_token(tmp_path: Path) -> None:
    """A worker serves health and metrics alone, and trusts no more than the pages do."""
    questions = [Question("GET", "/metrics"), Question("GET", "/readyz")]
    for given, found in (({}, questions), (ELSEWHERE[1], [])):
        settings = load_settings(data=tmp_path, api_token=TOKEN, **given)
        listener = listen(settings.model_copy(update={"port": 0}))
        async with open_parts(settings) as parts:
            application: ASGIApp = operations(parts, Readinesses())
            async with serving(application, listener, trusted_proxies=()):
                here = f"http://127.0.0.1:{listener.getsockname()[1]}"
                assert await answered(here, questions) == found
                assert await answered(here, questions, **BEARER) == questions
        listener.close()


async def test_standalone_sandbox_control_follows_the_same_trust(tmp_path: Path) -> None:
    """`zwaan sandbox` too answers this machine on a laptop alone, and elsewhere the token's holder."""
    for given, found in (({}, CONTROL), (ELSEWHERE[1], [])):
        settings = load_settings(data=tmp_path, api_token=TOKEN, **given)
        listener = listen(settings.model_copy(update={"port": 0}))
        sandbox = open_sandbox(settings)
        async with serving(alone(sandbox, steering(settings)), listener, trusted_proxies=()):
            here = f"http://127.0.0.1:{listener.getsockname()[1]}"
            assert await answered(here, CONTROL) == found
            assert await answered(here, CONTROL, **BEARER) == CONTROL
        sandbox.close()
        listener.close()
