"""The command line prints faults of the running process in its words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from services.errors import RetryLater
from streams.logs.embedded.owner import Owner
from streams.serving.owner_client import OwnerClient


@contextmanager
def _owner_answering(status: int, body: bytes) -> Iterator[OwnerClient]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: pytest shows what matters."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            yield OwnerClient(Owner(pid=1, url=url, public_url=url, token="t"))
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (503, b'{"fault": "disk is full; free some", "remedy": ""}', "now: disk is full; free"),
        (502, b"{}", "now: it answered 502; try again"),
        (502, b"<html>", "does not answer at http://127.0.0.1"),
    ],
)
def test_owner_client_passes_the_fault_on(status: int, body: bytes, told: str) -> None:
    """A fault of the running process is passed on, and any other program that answers is named."""
    with _owner_answering(status, body) as owner, pytest.raises(RetryLater, match=told):
        owner.publish([{"id": "e-1"}])
