"""urllib3 connections with a deadline for the whole answer, and an honest word on what was sent.

A socket's timeout runs anew with every byte that arrives, so a peer that sends one byte now and
then holds a thread for hours. Here every read, of headers and body alike, gets at most what is
left of the answer's total time.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from services.message import Message, message


class Unreachable(Exception):
    """No connection came about (name, refusal, TLS, time), so nothing was sent."""

    def __init__(self, why: Message) -> None:
        super().__init__(why)
        self.why = why


class _DeadlineReader(io.RawIOBase):
    """Reads a socket's raw stream until the deadline (monotonic seconds)."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._patience = sock.gettimeout() or float("inf")
        self._raw: Any = sock.makefile("rb", buffering=0)
        self._deadline = deadline
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(min(self._patience, left))
        count: int | None = self._raw.readinto(buffer)
        self.ended = count == 0
        return count

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


def pools_with_deadline(total: float) -> dict[str, type[HTTPConnectionPool]]:
    """Pool classes by scheme, as `urllib3.PoolManager` wants them; ``total`` in seconds."""

    class Answer(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
            super().__init__(sock, *args, **kwargs)
            self.fp.close()
            self._reader = _DeadlineReader(sock, time.monotonic() + total)
            self.fp = io.BufferedReader(self._reader)

        def begin(self) -> None:
            super().begin()
            if self._reader.ended:
                # http.client takes this for the end of the headers, and half a header for a
                # whole one: the id of a post would be cut.
                raise http.client.IncompleteRead(b"")

    class Plain(HTTPConnection):
        response_class = Answer

        def connect(self) -> None:
            try:
                super().connect()
            except (OSError, HTTPError) as error:
                raise Unreachable(_why(error)) from error

    class Secure(HTTPSConnection):
        response_class = Answer

        def connect(self) -> None:
            try:
                super().connect()
            except (OSError, HTTPError) as error:
                raise Unreachable(_why(error)) from error

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _why(error: BaseException) -> Message:
    """The kind of failure in words; the exception's own text carries addresses."""
    name = type(error).__name__
    if "Resolution" in name:
        return message("connecting.no-name", "its name is not known")
    if "Timeout" in name or isinstance(error, TimeoutError):
        return message("connecting.slow", "connecting took too long")
    if "SSL" in name or "Cert" in name:
        return message("connecting.tls", "its certificate or TLS was not accepted")
    return message("connecting.refused", "the connection was refused")
