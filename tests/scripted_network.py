"""A network that answers exactly as a test scripts it, and remembers what was put on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.accounts.rules import OURS
from services.errors import NeedsPerson, OutcomeUnknown
from services.message import said
from services.ports import (
    Account,
    Authorization,
    Image,
    Measurement,
    OutgoingPost,
    PostRules,
    Preview,
    PublishedPost,
    Tokens,
    UploadedImage,
)


class ScriptedNetwork:
    """A `services.ports.Network`. Without a script every call succeeds.

    ``publishing``, ``reconciling``, ``refreshing``, ``measuring``, ``uploading``, ``deleting`` and
    ``revoking`` hold what the next calls answer: an error to raise, or None; ``measuring_each`` the same for
    each post that is read. ``uploads`` are the images that
    came, ``preparing`` the seconds until they may be used, ``sent`` the posts as they were sent. A `Lost` in ``publishing`` puts the post on the network
    first. ``posts`` holds the texts that are there, in order.
    """

    def __init__(self, name: str = "linkedin") -> None:
        self.name = name
        self.rules = OURS.get(name, PostRules(limit=300))
        self.posts: list[tuple[str, str]] = []
        self.calls: list[str] = []
        self.publishing: list[Exception | None] = []
        self.reconciling: list[Exception | None] = []
        self.refreshing: list[Exception | None] = []
        self.measuring: list[Exception | None] = []
        self.measuring_each: list[Exception | None] = []
        self.uploading: list[Exception | None] = []
        self.uploads: list[bytes] = []
        self.preparing = 0.0
        self.sent: list[OutgoingPost] = []
        self.revoking: list[Exception | None] = []
        self.revoked: list[str] = []
        self.deleting: list[Exception | None] = []
        self.deleted: list[str] = []
        self.metrics: dict[str, dict[str, int]] = {}
        self.overlapping: set[str] = set()
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def preview(self, post: OutgoingPost) -> Preview:
        return Preview(
            network=self.name, length=len(post.text), limit=3000, valid=True, payload=post.text
        )

    def authorization(self, *, state: str, redirect_uri: str) -> Authorization:
        return Authorization(url=f"https://network.example/?state={state}&to={redirect_uri}")

    def connect(self, *, code: str, verifier: str | None, redirect_uri: str) -> Account:
        if code == "refused":
            raise NeedsPerson(said("the consent was refused"), remedy=said("Connect again."))
        tokens = Tokens(access=f"access {code} {verifier} {redirect_uri}", scopes=frozenset({"w"}))
        return Account(network=self.name, member_id="urn:1", handle="anna", tokens=tokens)

    def refresh(self, account: Account) -> Tokens:
        """A refresh token works once, as on X."""
        self.calls.append("refresh")
        self._next(self.refreshing)
        with self._lock:
            generation = int((account.tokens.refresh or "r0").removeprefix("r")) + 1
        expires_at = account.tokens.expires_at
        return replace(
            account.tokens,
            access=f"a{generation}",
            refresh=f"r{generation}",
            expires_at=expires_at and expires_at + timedelta(days=60),
        )

    def revoke(self, account: Account) -> None:
        self.calls.append("revoke")
        self._next(self.revoking)
        self.revoked.append(account.tokens.access)

    def upload(self, account: Account, image: Image) -> UploadedImage:
        self.calls.append("upload")
        with self._using(account):
            self._next(self.uploading)
            self.uploads.append(image.data)
            return UploadedImage(
                media_id=f"m{len(self.uploads)}",
                alt=image.alt,
                usable_after=self.preparing,
            )

    def publish(self, account: Account, post: OutgoingPost) -> PublishedPost:
        self.calls.append("publish")
        self.sent.append(post)
        with self._using(account):
            answer = self.publishing.pop(0) if self.publishing else None
            if answer is not None and not isinstance(answer, Lost):
                raise answer
            self.posts.append((account.member_id, post.text))
            if answer is not None:
                raise answer
            return self._published(len(self.posts) - 1)

    def reconcile(
        self, account: Account, post: OutgoingPost, *, since: datetime
    ) -> PublishedPost | None:
        assert since.tzinfo is not None
        self.calls.append("reconcile")
        self.sent.append(post)
        with self._using(account):
            self._next(self.reconciling)
            place = (account.member_id, post.text)
            return self._published(self.posts.index(place)) if place in self.posts else None

    def measure(self, account: Account, external_ids: Sequence[str]) -> Iterator[Measurement]:
        self.calls.append("measure")
        with self._using(account):
            self._next(self.measuring)
            for each in external_ids:
                self._next(self.measuring_each)
                if each in self.metrics:
                    yield Measurement(
                        external_id=each, metrics=self.metrics[each], source=self.name
                    )

    def delete(self, account: Account, external_id: str) -> None:
        """One that is gone already is no error."""
        self.calls.append("delete")
        with self._using(account):
            answer = self.deleting.pop(0) if self.deleting else None
            if answer is not None and not isinstance(answer, Lost):
                raise answer
            self.deleted.append(external_id)
            if answer is not None:
                raise answer

    def _published(self, number: int) -> PublishedPost:
        return PublishedPost(external_id=f"e{number}", url=f"https://network.example/{number}")

    @staticmethod
    def _next(script: list[Exception | None]) -> None:
        if script and (answer := script.pop(0)) is not None:
            raise answer

    def _using(self, account: Account) -> _Use:
        return _Use(self, account.member_id)


class Lost(OutcomeUnknown):
    """The post arrived, and its reply was lost."""


class _Use:
    """Notices when one account is used by two calls at once."""

    def __init__(self, network: ScriptedNetwork, member: str) -> None:
        self._network = network
        self._member = member

    def __enter__(self) -> None:
        with self._network._lock:
            if self._member in self._network._busy:
                self._network.overlapping.add(self._member)
            self._network._busy.add(self._member)

    def __exit__(self, *_: object) -> None:
        with self._network._lock:
            self._network._busy.discard(self._member)
