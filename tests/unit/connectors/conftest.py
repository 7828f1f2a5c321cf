"""A network on loopback that answers exactly as a test scripts it, down to the bytes."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from connectors.linkedin import LinkedIn
from connectors.mastodon import Mastodon
from connectors.registry import NetworkSettings
from connectors.transport.http import Limits
from connectors.x import X
from services.ports import Account, Tokens

NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
SECRET = "planted-client-secret"
ACCESS = "planted-access-token"
REFRESH = "planted-refresh-token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the scripted network says next. ``raw`` takes the connection over completely."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: Callable[[BaseHTTPRequestHandler], None] | None = None


def says(value: Any, status: int = 200, **headers: str) -> Answer:
    """A JSON answer; underscores in header names become hyphens."""
    return Answer(
        status=status,
        body=json.dumps(value).encode(),
        headers={name.replace("_", "-"): text for name, text in headers.items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class ScriptedNetwork:
    """``answers`` are given in order; ``received`` is what arrived, over
    ``connections`` (the ports of their other ends)."""

    address: str
    answers: deque[Answer] = field(default_factory=deque)
    received: list[Received] = field(default_factory=list)
    connections: set[int] = field(default_factory=set)

    def script(self, *answers: Answer) -> None:
        self.answers.extend(answers)


@pytest.fixture
def network() -> Iterator[ScriptedNetwork]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            scripted.connections.add(self.client_address[1])
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            scripted.received.append(
                Received(
                    method=self.command,
                    path=self.path,
                    headers={name.lower(): text for name, text in self.headers.items()},
                    body=body,
                )
            )
            answer = scripted.answers.popleft()
            if answer.raw:
                self.close_connection = True
                answer.raw(self)
                return
            self.send_response(answer.status)
            for name, text in answer.headers.items():
                self.send_header(name, text)
            if answer.status != 204:
                self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - http.server's names

        def log_message(self, *args: Any) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: Any) -> None:
            """A client that hangs up in the middle of an answer is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    scripted = ScriptedNetwork(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield scripted
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


#: Long enough for an answer on a busy machine; who tests what comes too late has shorter ones.
LIMITS = Limits(connect=30, read=30, total=60, answer_bytes=50_000)


def settings(network: ScriptedNetwork, name: str) -> NetworkSettings:
    return NetworkSettings(
        name=name,
        client_id="zwaan-test",
        client_secret=SECRET,
        api_url=f"{network.address}/{name}",
        version="202609",
        limits=LIMITS,
    )


@pytest.fixture
def linkedin(network: ScriptedNetwork) -> LinkedIn:
    return LinkedIn(settings(network, "linkedin"), clock=lambda: NOW)


@pytest.fixture
def x(network: ScriptedNetwork) -> X:
    return X(settings(network, "x"), clock=lambda: NOW)


@pytest.fixture
def mastodon(network: ScriptedNetwork) -> Mastodon:
    return Mastodon(settings(network, "mastodon"))


@pytest.fixture
def member() -> Account:
    """A LinkedIn member who granted everything."""
    return Account(
        network="linkedin",
        member_id="urn:li:person:abc",
        handle="Sanne de Wit",
        tokens=Tokens(
            access=ACCESS,
            scopes=frozenset({"openid", "w_member_social", "r_member_postAnalytics"}),
        ),
    )


@pytest.fixture
def user() -> Account:
    """An X user."""
    return Account(
        network="x", member_id="42", handle="sanne", tokens=Tokens(access=ACCESS, refresh=REFRESH)
    )
