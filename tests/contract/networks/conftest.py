"""The sandbox networks over real HTTP on loopback, and a member who is connected to each."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import uvicorn

from connectors.registry import NetworkSettings, build_network
from connectors.sandbox import create_sandbox
from connectors.transport.http import Limits
from services.ports import Network
from tests.contract.networks.stage import REDIRECT_URI, Consent, Member, Sandbox, fresh_email

NETWORKS = ("linkedin", "x", "mastodon")
#: Those that renew a consent without its member; LinkedIn does so for its partners alone.
REFRESHING = ("x",)
_SCOPES = {"linkedin": ("openid", "profile", "w_member_social", "r_member_postAnalytics")}


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app = create_sandbox(None, public_url=address)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started:
            assert time.monotonic() < deadline, "the sandbox did not start"
            time.sleep(0.01)
        yield Sandbox(address=address)
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture(params=NETWORKS)
def name(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture
def counted() -> Counter[str]:
    """What the connector reported to its meter."""
    return Counter()


@pytest.fixture
def limits(request: pytest.FixtureRequest) -> Limits:
    """Patience for a busy machine, and little of it where a fault is about time."""
    given = getattr(request.node, "callspec", None)
    if given is not None and given.params.get("kind") in ("timeout", "slow_bytes"):
        return Limits(connect=30, read=1.5, total=2)
    return Limits(connect=30, read=30, total=60)


@pytest.fixture
def network(name: str, sandbox: Sandbox, counted: Counter[str], limits: Limits) -> Network:
    """The connector, found by its entry point."""
    return build_network(
        NetworkSettings(
            name=name,
            client_id="zwaan-sandbox",
            client_secret="zwaan-sandbox-secret",
            api_url=f"{sandbox.address}/{name}",
            version="202609",
            scopes=_SCOPES.get(name, ()),
            limits=limits,
            meter=lambda unit, number: counted.update({unit: number}),
        )
    )


@pytest.fixture
def consent(network: Network) -> Consent:
    """Consent as a person in a browser would; returns the callback's parameters and verifier."""

    def give(email: str, **choice: str) -> dict[str, str]:
        start = network.authorization(state="state-1", redirect_uri=REDIRECT_URI)
        form = {"decision": "allow", "member": email, "name": "Sanne de Wit", **choice}
        answer = requests.post(start.url, data=form, allow_redirects=False, timeout=60)
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        found = {key: values[0] for key, values in query.items()}
        assert found["state"] == "state-1"
        return {**found, "verifier": start.verifier or ""}

    return give


@pytest.fixture
def member(network: Network, consent: Consent) -> Member:
    email = fresh_email()
    given = consent(email)
    account = network.connect(
        code=given["code"], verifier=given["verifier"] or None, redirect_uri=REDIRECT_URI
    )
    return Member(email=email, account=account)
