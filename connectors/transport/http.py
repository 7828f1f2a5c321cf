"""One transport policy for every network: where requests may go, how long, how large, how they fail.

Connectors and the libraries they use (requests-oauthlib, tweepy) always name a network by its
public ``https://`` address. A `Transport` maps those addresses to the configured ones: to
themselves in production, to the sandbox on loopback otherwise. An address without a route is
refused before a connection is opened, so the routes are the list of hosts we can reach at all.
The mapping also spares us oauthlib's process-wide switch for plain http: oauthlib sees https,
and only `Transport` decides that loopback may do without.

A socket's timeout runs anew with every byte that arrives, so a peer that sends one byte now and
then holds a thread for hours. Here every read, of headers and body alike, gets at most what is
left of the answer's total time.
"""

from __future__ import annotations

import http.client
import io
import logging
import re
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from services.errors import OutcomeUnknown, Rejected, RetryLater, WrongSetting
from services.message import Message, advised, message
from services.text.web_address import is_loopback

SessionT = TypeVar("SessionT", bound=requests.Session)

# At DEBUG these write tokens, codes and Authorization headers into the log.
for _name in ("tweepy", "requests_oauthlib", "oauthlib", "urllib3"):
    logging.getLogger(_name).setLevel(logging.INFO)

#: What may stand before the host of an address: a user and a password.
_PASSWORD = re.compile(r"//[^/@\s]*@")

# Repeating one of these has no further effect (RFC 9110, section 9.2.2), so that a lost reply
# asks for a repeat and not for reconciliation.
_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one call may take: seconds to connect, seconds between two bytes, seconds for the
    whole answer, and bytes of the answer's body after decompression.
    """

    connect: float = 5.0
    read: float = 15.0
    total: float = 30.0
    answer_bytes: int = 2_000_000


class Transport(HTTPAdapter):
    """Carries the requests of one network; `equip` a session with it. Safe to share by threads.

    ``routes`` maps public prefixes to configured ones, for example
    ``{"https://api.linkedin.com": "http://127.0.0.1:8901/linkedin"}``. ``domains`` are domains
    whose subdomains may be reached over https as they are (LinkedIn's upload hosts).

    Calls through it raise RetryLater when nothing can have happened (no connection, or a lost
    reply to an idempotent method), OutcomeUnknown when the request may have arrived and no usable
    reply came, and Rejected for an address outside the routes.
    """

    def __init__(
        self,
        network: str,
        *,
        routes: Mapping[str, str],
        domains: tuple[str, ...] = (),
        limits: Limits | None = None,
        connections: int = 32,
    ) -> None:
        self._network = network
        self._routes = {_checked(public): _checked(target) for public, target in routes.items()}
        self._domains = domains
        self._limits = limits or Limits()
        super().__init__(pool_connections=4, pool_maxsize=connections)

    def equip(self, session: SessionT) -> SessionT:
        """Return the session, able to reach this network's routes and nothing else."""
        session.trust_env = False  # no proxies, no netrc, no certificates from the environment
        session.adapters.clear()
        session.mount("https://", self)
        session.mount("http://", self)
        return session

    def address(self, url: str) -> str:
        """The configured address for a public one. Raises Rejected when there is no route."""
        for public, target in self._routes.items():
            if _within(url, public):
                return target + url[len(public) :]
        if any(_within(url, target) for target in self._routes.values()) or self._trusts(url):
            return url
        raise Rejected(
            message(
                "network.wrong-address",
                "{network} was asked to use an address that is not configured, and the request was not sent",
                network=self._network,
            ),
            remedy=message(
                "do.check-addresses", "Check the network's base addresses in the settings."
            ),
        )

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager = cast("Any", self.poolmanager)
        manager.pool_classes_by_scheme = pools_with_deadline(self._limits.total)

    def close(self) -> None:
        """A session that ends closes its adapters; this one's connections serve the next."""

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, **kwargs: Any
    ) -> requests.Response:
        request.url = self.address(request.url or "")
        limits = self._limits
        kwargs |= {"stream": True, "timeout": (limits.connect, limits.read), "proxies": {}}
        deadline = time.monotonic() + limits.connect + limits.total
        try:
            response = super().send(request, **kwargs)
            body = self._body(response, deadline)
        except Unreachable as error:
            raise RetryLater(
                message(
                    "network.unreachable",
                    "{network} cannot be reached ({fault}); it is tried again later",
                    network=self._network,
                    fault=error.why,
                )
            ) from error
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._lost(request, _cause(error)) from error
        if body is None:
            raise self._lost(
                request, message("answer.too-large", "the answer was too large or too slow")
            )
        # With an address or without: nothing that we ask for is answered so.
        if 300 <= response.status_code < 400:
            raise self._lost(request, _REDIRECT)
        response.raw = io.BytesIO(body)
        return response

    def _body(self, response: requests.Response, deadline: float) -> bytes | None:
        """The whole body, or None when it grows over the limits."""
        body = bytearray()
        try:
            while chunk := response.raw.read1(65_536, decode_content=True):
                body += chunk
                if len(body) > self._limits.answer_bytes or time.monotonic() > deadline:
                    response.raw.close()
                    return None
        finally:
            response.raw.release_conn()
        return bytes(body)

    def _lost(
        self, request: requests.PreparedRequest, why: Message | str
    ) -> RetryLater | OutcomeUnknown:
        return no_usable_answer(self._network, request.method or "", why)

    def _trusts(self, url: str) -> bool:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return (
            parts.scheme == "https"
            and "@" not in parts.netloc
            and parts.port in (None, 443)
            and any(host == domain or host.endswith(f".{domain}") for domain in self._domains)
        )


