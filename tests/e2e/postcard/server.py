"""Postcard itself: a consent page, tokens, and posts of at most 320 characters, links as twelve."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

LIMIT, LINK = 320, 12


class PostcardServer(ThreadingHTTPServer):
    """``posts`` holds what is there: id, text, member and how often it was seen."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posts: list[dict[str, Any]] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def postcard() -> Iterator[PostcardServer]:
    with PostcardServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


class _Handler(BaseHTTPRequestHandler):
    server: PostcardServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        member = self._member()
        if member and self.path == "/me":
            self._answer(200, {"id": member})
        elif member and self.path == "/posts":
            mine = [each for each in self.server.posts if each["member"] == member]
            self._answer(200, mine)
        else:
            self._answer(404 if member else 401, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urlsplit(self.path).path
        if path == "/authorize":
            self._consent(parse_qs(urlsplit(self.path).query), parse_qs(body.decode()))
        elif path == "/token":
            code = parse_qs(body.decode())["code"][0]
            self._answer(200, {"access_token": f"of-{code}", "token_type": "Bearer"})
        elif path == "/posts" and (member := self._member()):
            self._create(member, json.loads(body))
        else:
            self._answer(401, {})

    def do_DELETE(self) -> None:
        if not self._member():
            self._answer(401, {})
            return
        with self.server.lock:
            self.server.posts[:] = [
                each for each in self.server.posts if self.path != f"/posts/{each['id']}"
            ]
        self._answer(200, {})

    def _consent(self, query: dict[str, list[str]], form: dict[str, list[str]]) -> None:
        back = urlencode({"code": form["member"][0], "state": query["state"][0]})
        self.send_response(302)
        self.send_header("Location", f"{query['redirect_uri'][0]}?{back}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _create(self, member: str, text: str) -> None:
        length = len(re.sub(r"https?://\S+", "l" * LINK, text))
        with self.server.lock:
            post = {"id": str(len(self.server.posts)), "text": text, "member": member, "seen": 7}
            if length <= LIMIT:
                self.server.posts.append(post)
        self._answer(201 if length <= LIMIT else 422, post)

    def _member(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer of-")

    def _answer(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
