"""Redirects without what an application costs: no scope that is read, no cycle, no task.

A known link that a visitor follows is answered by the connection itself when its click is durable. All
else goes the ordinary way: pages, unknown links, robots that show previews, requests with a body or
through a proxy, and those that came before the answer to the one before them.
"""

from __future__ import annotations

from typing import ClassVar, Protocol

from services.figures.follow_link import Kept
from streams.serving.request_deadline import HttpWithDeadline

_PREFIX = b"/r/"
_METHODS = {b"GET": "GET", b"HEAD": "HEAD"}


class Redirects(Protocol):
    """Takes clicks on known links; see `services.web.short_links.ShortLinks.take`."""

    def take(
        self, method: str, code: str, address: str, headers: list[tuple[bytes, bytes]]
    ) -> tuple[bytes, Kept] | None: ...


class HttpWithRedirects(HttpWithDeadline):
    """``redirects`` None: every request goes the ordinary way."""

    redirects: ClassVar[Redirects | None] = None

    def on_headers_complete(self) -> None:
        redirects = self.redirects
        if (
            redirects is None
            or not self.url.startswith(_PREFIX)
            or (self.cycle is not None and not self.cycle.response_complete)
            or self.flow.write_paused  # nobody reads the answers: an application waits for that
            or self.parser.should_upgrade()
            or self.client is None
        ):
            super().on_headers_complete()
            return
        method = _METHODS.get(self.parser.get_method())
        taken = method and redirects.take(
            method, self.url[len(_PREFIX) :].decode("latin-1"), self.client[0], self.headers
        )
        if not taken:
            super().on_headers_complete()
            return
        answer, kept = taken
        keep_alive = self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive()
        cycle = _Cycle(self, answer, keep_alive=keep_alive)
        self.cycle = cycle  # type: ignore[assignment]
        kept.add_done_callback(cycle.answer)


class _Cycle:
    """What uvicorn's protocol asks of the request that it is at."""

    response_started = False
    waiting_for_100_continue = False

    def __init__(self, protocol: HttpWithRedirects, answer: bytes, *, keep_alive: bool) -> None:
        self._protocol = protocol
        self._answer = answer
        self.keep_alive = keep_alive
        self.response_complete = False
        self.more_body = True
        self.disconnected = False
        self.body = b""

    @property
    def message_event(self) -> _Unheard:
        return _UNHEARD

    def answer(self, _kept: object) -> None:
        protocol = self._protocol
        self.response_complete = True
        if self.disconnected or protocol.transport.is_closing():
            return
        defaults = protocol.server_state.default_headers
        head = b"".join([b"%b: %b\r\n" % each for each in defaults])
        closing = b"" if self.keep_alive else b"connection: close\r\n"
        protocol.transport.write(
            b"HTTP/1.1 302 Found\r\n%b%b%b\r\n" % (head, self._answer, closing)
        )
        if not self.keep_alive:
            protocol.transport.close()
        protocol.on_response_complete()


class _Unheard:
    """Nobody waits for the rest of a request that has none."""

    def set(self) -> None:
        pass


_UNHEARD = _Unheard()
