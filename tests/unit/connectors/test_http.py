"""The transport policy that every connector uses."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest
import requests

from connectors.transport.http import Limits, Transport
from services.errors import OutcomeUnknown, Rejected, RetryLater, Stop
from tests.unit.connectors.conftest import LIMITS, Answer, ScriptedNetwork, says

PUBLIC = "https://api.network.example"


@pytest.fixture
def transport(network: ScriptedNetwork) -> Transport:
    return Transport("Network", routes={PUBLIC: f"{network.address}/n"}, limits=LIMITS)


@pytest.fixture
def impatient(network: ScriptedNetwork) -> Transport:
    limits = replace(LIMITS, read=0.4, total=0.8)
    return Transport("Network", routes={PUBLIC: f"{network.address}/n"}, limits=limits)


def call(transport: Transport, method: str = "GET", url: str = f"{PUBLIC}/v1") -> requests.Response:
    with transport.equip(requests.Session()) as session:
        return session.request(method, url)


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def elsewhere() -> Iterator[socket.socket]:
    """A host that is not configured; a connection to it fails the test."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_public_address_goes_to_the_configured_base(
    transport: Transport, network: ScriptedNetwork
) -> None:
    """Path and query survive the mapping, percent-encoding included."""
    network.script(says({"ok": True}))
    assert call(transport, url=f"{PUBLIC}/v1?entity=(a:b%3Ac)").json() == {"ok": True}
    assert network.received[0].path == "/n/v1?entity=(a:b%3Ac)"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v1",
        "https://api.network.example.evil.example/v1",
        "https://api.network.example@evil.example/v1",
        "https://api.network.example:444/v1",
        "http://api.network.example/v1",
        "http://127.0.0.1:1/n/v1",
        "https://evil.example/https://api.network.example/v1",
    ],
)
def test_an_address_without_a_route_is_refused(transport: Transport, url: str) -> None:
    """Nothing is sent to a host, port or scheme that is not configured."""
    with pytest.raises(Rejected, match="not configured"):
        call(transport, url=url)


def test_base_address_matches_whole_path_segments_only(
    transport: Transport, network: ScriptedNetwork
) -> None:
    """The base ends at a path boundary, and dots in a path do not climb out of it."""
    for url in (f"{network.address}/nightly", f"{network.address}/n/../admin"):
        with pytest.raises(Rejected):
            call(transport, url=url)
    assert network.received == []


def test_trusted_domains_are_reached_over_https_only() -> None:
    """Upload hosts under a trusted domain pass as they are; look-alikes and plain http do not."""
    transport = Transport("Network", routes={PUBLIC: PUBLIC}, domains=("network.example",))
    assert transport.address("https://media.network.example/u?x=1")
    for url in (
        "http://media.network.example/u",
        "https://medianetwork.example/u",
        "https://network.example.evil.example/u",
        "https://user@media.network.example/u",
        "https://media.network.example:8443/u",
    ):
        with pytest.raises(Rejected):
            transport.address(url)


@pytest.mark.parametrize("base", ["http://api.network.example", "ftp://127.0.0.1", "", "https://"])
def test_a_base_that_would_leak_tokens_stops_the_process(base: str) -> None:
    """Plain http is for loopback only, and an incomplete base is named at the start."""
    with pytest.raises(Stop):
        Transport("Network", routes={PUBLIC: base})


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_refused_connection_is_retried_later(method: str) -> None:
    """Without a connection nothing was sent, so even a create may simply be tried again."""
    transport = Transport("Network", routes={PUBLIC: f"http://127.0.0.1:{unused_port()}"})
    with pytest.raises(RetryLater, match="cannot be reached"):
        call(transport, method)


def test_failed_tls_handshake_is_retried_later(network: ScriptedNetwork) -> None:
    """TLS that is not accepted ends before the request, so nothing was sent."""
    base = network.address.replace("http://", "https://")
    transport = Transport("Network", routes={PUBLIC: base}, limits=LIMITS)
    with pytest.raises(RetryLater, match="TLS"):
        call(transport, "POST")
    assert network.received == []