UNREADABLE = message("answer.unreadable", "it could not be read")
_REDIRECT = message("answer.redirect", "the answer was a redirect, which is not followed")


def failed(status: int) -> Message:
    return message("answer.failed", "it failed with status {status}", status=status)


def no_usable_answer(title: str, method: str, why: Message | str) -> RetryLater | OutcomeUnknown:
    """The error for a request that was sent and whose answer is missing or unreadable."""
    if method in _IDEMPOTENT:
        return RetryLater(
            message(
                "network.no-usable-answer",
                "{network} gave no usable answer: {fault}",
                network=title,
                fault=why,
            )
        )
    return OutcomeUnknown(
        message(
            "network.outcome-unknown",
            "{network} gave no usable answer, so the request may have been carried out: {fault}",
            network=title,
            fault=why,
        )
    )


@contextmanager
def repeatable() -> Iterator[None]:
    """Around a create that does no harm when it happens twice: a lost reply means later."""
    try:
        yield
    except OutcomeUnknown as error:
        raise RetryLater(error.message) from error


def _within(url: str, prefix: str) -> bool:
    """Whether the prefix ends where a part of the address ends: no ``api.x.com.evil.example``."""
    return url.startswith(prefix) and url[len(prefix) : len(prefix) + 1] in {"", "/", "?"}


def _checked(base: str) -> str:
    """A base address fit for routes. Raises WrongSetting for one over which tokens would be readable."""
    parts = urlsplit(base)
    host = parts.hostname or ""
    shown = _PASSWORD.sub("//***@", base)
    plain_ok = parts.scheme == "http" and is_loopback(host)
    if not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise WrongSetting(
            advised(
                message("base.wrong", '"{url}" is not a base address', url=shown),
                message("do.base.parts", "give scheme, host and path only"),
            )
        )
    if parts.scheme != "https" and not plain_ok:
        raise WrongSetting(
            advised(
                message("base.plain", '"{url}" must use https', url=shown),
                message("do.base.https", "plain http is accepted on loopback only"),
            )
        )
    return base.rstrip("/")


def _cause(error: BaseException) -> Message:
    """A few words about a failure, without addresses or headers."""
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return message("answer.too-slow", "it took too long")
    return message("answer.broken", "the connection broke")


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
