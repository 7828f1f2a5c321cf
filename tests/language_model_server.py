"""A language model's endpoint on loopback that answers, or misbehaves, as a test says."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question as it arrived."""

    path: str
    authorization: str
    question: dict[str, Any]

    @property
    def instructions(self) -> str:
        return str(self.question["messages"][0]["content"])

    @property
    def text(self) -> str:
        return str(self.question["messages"][1]["content"])

    def between(self, mark: str) -> str:
        """The text between two marks, such as ``answer``; empty where there are none."""
        found = re.search(f"<{mark}>(.*?)</{mark}>", self.text, re.DOTALL)
        return found[1].strip("\n") if found else ""


Behaviour = Callable[[BaseHTTPRequestHandler, Asked], None]


@dataclass(slots=True)
class ModelServer:
    """``behaviour`` answers every question; ``busiest`` is how many it had at the same time."""

    url: str
    behaviour: Behaviour
    asked: list[Asked] = field(default_factory=list)
    busiest: int = 0
    #: Set at the end of a test, so that slow answers end too.
    over: threading.Event = field(default_factory=threading.Event)


def says(content: str, **choice: Any) -> Behaviour:
    """The same text for every question."""
    return answers(lambda _: content, **choice)


def answers(said: Callable[[Asked], str], **choice: Any) -> Behaviour:
    """What ``said`` makes of the question."""

    def behave(handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        message = {"role": "assistant", "content": said(asked)}
        first = {"index": 0, "message": message, "finish_reason": "stop"} | choice
        send(handler, json.dumps({"id": "1", "choices": [first]}).encode())

    return behave


def sends(body: bytes, status: int = 200, **headers: str) -> Behaviour:
    """These bytes for every question."""
    return lambda handler, _: send(handler, body, status, **headers)


def drips(handler: BaseHTTPRequestHandler, _asked: Asked) -> None:
    """A byte now and then, for ever."""
    handler.send_response(200)
    handler.send_header("content-length", "1000000")
    handler.end_headers()
    with suppress(OSError):
        while True:
            handler.wfile.write(b" ")
            time.sleep(0.05)


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, text in headers.items():
        handler.send_header(name.replace("_", "-"), text)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    with suppress(OSError):
        handler.wfile.write(body)


@contextmanager
def model_server(behaviour: Behaviour) -> Iterator[ModelServer]:
    busy = 0
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            nonlocal busy
            question = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked = Asked(
                path=self.path,
                authorization=self.headers.get("authorization", ""),
                question=question,
            )
            with lock:
                busy += 1
                served.busiest = max(served.busiest, busy)
                served.asked.append(asked)
            try:
                served.behaviour(self, asked)
            finally:
                with lock:
                    busy -= 1

        def log_message(self, *args: Any) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: Any) -> None:
            """A client that hangs up in the middle of an answer is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    served = ModelServer(f"http://127.0.0.1:{server.server_port}/v1", behaviour)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        served.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
