"""The sandbox inside a larger application."""

from __future__ import annotations

import pytest
import requests
from fastapi import FastAPI

from connectors.sandbox import PREFIXES
from tests.unit.connectors.sandbox.clients import XClient
from tests.unit.connectors.sandbox.conftest import OpenSandbox
from tests.unit.connectors.sandbox.serving import Server


@pytest.mark.parametrize("mounts", [PREFIXES, ("",)], ids=["prefixes", "root"])
def test_sandbox_can_be_mounted_at_its_prefixes_or_at_the_root(
    server: Server, open_sandbox: OpenSandbox, mounts: tuple[str, ...]
) -> None:
    """Paths stay the same, and even a cut connection works through the outer application."""
    application = FastAPI()

    @application.get("/")
    def home() -> str:
        return "home"

    sandbox = open_sandbox()
    for prefix in mounts:
        application.mount(prefix, sandbox)
    server.application = application
    client = XClient(server.url)
    client.connect()
    rule = {"kind": "apply_then_drop", "operation": "post.create", "times": 1}
    requests.post(f"{server.url}/_sandbox/faults", json=[rule], timeout=60)
    with pytest.raises(requests.ConnectionError):
        client.post("Verloren")

    assert client.post("Verloren").status_code == 403
    assert requests.get(f"{server.url}/", timeout=60).json() == "home"


def test_cut_without_transport_leaves_an_incomplete_message(
    server: Server, open_sandbox: OpenSandbox
) -> None:
    """Behind middleware that wraps `receive`, the client sees an incomplete message."""
    sandbox = open_sandbox()

    async def wrapped(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        async def own_receive():  # type: ignore[no-untyped-def]
            return await receive()

        await sandbox(scope, own_receive, send)

    server.application = wrapped
    client = XClient(server.url)
    client.connect()
    rule = {"kind": "drop", "operation": "post.create", "times": 1}
    requests.post(f"{server.url}/_sandbox/faults", json=[rule], timeout=60)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        client.post("Weg")

    assert client.post("Weg").status_code == 201
