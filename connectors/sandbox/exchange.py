"""One request and its answer, as handlers see them: plain values, nothing to await."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.networks import Networks
from connectors.sandbox.state.journal import Trace

HeaderPairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file from a multipart form."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request whose body has arrived completely.

    ``path`` is the path alone, ``parameters`` are those in the path, ``raw_query`` is the query
    undecoded; header names are in lower case.
    """

    method: str
    path: str
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    raw_query: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    form: Mapping[str, str] = field(repr=False)
    uploads: Mapping[str, Upload] = field(repr=False)
    trace: Trace = field(default_factory=Trace)

    def json(self) -> Any:
        """Return the body as JSON. Raises ValueError, also for half of a surrogate pair."""
        try:
            value = json.loads(self.body)
        except RecursionError:
            raise ValueError("The JSON is nested too deeply.") from None
        if b"\\u" in self.body:
            json.dumps(value, ensure_ascii=False).encode()
        return value

    def bearer(self) -> str | None:
        """Return the bearer token, or None."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete answer."""

    status: int
    body: bytes = field(default=b"", repr=False)
    headers: HeaderPairs = field(default=(), repr=False)

    @classmethod
    def json(cls, status: int, value: Any, headers: HeaderPairs = ()) -> Answer:
        """Return an answer with a JSON body."""
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return cls(
            status=status,
            body=body,
            headers=(("content-type", "application/json; charset=utf-8"), *headers),
        )

    @classmethod
    def redirect(cls, location: str) -> Answer:
        """Return a redirect that is followed with GET."""
        return cls(status=302, headers=(("location", location), ("cache-control", "no-store")))


class Refusal(Exception):
    """Ends a handler early with the answer that a network gives. What was counted stays."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"status {answer.status}")
        self.answer = answer


Handler = Callable[["Networks", Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One line in a network's table: what is asked, where, and who answers.

    ``kind`` names it in the journal and in fault rules. A ``page`` is made for people; fault rules
    reach it only when they name it.
    """

    kind: str
    method: str
    path: str
    handler: Handler
    page: bool = False


def missing(network: str) -> Handler:
    """Return a handler that answers 404 in the manner of a network."""

    def answer(_networks: Networks, call: Call) -> Answer:
        if network == "linkedin":
            message = f"No virtual resource found for {call.method} {call.path}"
            body: dict[str, object] = {
                "status": 404,
                "code": "RESOURCE_NOT_FOUND",
                "message": message,
            }
        elif network == "mastodon":
            body = {"error": "Record not found"}
        else:
            body = {"title": "Not Found", "type": "about:blank", "status": 404}
        return Answer.json(404, body)

    return answer
