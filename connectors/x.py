"""X: API v2 through tweepy, with OAuth 2.0 PKCE.

Source of the facts: https://docs.x.com/x-api (posts, users, OAuth 2.0, rate limits, pricing).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import tweepy
from requests.auth import HTTPBasicAuth

from connectors.registry import NetworkSettings
from connectors.transport import oauth
from connectors.transport.http import UNREADABLE, Transport, no_usable_answer, repeatable
from connectors.transport.oauth import json_object
from connectors.x_answers import (
    Duplicate,
    Gone,
    Object,
    as_written,
    metrics_of,
    objects,
    plain,
    refusal,
)
from services.accounts.rules import X as X_RULES
from services.errors import (
    NeedsPerson,
    OutcomeUnknown,
    Rejected,
    RetryLater,
)
from services.message import message
from services.ports import (
    Account,
    Authorization,
    Image,
    Measurement,
    OutgoingPost,
    Preview,
    PublishedPost,
    Tokens,
    UploadedImage,
)
from services.text.network_text import preview_text

API = "https://api.x.com"
WEBSITE = "https://x.com"
TWEEPY_API = "https://api.twitter.com"  # a constant inside tweepy
TOKEN_URL = f"{API}/2/oauth2/token"

SCOPES = ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access")

_BATCH = 100  # the most ids that GET /2/tweets takes, and the most posts a timeline page gives
# A machine whose clock is off by an hour must not look past its own post. The text holds a link of
# its own, so that looking further back finds nothing else.
_CLOCK_SKEW = timedelta(hours=2)
_STATISTICS_SOURCE = "x:tweets"
_AGAIN = message("do.connect-network-again", "Connect {title} again.", title="X")


class X:
    """A `services.ports.Network`."""

    name = "x"
    rules = X_RULES

    def __init__(
        self,
        settings: NetworkSettings,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        api = settings.api_url or API
        self._settings = settings
        self._scopes = settings.scopes or SCOPES
        self._clock = clock
        self._transport = Transport(
            "X",
            routes={
                TWEEPY_API: api,
                API: api,
                WEBSITE: settings.authorize_url or settings.api_url or WEBSITE,
            },
            limits=settings.limits,
        )

    def preview(self, post: OutgoingPost) -> Preview:
        return preview_text(self, post.text, payload=post.text)

    # --- connecting ---

    def authorization(self, *, state: str, redirect_uri: str) -> Authorization:
        return oauth.pkce_authorization(
            self._transport,
            f"{WEBSITE}/i/oauth2/authorize",
            client_id=self._settings.client_id,
            redirect_uri=redirect_uri,
            scopes=self._scopes,
            state=state,
        )

    def connect(self, *, code: str, verifier: str | None, redirect_uri: str) -> Account:
        session = oauth.token_session(
            self._transport,
            title="X",
            client_id=self._settings.client_id,
            redirect_uri=redirect_uri,
        )
        with oauth.connecting("X"), session:
            answer = session.fetch_token(
                TOKEN_URL, code=code, code_verifier=verifier, auth=self._basic()
            )
        tokens = oauth.tokens(answer, asked=self._scopes, now=self._clock())
        if "tweet.write" not in tokens.scopes:
            raise NeedsPerson(
                message(
                    "x.no-permission-to-post", "X was connected without the permission to post"
                ),
                remedy=message(
                    "do.x.connect-again", "Connect X again and leave all permissions on."
                ),
            )
        with oauth.connecting("X"):
            profile = self._ask(self._client(tokens).get_me).get("data")
        self._settings.meter("user_read", 1)
        if not isinstance(profile, dict) or not str(profile.get("id", "")).isdecimal():
            raise NeedsPerson(
                message("x.no-account", "X did not say which account was connected"), remedy=_AGAIN
            )
        return Account(
            network=self.name,
            member_id=str(profile["id"]),
            handle=str(profile.get("username", "")),
            tokens=tokens,
        )

    def refresh(self, account: Account) -> Tokens:
        """Spends the refresh token: store the new pair before using it, one caller at a time."""
        if not account.tokens.refresh:
            raise NeedsPerson(
                message("x.not-renewable", "This X connection cannot be renewed"), remedy=_AGAIN
            )
        session = oauth.token_session(
            self._transport, title="X", client_id=self._settings.client_id
        )
        with oauth.refreshing("X"), session:
            answer = session.refresh_token(
                TOKEN_URL, refresh_token=account.tokens.refresh, auth=self._basic()
            )
        return oauth.tokens(answer, asked=account.tokens.scopes, now=self._clock())

    def revoke(self, account: Account) -> None:
        """Both tokens: X keeps the one alive when the other is withdrawn."""
        held = (account.tokens.refresh, account.tokens.access)
        for token in filter(None, held):
            oauth.revoke(
                self._transport,
                f"{API}/2/oauth2/revoke",
                title="X",
                form={"token": token, "client_id": self._settings.client_id},
                auth=(self._settings.client_id, self._settings.client_secret),
            )

    def _basic(self) -> HTTPBasicAuth:
        return HTTPBasicAuth(self._settings.client_id, self._settings.client_secret)

    # --- posts ---

    def upload(self, account: Account, image: Image) -> UploadedImage:
        """At most 5 MB; a post takes at most four. tweepy has no upload for API v2."""
        headers = {"Authorization": f"Bearer {account.tokens.access}"}
        with repeatable(), self._session() as session:
            answer = self._object(
                session.post(
                    f"{API}/2/media/upload",
                    headers=headers,
                    files={"media": ("image", image.data)},
                    data={"media_category": "tweet_image"},
                )
            )
            data = answer.get("data")
            media_id = str(data.get("id", "")) if isinstance(data, dict) else ""
            if not media_id.isdecimal():
                raise no_usable_answer("X", "POST", message("answer.no-image", "it named no image"))
            if image.alt:
                described = {"id": media_id, "metadata": {"alt_text": {"text": image.alt}}}
                session.post(f"{API}/2/media/metadata", headers=headers, json=described)
                self._settings.meter("media_metadata", 1)
        return UploadedImage(media_id=media_id, alt=image.alt)

    def publish(self, account: Account, post: OutgoingPost) -> PublishedPost:
        try:
            answer = self._ask(
                self._client(account.tokens).create_tweet,
                text=post.text,
                media_ids=[image.media_id for image in post.images] or None,
            )
        except Duplicate:
            return self._adopt(account, post)
        data = answer.get("data")
        post_id = str(data.get("id", "")) if isinstance(data, dict) else ""
        if not post_id.isdecimal():
            raise OutcomeUnknown(
                message("x.no-id", "X accepted the post without saying under which id")
            )
        return self._published(account, post_id)

    def _adopt(self, account: Account, post: OutgoingPost) -> PublishedPost:
        """The post with this very text that X says is there; our short link makes it ours.

        Raises OutcomeUnknown when X cannot be asked: to say "later" or "refused" of a post that is
        there would be wrong.
        """
        try:
            found = self._find(account, post, since=None)
        except (RetryLater, NeedsPerson) as error:
            raise OutcomeUnknown(
                message(
                    "x.unknown-duplicate",
                    "X has a post with this text and could not be asked which: {fault}",
                    fault=str(error),
                )
            ) from error
        if found is None:
            raise Rejected(
                message("x.posted-before", "X refuses this text because it was posted before"),
                remedy=message("do.change-text", "Change the text and approve it again."),
            )
        return found

    def reconcile(
        self, account: Account, post: OutgoingPost, *, since: datetime
    ) -> PublishedPost | None:
        return self._find(account, post, since=since - _CLOCK_SKEW)

    def _find(
        self, account: Account, post: OutgoingPost, *, since: datetime | None
    ) -> PublishedPost | None:
        """Look for the text in the member's latest posts: at most one page, a billed read."""
        answer = self._ask(
            self._client(account.tokens).get_users_tweets,
            account.member_id,
            start_time=since,
            max_results=_BATCH,
            tweet_fields=["created_at", "entities"],
        )
        timeline = objects(answer.get("data"))
        self._settings.meter("post_read", len(timeline))
        wanted = plain(post.text)
        for found in timeline:
            if str(found.get("id", "")).isdecimal() and plain(as_written(found)) == wanted:
                return self._published(account, str(found["id"]))
        return None

    def delete(self, account: Account, external_id: str) -> None:
        try:
            self._ask(self._client(account.tokens).delete_tweet, external_id)
        except Gone:
            return
        self._settings.meter("post_delete", 1)

    def _published(self, account: Account, post_id: str) -> PublishedPost:
        address = f"{WEBSITE}/{account.handle or 'i'}/status/{post_id}"
        return PublishedPost(external_id=post_id, url=self._transport.address(address))

    # --- statistics ---

    def measure(self, account: Account, external_ids: Sequence[str]) -> Iterator[Measurement]:
        """A hundred posts a call. X gives the owner's private counters for 30 days."""
        client = self._client(account.tokens)
        for first in range(0, len(external_ids), _BATCH):
            answer = self._ask(
                client.get_tweets,
                list(external_ids[first : first + _BATCH]),
                tweet_fields=["public_metrics", "non_public_metrics"],
            )
            posts_read = objects(answer.get("data"))
            self._settings.meter("post_read", len(posts_read))
            for found in posts_read:
                if metrics := metrics_of(found):
                    yield Measurement(
                        external_id=str(found.get("id")), metrics=metrics, source=_STATISTICS_SOURCE
                    )

    # --- speaking ---

    def _client(self, tokens: Tokens) -> tweepy.Client:
        client = tweepy.Client(
            bearer_token=tokens.access, return_type=requests.Response, wait_on_rate_limit=False
        )
        client.session = self._session()
        return client

    def _session(self) -> requests.Session:
        session = self._transport.equip(requests.Session())
        # Before tweepy sees it: it trips over refusals that are not of the documented shape.
        session.hooks["response"].append(self._check)
        return session

    def _check(self, response: requests.Response, **_: Any) -> None:
        if not response.ok:
            raise refusal(response, now=self._clock())

    def _ask(self, call: Callable[..., requests.Response], *args: Any, **params: Any) -> Object:
        """Call tweepy as the member (OAuth 2) and return the answer's object."""
        return self._object(call(*args, user_auth=False, **params))

    def _object(self, response: requests.Response) -> Object:
        if not (answer := json_object(response)):
            raise no_usable_answer("X", response.request.method or "", UNREADABLE)
        return answer
