"""A sandbox behind a real server on loopback, and clients that speak HTTP to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.sandbox import SandboxApp, create_sandbox
from connectors.sandbox.clock import SandboxClock
from tests.unit.connectors.sandbox.clients import LinkedInClient, XClient
from tests.unit.connectors.sandbox.serving import Server

#: The time of every test sandbox until the test moves it.
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

OpenSandbox = Callable[..., SandboxApp]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One real server for all tests of a process."""
    server = Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def open_sandbox(server: Server) -> Iterator[OpenSandbox]:
    """Serve a new sandbox with the given options, in place of an earlier one."""
    opened: list[SandboxApp] = []

    def start(**options: Any) -> SandboxApp:
        clock = SandboxClock()
        clock.freeze(NOON)
        sandbox = create_sandbox(None, public_url=server.url, clock=clock, **options)
        server.application = sandbox
        opened.append(sandbox)
        return sandbox

    yield start
    server.application = None
    for sandbox in opened:
        sandbox.close()


@pytest.fixture
def sandbox(open_sandbox: OpenSandbox) -> SandboxApp:
    return open_sandbox(linkedin_image_processing_seconds=30)


@pytest.fixture
def url(sandbox: SandboxApp) -> str:
    return sandbox.networks.options.public_url


@pytest.fixture
def linkedin(url: str) -> Iterator[LinkedInClient]:
    """A member with everything granted."""
    with LinkedInClient(url) as client:
        client.connect()
        yield client


@pytest.fixture
def x(url: str) -> Iterator[XClient]:
    """A member with everything granted."""
    with XClient(url) as client:
        client.connect()
        yield client
