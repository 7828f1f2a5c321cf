"""Feeds from files and addresses: read whole, or refused in a sentence."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors.feed import fetch_feed
from services.errors import Rejected, RetryLater


@pytest.mark.parametrize("path", ["/no/such/file", "/", "a\x00b", "ftp://e.org/feed"])
def test_unreadable_feed_file_is_refused_with_a_sentence(path: str) -> None:
    """A wrong path is one sentence."""
    with pytest.raises(Rejected, match="cannot be read"):
        fetch_feed(path)


# --- from an address ----------------------------------------------------------------------------


@contextmanager
def serving(status: int = 200, body: bytes = b"", **headers: str) -> Iterator[str]:
    """An address on loopback with one answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                return  # the reader had enough

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/feed"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_feed_is_fetched() -> None:
    """An address is read as a file is."""
    with serving(body=b"<rss/>", Content_Type="text/xml") as address:
        source = fetch_feed(address)
    assert (source.raw, source.address, source.content_type) == (b"<rss/>", address, "text/xml")


@pytest.mark.parametrize(
    ("status", "headers", "body", "error", "sentence"),
    [
        (404, {}, b"", Rejected, "answered 404"),
        (302, {"Location": "http://127.0.0.1:1/"}, b"", Rejected, "leads to http://127.0.0.1:1/"),
        (503, {}, b"", RetryLater, "does not answer"),
        (200, {}, b"x" * 5_000_001, Rejected, "larger than 5,000,000 bytes"),
        (200, {"Content_Encoding": "gzip"}, b"no gzip", RetryLater, "does not answer"),
    ],
)
def test_bad_feed_answer_gives_its_error(
    status: int, headers: dict[str, str], body: bytes, error: type[Exception], sentence: str
) -> None:
    """A wrong address is refused, one that is away is to be tried again; nothing is followed."""
    with serving(status, body, **headers) as address, pytest.raises(error, match=sentence):
        fetch_feed(address)


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("http://127.0.0.1:1/", RetryLater),
        ("http://", Rejected),
        ("http://a:b:c/", Rejected),
        ("http://feeds.example.org/", Rejected),
        ("http://localhost.example.org/", Rejected),
        ("https://me:planted-secret@feeds.example.org/", Rejected),
    ],
)
def test_bad_or_unreachable_feed_address_gives_its_error(
    address: str, error: type[Exception]
) -> None:
    """No one there means later; no address, no encryption, or a password in it means never."""
    with pytest.raises(error) as caught:
        fetch_feed(address)
    assert "planted-secret" not in str(caught.value)
