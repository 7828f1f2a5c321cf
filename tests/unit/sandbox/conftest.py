"""A sandbox behind a real server on loopback, and clients that speak HTTP to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.sandbox.app import SandboxApp, create_sandbox
from connectors.sandbox.clock import SandboxClock
from tests.unit.sandbox.clients import LinkedInClient, XClient
from tests.unit.sandbox.serving import Server

#: Where the clock of every test sandbox stands until the test moves it.
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

OpenSandbox = Callable[..., SandboxApp]


@pytest.fixture
def open_sandbox() -> Iterator[OpenSandbox]:
    """Serve a sandbox with the given options for the length of a test."""
    running: list[tuple[Server, SandboxApp]] = []

    def start(**options: Any) -> SandboxApp:
        server = Server()
        clock = SandboxClock()
        clock.freeze(NOON)
        application = create_sandbox(None, public_url=server.url, clock=clock, **options)
        server.start(application)
        running.append((server, application))
        return application

    yield start
    for server, application in running:
        server.stop()
        application.close()


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
