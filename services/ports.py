"""The ports through which services reach the outside; adapters live in streams and connectors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

# --- the log ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record for the log: one CloudEvent, or a CloudEvents batch (a JSON array), as bytes.

    Without ``partition`` the log places it by murmur2 of ``key``, as Apache Kafka's clients do.
    """

    topic: str
    value: bytes
    key: bytes | None = None
    partition: int | None = None


class EventLog(Protocol):
    """Where facts are appended."""

    async def append(self, records: Sequence[Record]) -> None:
        """Return when every record is durable. Raises RetryLater when the log is away."""
        ...


# --- the networks -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """OAuth tokens of one member's connection. ``repr`` never shows them."""

    access: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A member's connected account on one network, with decrypted tokens.

    ``member_id`` is the network's own id (LinkedIn: ``urn:li:person:…``; X: the numeric user id).
    """

    network: str
    member_id: str
    handle: str
    tokens: Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCard:
    """What a network shows below the text when it does not scrape the link itself."""

    url: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image before its upload: JPEG, PNG or GIF, with its text for who cannot see it."""

    data: bytes = field(repr=False)
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedImage:
    """An image that a network holds, by the network's id.

    ``usable_after`` is how many seconds the network prepares it before a post may refer to it.
    """

    media_id: str
    alt: str
    usable_after: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingPost:
    """Exactly what the member approved. ``text`` is plain, contains the link, and is NFC.

    With a card, the first image is the card's, where the network shows cards.
    """

    text: str
    card: LinkCard | None = None
    images: tuple[UploadedImage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPost:
    """Where a post lives on its network: the network's id and the address a person can open."""

    external_id: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the connector would send: measured length, limit (both in the network's own unit)."""

    network: str
    length: int
    limit: int
    valid: bool
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """The start of a connection: where the browser goes, and what the callback needs (PKCE)."""

    url: str
    verifier: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Counters that the network itself reported for one post, by metric name.

    Metric names are ours: ``impressions``, ``reach``, ``reactions``, ``comments``, ``reshares``,
    ``link_clicks``. A metric that the network did not give is absent, never zero.
    """

    external_id: str
    metrics: Mapping[str, int]
    source: str


class Meter(Protocol):
    """Counts what a network charges for besides posts, such as each post that an answer shows.

    Safe to call from any thread.
    """

    def __call__(self, unit: str, number: int) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRules:
    """What a network takes as a post; share texts are written, measured and refused by it.

    ``limit`` counts characters, or the weights that twitter-text gives them. ``link_length`` is what
    a link counts at any length; None: what it is written as. To characters a link has a
    scheme; to weights a bare domain is one too. ``hashtags`` and ``images`` are the most that a post
    gets. ``brief`` networks get a sentence or two, in the layout that is theirs; others as much as
    fits.
    """

    limit: int
    unit: Literal["characters", "weights"] = "characters"
    link_length: int | None = None
    hashtags: int = 3
    images: int = 0
    brief: bool = False

    def __post_init__(self) -> None:
        if self.limit < 1 or min(self.link_length or 0, self.hashtags, self.images) < 0:
            raise ValueError("a limit is at least 1, and nothing else is below 0")


class Network(Protocol):
    """A social network. Calls block; callers run them in a bounded pool.

    Connectors translate and nothing more: no retries, no policy, no storage.
    """

    name: str
    rules: PostRules

    def preview(self, post: OutgoingPost) -> Preview:
        """Return the very string that `publish` would send as text. Never raises for length."""
        ...

    def authorization(self, *, state: str, redirect_uri: str) -> Authorization: ...

    def connect(self, *, code: str, verifier: str | None, redirect_uri: str) -> Account:
        """Exchange the callback's code. Raises NeedsPerson when it was refused or ran out."""
        ...

    def refresh(self, account: Account) -> Tokens:
        """Return the new pair. Raises NeedsPerson when the member must connect again."""
        ...

    def revoke(self, account: Account) -> None:
        """Withdraw what the member granted, at the network; done already is no error.

        Raises RetryLater when the network is away or says no: the tokens may still work there.
        """
        ...

    def upload(self, account: Account, image: Image) -> UploadedImage:
        """Hand an image to the network; store the id with the intent, before publishing.

        An upload without a post is invisible, so every failure that may pass is RetryLater.
        """
        ...

    def publish(self, account: Account, post: OutgoingPost) -> PublishedPost:
        """Publish once.

        Raises RetryLater (the network did not take it), Rejected (it never will), NeedsPerson
        (token, permission, credits), OutcomeUnknown (no usable answer: call `reconcile`).
        """
        ...

    def reconcile(
        self, account: Account, post: OutgoingPost, *, since: datetime
    ) -> PublishedPost | None:
        """Find what an attempt begun at ``since`` left behind.

        Returns the post when it is there, None when the network shows that it is not there and
        publishing again is safe. Raises OutcomeUnknown when the network cannot tell.
        """
        ...

    def measure(self, account: Account, external_ids: Sequence[str]) -> Iterable[Measurement]:
        """Counters of the member's own posts; a post that cannot be measured is left out.

        Raises NeedsPerson when the connection lacks the permission, RetryLater on a quota: also in
        between, after what was given as it was read, which stays good.
        """
        ...

    def delete(self, account: Account, external_id: str) -> None:
        """Delete a post; one that is already gone is not an error."""
        ...


class Images(Protocol):
    """Where a story's images are. Calls block."""

    def fetch(self, url: str) -> bytes:
        """A JPEG, PNG or GIF. Raises RetryLater when its host is away, Rejected for an address that
        is not configured and for anything that is no such image."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareIntent:
    """A link to a network's own composer; ``carries_text`` when the text is filled in there."""

    address: str
    carries_text: bool


class ShareIntents(Protocol):
    """Ways to share by hand. Pure: nothing is called."""

    def __call__(self, network: str, *, text: str, link: str) -> tuple[ShareIntent, ...]: ...


# --- the language model -------------------------------------------------------------------------


class LanguageModel(Protocol):
    """Interviews and edits where one is configured. Calls block; callers run them in a bounded pool."""

    model: str

    def answer(self, *, instructions: str, text: str, tokens: int) -> str:
        """One answer of at most so many ``tokens``, as it came; the caller decides whether it may be used.

        Raises RetryLater when it is away or busy, NeedsPerson when it does not accept the key,
        Rejected when it gave no answer to this question.
        """
        ...


# --- people -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message to one person, in their language."""

    to: str
    subject: str
    text: str


class Notifier(Protocol):
    async def send(self, mail: Mail) -> None:
        """Raises RetryLater when the channel is away, Rejected when the address is refused."""
        ...
