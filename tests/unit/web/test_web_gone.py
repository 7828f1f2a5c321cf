"""A client that leaves, or is cut off, in the middle of its request is no defect of ours."""

from __future__ import annotations

import pytest
from starlette.types import Message

from services.web.app import create_web
from tests.unit.web.organisation import Organisation


@pytest.mark.parametrize(
    ("path", "content_type", "begun"),
    [
        ("/api/v1/events", b"application/json", b"["),
        ("/sign-in", b"application/x-www-form-urlencoded", b"em"),
        ("/sign-in", b"multipart/form-data; boundary=x", b"--x\r\n"),
    ],
)
async def test_a_client_that_is_gone_is_no_defect(
    organisation: Organisation, path: str, content_type: bytes, begun: bytes
) -> None:
    """Nothing is raised, which would be logged with a traceback, and nothing is taken in."""
    arriving: list[Message] = [
        {"type": "http.disconnect"},
        {"type": "http.request", "body": begun, "more_body": True},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return arriving.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"content-type", content_type)],
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 8000),
    }
    await create_web(organisation.parts)(scope, receive, send)
    assert sent[0]["status"] == 408
    assert organisation.log.records == []
