"""Redirects without what an application costs: no scope that is read, no cycle, no task.

A known link that a visitor follows is answered by the connection itself when its click is durable. All
else goes the ordinary way: pages, unknown links, robots that show previews, requests with a body or
through a proxy, and those that came before the answer to the one before them.

A request has to arrive within a time: uvicorn bounds how long a connection idles between two requests,
and neither head nor body of one, so that a client could send a byte now and then for ever.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar, Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.figures.follow_link import Kept

_SENTENCE = b"The request took too long to arrive; send it again, faster.\n"
_ANSWER = (
    b"HTTP/1.1 408 Request Timeout\r\n"
    b"content-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\n"
    b"connection: close\r\n\r\n%b" % (len(_SENTENCE), _SENTENCE)
)


#: How long a refused client may go on sending, until it has read the answer. Closing upon unread bytes
#: resets the connection, and the answer is lost with it.
_LINGER_SECONDS = 1.0


class HttpWithDeadline(HttpToolsProtocol):
    """From its first byte to its last a request may take ``seconds``; the answer as long as it takes.

    So may the first request of a connection, from its opening on.
    """

    seconds: ClassVar[float] = 60.0

    _deadline: asyncio.TimerHandle | None = None
    _refused = False
    _came_whole = False
    #: When the connection began to idle, on the loop's clock; None while it does not.
    _idle_since: float | None = None
    _watched = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._came_whole = False
        super().data_received(data)
        # A request that came whole, as most do, needs no timer. Blank lines before a request begin
        # none, and end the bound on an idle connection.
        if not self._came_whole:
            self._begin()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._came_whole = True
        if self._deadline is not None:
            self._end()

    def on_response_complete(self) -> None:
        """As uvicorn's, with one timer a connection in place of one a request."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._idle_since = self.loop.time()
        if not self._watched:
            self._watch(self.timeout_keep_alive)

    def _unset_keepalive_if_required(self) -> None:
        self._idle_since = None

    def _watch(self, seconds: float) -> None:
        self._watched = True
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self._look)

    def _look(self) -> None:
        """Close the connection when it has idled for long enough; look again when it may have."""
        self._watched = False
        if self._idle_since is None or self.transport.is_closing():
            return  # the end of an answer begins anew
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._watch(left)
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
        super().connection_lost(exc)

    def _begin(self) -> None:
        if self._deadline is None and not self.transport.is_closing():
            self._deadline = self.loop.call_later(self.seconds, self._is_over)

    def _end(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _is_over(self) -> None:
        self._deadline = None
        awaited = self.cycle
        if awaited is None or not awaited.more_body or awaited.response_started:
            self.transport.close()
            return
        self._refused = True
        awaited.disconnected = True  # to the application the client is gone
        awaited.message_event.set()
        self.flow.resume_reading()
        self.transport.write(_ANSWER)
        self.transport.write_eof()
        self._deadline = self.loop.call_later(_LINGER_SECONDS, self.transport.close)


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
            or self.flow.write_paused  # the answers are not read: an application waits for that
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
    """A request without a body has no rest to wait for."""

    def set(self) -> None:
        pass


_UNHEARD = _Unheard()