def test_unknown_host_name_is_retried_later() -> None:
    """A name that does not resolve (RFC 6761 reserves .invalid) ends before the request."""
    transport = Transport("Network", routes={PUBLIC: "https://network.invalid"})
    with pytest.raises(RetryLater, match="cannot be reached"):
        call(transport, "POST")


def drop(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def half_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 201 Created\r\nx-restli-id: urn:li:share:71")
    handler.wfile.flush()
    drop(handler)


def half_a_body(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\nhalf")
    handler.wfile.flush()
    drop(handler)


def silence(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.recv(1)


def byte_by_byte(start: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(start)
        try:
            while True:
                handler.wfile.write(b"a")
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return

    return send


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    try:
        while True:
            handler.wfile.write(b"a" * 65_536)
    except OSError:
        return


BROKEN = [
    Answer(raw=drop),
    Answer(raw=half_headers),
    Answer(raw=half_a_body),
    Answer(raw=silence),
    Answer(raw=byte_by_byte(b"HTTP/1.1 200 OK\r\nx-slow: ")),
    Answer(raw=byte_by_byte(b"HTTP/1.1 200 OK\r\n\r\n")),
    Answer(raw=endless),
    Answer(body=b"a" * 10_000_000),
    Answer(headers={"content-encoding": "gzip"}, body=gzip.compress(b"\0" * 30_000_000)),
    Answer(headers={"content-encoding": "gzip"}, body=b"not gzip"),
]


@pytest.mark.parametrize("answer", BROKEN)
def test_lost_reply_to_a_create_has_an_unknown_outcome(
    impatient: Transport, network: ScriptedNetwork, answer: Answer
) -> None:
    """The request arrived and its answer is unusable: it may have been carried out."""
    network.script(answer)
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        call(impatient, "POST")
    assert time.monotonic() - started < 30, "some of these answers never end"
    assert len(network.received) == 1


@pytest.mark.parametrize("answer", BROKEN)
def test_lost_reply_to_a_read_is_retried_later(
    impatient: Transport, network: ScriptedNetwork, answer: Answer
) -> None:
    """Reading again does no harm, so the same faults are no reason to ask anybody."""
    network.script(answer)
    with pytest.raises(RetryLater):
        call(impatient, "GET")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_to_another_host_is_not_followed(
    transport: Transport, network: ScriptedNetwork, elsewhere: socket.socket, method: str
) -> None:
    """Wherever it points, our token does not go there."""
    target = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/steal"
    network.script(Answer(status=307, headers={"location": target}))
    with pytest.raises((RetryLater, OutcomeUnknown), match="redirect"):
        call(transport, method)


@pytest.mark.parametrize("status", [300, 302, 304])
def test_redirect_without_address_is_not_a_usable_answer(
    transport: Transport, network: ScriptedNetwork, status: int
) -> None:
    """It is neither a success nor a refusal, so that no one may take it for one."""
    network.script(Answer(status=status))
    with pytest.raises(OutcomeUnknown, match="redirect"):
        call(transport, "POST")


def test_proxy_and_netrc_of_the_environment_are_ignored(
    transport: Transport,
    network: ScriptedNetwork,
    elsewhere: socket.socket,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Neither a proxy nor a netrc file from the environment takes part."""
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login planted password planted\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{elsewhere.getsockname()[1]}")
    monkeypatch.delenv("no_proxy", raising=False)
    network.script(says({}))
    call(transport)
    assert "authorization" not in network.received[0].headers


def test_connections_are_shared_by_sessions_and_threads(network: ScriptedNetwork) -> None:
    """Twenty calls from four threads, each with a session of its own, take four connections."""
    transport = Transport("Network", routes={PUBLIC: network.address}, limits=Limits())
    network.script(*[says({"ok": True})] * 20)
    failures: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(5):
                assert call(transport).json() == {"ok": True}
        except Exception as error:  # noqa: BLE001 - handed to the main thread
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert 1 <= len(network.connections) <= 4


def test_no_library_writes_tokens_at_debug() -> None:
    """The libraries that would log tokens stay at INFO while the root logger is at DEBUG."""
    for name in ("tweepy.client", "requests_oauthlib.oauth2_session", "oauthlib", "urllib3"):
        assert not logging.getLogger(name).isEnabledFor(logging.DEBUG)
