"""One request and its answer, as handlers see them, and everything that a handler may need.

All are plain values, nothing is awaited. What the networks remember is put together once, in
`open_networks`; `SandboxOptions` says what can be chosen for a sandbox.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import urlsplit

from connectors.sandbox.audience import Audience, AudienceVisitor
from connectors.sandbox.clock import SandboxClock
from connectors.sandbox.faults import FaultPlan
from connectors.sandbox.state.calls import Bills, Counters, Journal, Limits, Trace
from connectors.sandbox.state.database import Database, Settings
from connectors.sandbox.state.members import Grants, Members
from connectors.sandbox.state.posts import Media, Posts

#: The product's settings use this pair until real credentials are configured.
DEFAULT_CLIENTS: Mapping[str, str] = MappingProxyType({"zwaan-sandbox": "zwaan-sandbox-secret"})

_LINKEDIN_SCOPES = frozenset(
    {"openid", "profile", "email", "w_member_social", "r_member_postAnalytics"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """Fixed for the life of one sandbox.

    ``public_url`` is the address at which browsers and connectors reach the sandbox, without a
    path; its host is also allowed in redirect URIs. Durations are in the unit of their name.
    """

    public_url: str
    #: Client secrets by client id, accepted by both networks. Never shown.
    clients: Mapping[str, str] = field(default_factory=lambda: DEFAULT_CLIENTS, repr=False)
    #: Host names besides loopback and ``public_url`` to which a consent may redirect.
    redirect_hosts: frozenset[str] = frozenset()

    #: The oldest Marketing API version (YYYYMM) that is not sunset yet.
    linkedin_oldest_version: str = "202510"
    #: The newest version known when this was written; later months of the clock are accepted too.
    linkedin_newest_version: str = "202609"
    #: Products of the app. Without ``r_member_postAnalytics`` it is a self-serve app.
    linkedin_scopes: frozenset[str] = _LINKEDIN_SCOPES
    #: Only approved partners receive refresh tokens.
    linkedin_refresh_tokens: bool = False
    #: A deleted text is still refused as a duplicate for this long (24 to 48 h reported).
    linkedin_ghost_hours: float = 36.0
    #: Between the upload of an image and the moment a post may use it.
    linkedin_image_processing_seconds: float = 0.2

    #: The vocabulary of X's answers: ``new`` says ``repost_count`` and accepts ``post.fields``.
    x_vocabulary: Literal["old", "new"] = "old"

    #: Seed of the simulated audience.
    audience_seed: int = 1

    @property
    def public_host(self) -> str:
        """Return the host name of ``public_url``."""
        return urlsplit(self.public_url).hostname or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """Options, clock and memory of one sandbox."""

    options: SandboxOptions
    clock: SandboxClock
    database: Database
    settings: Settings
    members: Members
    grants: Grants
    posts: Posts
    media: Media
    journal: Journal
    bills: Bills
    counters: Counters
    limits: Limits
    faults: FaultPlan
    visitor: AudienceVisitor


def open_networks(path: Path | None, options: SandboxOptions, clock: SandboxClock) -> Networks:
    """Open or create the file at ``path`` (memory when None) and continue where it stopped."""
    database = Database(path)
    settings = Settings(database)
    saved_clock = settings.read("clock")
    if saved_clock is not None:
        clock.restore(saved_clock)
    bills = Bills(database)
    counters = Counters(database)
    posts = Posts(database)
    return Networks(
        options=options,
        clock=clock,
        database=database,
        settings=settings,
        members=Members(database),
        grants=Grants(database),
        posts=posts,
        media=Media(database),
        journal=Journal(database),
        bills=bills,
        counters=counters,
        limits=Limits(counters=counters, bills=bills, settings=settings, clock=clock),
        faults=FaultPlan(settings),
        visitor=AudienceVisitor(
            posts=posts,
            settings=settings,
            clock=clock,
            audience=Audience(seed=options.audience_seed),
        ),
    )


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
