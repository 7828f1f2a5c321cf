"""Mastodon: the REST API of one server, with OAuth 2.0 and PKCE.

Source of the facts: https://docs.joinmastodon.org (methods, entities, spec/oauth, api/rate-limits).
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from connectors.registry import NetworkSettings
from connectors.transport.http import UNREADABLE, Transport, no_usable_answer, repeatable
from connectors.transport.oauth import CodeFlow, connecting, json_object
from services import errors, ports
from services.accounts.rules import MASTODON
from services.message import message
from services.text.network_text import preview_text

# Every server has its own address: these two stand for the configured one, API and pages.
API, PAGES = "https://api.mastodon.invalid", "https://mastodon.invalid"
POSTING = "write:statuses"
SCOPES = ("read:accounts", "read:statuses", POSTING, "write:media")

_BATCH = 40  # the most statuses that one call gives
_AGAIN = message("do.connect-network-again", "Connect {title} again.", title="Mastodon")
_SOURCE = "mastodon:statuses"
_COUNTERS = {"reactions": "favourites", "comments": "replies", "reshares": "reblogs"}


class Mastodon:
    """A `services.ports.Network`. ``settings.api_url`` is the server, and has to be given."""

    name = "mastodon"
    rules = MASTODON

    def __init__(self, settings: NetworkSettings) -> None:
        if not settings.api_url:
            raise errors.WrongSetting(
                message(
                    "setting.mastodon-url",
                    "Mastodon has no server of its own; name one in ZWAAN_MASTODON_URL.",
                )
            )
        routes = {API: settings.api_url, PAGES: settings.authorize_url or settings.api_url}
        self._transport = Transport("Mastodon", routes=routes, limits=settings.limits)
        self._flow = CodeFlow(
            transport=self._transport,
            title="Mastodon",
            authorize_url=f"{PAGES}/oauth/authorize",
            token_url=f"{API}/oauth/token",
            revoke_url=f"{API}/oauth/revoke",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            scopes=settings.scopes or SCOPES,
        )

    def preview(self, post: ports.OutgoingPost) -> ports.Preview:
        return preview_text(self, post.text, payload=post.text)

    def authorization(self, *, state: str, redirect_uri: str) -> ports.Authorization:
        return self._flow.authorization(state=state, redirect_uri=redirect_uri)

    def connect(self, *, code: str, verifier: str | None, redirect_uri: str) -> ports.Account:
        tokens = self._flow.exchange(code=code, verifier=verifier, redirect_uri=redirect_uri)
        if POSTING not in tokens.scopes:
            raise errors.NeedsPerson(
                message(
                    "mastodon.no-permission-to-post",
                    "Mastodon was connected without the permission to post",
                ),
                remedy=_AGAIN,
            )
        with connecting("Mastodon"):
            member = self._ask(tokens, "GET", "/api/v1/accounts/verify_credentials")
        member_id, handle = _id(member, "GET"), str(member.get("acct", ""))
        return ports.Account(network=self.name, member_id=member_id, handle=handle, tokens=tokens)

    def refresh(self, account: ports.Account) -> ports.Tokens:  # noqa: ARG002 - of the port
        """Mastodon's tokens last until they are revoked, and there is nothing to renew."""
        raise errors.NeedsPerson(
            message("mastodon.not-renewable", "This Mastodon connection cannot be renewed"),
            remedy=_AGAIN,
        )

    def revoke(self, account: ports.Account) -> None:
        self._flow.revoke(account.tokens)

    def upload(self, account: ports.Account, image: ports.Image) -> ports.UploadedImage:
        files, data = {"file": ("image", image.data)}, {"description": image.alt}
        with repeatable():
            answer = self._ask(account.tokens, "POST", "/api/v2/media", files=files, data=data)
            return ports.UploadedImage(media_id=_id(answer, "POST"), alt=image.alt)

    def publish(self, account: ports.Account, post: ports.OutgoingPost) -> ports.PublishedPost:
        """Mastodon remembers the key for an hour: a repetition gives the status that is there."""
        media = [image.media_id for image in post.images]
        identity = "\n".join([account.member_id, *media, post.text])
        key = hashlib.sha256(identity.encode()).hexdigest()
        answer = self._ask(
            account.tokens,
            "POST",
            "/api/v1/statuses",
            json={"status": post.text, "media_ids": media, "visibility": "public"},
            headers={"Idempotency-Key": key},
        )
        return self._published(account, _id(answer, "POST"))

    def reconcile(
        self, account: ports.Account, post: ports.OutgoingPost, *, since: datetime
    ) -> ports.PublishedPost | None:
        """Look for this text in the member's statuses since then; clocks may be off by an hour."""
        path = f"/api/v1/accounts/{account.member_id}/statuses?limit={_BATCH}&exclude_reblogs=true"
        wanted, begun, older = _plain(html.escape(post.text)), since - timedelta(hours=2), ""
        while page := self._statuses(account.tokens, path + older):
            for found in page:
                if _plain(str(found.get("content"))) == wanted:
                    return self._published(account, found["id"])
            if datetime.fromisoformat(page[-1]["created_at"]) < begun:
                break
            older = f"&max_id={page[-1]['id']}"
        return None

    def delete(self, account: ports.Account, external_id: str) -> None:
        with suppress(_Gone):
            self._ask(account.tokens, "DELETE", f"/api/v1/statuses/{external_id}")

    def _published(self, account: ports.Account, status_id: str) -> ports.PublishedPost:
        address = self._transport.address(f"{PAGES}/@{account.handle}/{status_id}")
        return ports.PublishedPost(external_id=status_id, url=address)

    def measure(
        self, account: ports.Account, external_ids: Sequence[str]
    ) -> Iterator[ports.Measurement]:
        """Forty statuses a call. Mastodon counts no impressions and no reach."""
        for first in range(0, len(external_ids), _BATCH):
            query = "&".join(f"id[]={each}" for each in external_ids[first : first + _BATCH])
            for found in self._statuses(account.tokens, f"/api/v1/statuses?{query}"):
                reported = {ours: found.get(f"{name}_count") for ours, name in _COUNTERS.items()}
                counts = {name: count for name, count in reported.items() if count is not None}
                yield ports.Measurement(external_id=found["id"], metrics=counts, source=_SOURCE)

    def _ask(self, tokens: ports.Tokens, method: str, path: str, **body: Any) -> Any:
        with self._transport.equip(requests.Session()) as session:
            session.headers["Authorization"] = f"Bearer {tokens.access}"
            response = session.request(method, API + path, **body)
        if not response.ok:
            raise self._refusal(response)
        try:
            return response.json()
        except ValueError as error:
            raise no_usable_answer("Mastodon", method, UNREADABLE) from error

    def _statuses(self, tokens: ports.Tokens, path: str) -> list[dict[str, Any]]:
        answer = self._ask(tokens, "GET", path)
        if not isinstance(answer, list):
            raise no_usable_answer("Mastodon", "GET", message("answer.no-list", "it was no list"))
        return [each | {"id": _id(each, "GET")} for each in answer]

    def _refusal(self, response: requests.Response) -> errors.ZwaanError:
        """The error that an answer with an error status asks for."""
        status = response.status_code
        said = str(json_object(response).get("error", f"status {status}"))[:200]
        refused = message(
            "mastodon.not-accepted", "Mastodon does not accept your connection: {said}", said=said
        )
        if status == requests.codes.unauthorized and not re.search("revoked|expired", said):
            return errors.AccessInDoubt(refused)
        if person := {401: errors.NeedsNewAccess, 403: errors.NeedsPerson}.get(status):
            return person(refused, remedy=_AGAIN)
        if status == requests.codes.too_many_requests or "finished processing" in said:
            return errors.RetryLater(
                message("mastodon.patience", "Mastodon asks for patience"),
                after=_patience(response),
            )
        if status < 500:
            kind = _Gone if status == requests.codes.not_found else errors.Rejected
            remedy = message("do.change-text", "Change the text and approve it again.")
            return kind(
                message("mastodon.refused", "Mastodon refuses this: {said}", said=said),
                remedy=remedy,
            )
        return no_usable_answer("Mastodon", response.request.method or "", said)


class _Gone(errors.Rejected):
    """The status is not there."""


def _patience(response: requests.Response) -> float | None:
    """Seconds until the window ends, by the server's own clock; None where it does not say."""
    try:
        reset = datetime.fromisoformat(response.headers["x-ratelimit-reset"])
        wait = reset - parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError, TypeError):
        return None
    return min(max(wait.total_seconds(), 1.0), 86_400.0)


def _id(found: Any, method: str) -> str:
    value = str(found.get("id")) if isinstance(found, dict) else ""
    if not value.isdecimal():
        raise no_usable_answer("Mastodon", method, message("answer.no-id", "it named no id"))
    return value


def _plain(content: str) -> str:
    """The words of a status: Mastodon sets a text in HTML, and cuts links for the eye only."""
    spaced = re.sub(r"<(?:br|/p)[^>]*>", " ", content)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", spaced)).split())
