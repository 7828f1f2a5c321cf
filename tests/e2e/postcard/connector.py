"""Postcard's connector. It imports what `docs/connectors.md` names, and nothing else of Zwaan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import requests

from connectors.registry import NetworkSettings
from connectors.transport.http import Transport, no_usable_answer
from connectors.transport.oauth import CodeFlow, connecting
from services.errors import NeedsNewAccess, NeedsPerson, Rejected, RetryLater
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
from services.text.network_text import preview_text

API = "https://api.postcard.invalid"


class Postcard:
    """A `services.ports.Network` whose posts are as short as the back of a card."""

    name = "postcard"
    rules = PostRules(limit=320, link_length=12, hashtags=1)

    def __init__(self, settings: NetworkSettings) -> None:
        routes = {API: settings.api_url}
        self._transport = Transport("Postcard", routes=routes, limits=settings.limits)
        self._flow = CodeFlow(
            transport=self._transport,
            title="Postcard",
            authorize_url=f"{API}/authorize",
            token_url=f"{API}/token",
            revoke_url=f"{API}/revoke",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            scopes=settings.scopes or ("write",),
        )

    def preview(self, post: OutgoingPost) -> Preview:
        return preview_text(self, post.text, payload=post.text)

    def authorization(self, *, state: str, redirect_uri: str) -> Authorization:
        return self._flow.authorization(state=state, redirect_uri=redirect_uri)

    def connect(self, *, code: str, verifier: str | None, redirect_uri: str) -> Account:
        tokens = self._flow.exchange(code=code, verifier=verifier, redirect_uri=redirect_uri)
        with connecting("Postcard"):
            member = self._ask(tokens, "GET", "/me")["id"]
        return Account(network=self.name, member_id=member, handle=member, tokens=tokens)

    def refresh(self, account: Account) -> Tokens:  # noqa: ARG002 - of the port
        raise NeedsPerson(
            said("This connection cannot be renewed."), remedy=said("Connect Postcard again.")
        )

    def revoke(self, account: Account) -> None:
        self._flow.revoke(account.tokens)

    def upload(self, account: Account, image: Image) -> UploadedImage:  # noqa: ARG002
        raise Rejected(said("A postcard has no image."), remedy=said("Post it without."))

    def publish(self, account: Account, post: OutgoingPost) -> PublishedPost:
        return self._published(self._ask(account.tokens, "POST", "/posts", json=post.text))

    def reconcile(
        self,
        account: Account,
        post: OutgoingPost,
        *,
        since: datetime,  # noqa: ARG002
    ) -> PublishedPost | None:
        sent = self._ask(account.tokens, "GET", "/posts")
        return next((self._published(each) for each in sent if each["text"] == post.text), None)

    def measure(self, account: Account, external_ids: Sequence[str]) -> list[Measurement]:
        return [
            Measurement(
                external_id=each["id"], metrics={"impressions": each["seen"]}, source="postcard"
            )
            for each in self._ask(account.tokens, "GET", "/posts")
            if each["id"] in external_ids
        ]

    def delete(self, account: Account, external_id: str) -> None:
        self._ask(account.tokens, "DELETE", f"/posts/{external_id}")

    def _published(self, post: dict[str, Any]) -> PublishedPost:
        url = self._transport.address(f"{API}/posts/{post['id']}")
        return PublishedPost(external_id=post["id"], url=url)

    def _ask(self, tokens: Tokens, method: str, path: str, **body: Any) -> Any:
        with self._transport.equip(requests.Session()) as session:
            session.headers["Authorization"] = f"Bearer {tokens.access}"
            answer = session.request(method, API + path, **body)
        if answer.status_code == 401:
            raise NeedsNewAccess(
                said("Postcard wants a new consent."), remedy=said("Connect Postcard again.")
            )
        if answer.status_code == 429:
            raise RetryLater(said("Postcard asks for patience."))
        if answer.status_code >= 500:
            raise no_usable_answer("Postcard", method, f"status {answer.status_code}")
        if not answer.ok:
            raise Rejected(said("Postcard refuses this text."), remedy=said("Shorten it."))
        return answer.json()
