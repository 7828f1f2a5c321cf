"""LinkedIn: the Posts API with OAuth 2.0 (authorisation code).

Source of the facts: https://learn.microsoft.com/linkedin/marketing/ (Posts API, little text
format, member post statistics) and https://learn.microsoft.com/linkedin/shared/authentication/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import requests
from requests_oauthlib import OAuth2Session

from connectors.linkedin_answers import AGAIN, POST_URN, count_in, duplicate_of, refusal
from connectors.registry import NetworkSettings
from connectors.transport import oauth
from connectors.transport.http import UNREADABLE, Transport, no_usable_answer, repeatable
from connectors.transport.oauth import json_object
from services.accounts.rules import LINKEDIN
from services.errors import (
    NeedsPerson,
    OutcomeUnknown,
    ZwaanError,
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

API = "https://api.linkedin.com"
WEBSITE = "https://www.linkedin.com"
TOKEN_URL = f"{WEBSITE}/oauth/v2/accessToken"

#: Seconds. A member's application cannot read whether an image is ready, so that it waits.
IMAGE_PREPARATION = 10.0

POSTING = "w_member_social"
STATISTICS = "r_member_postAnalytics"
SELF_SERVE_SCOPES = ("openid", "profile", POSTING)


# --- text ---------------------------------------------------------------------------------------

# The reserved set of the little text format. One left unescaped and LinkedIn cuts the text there,
# silently, with a 201.
_RESERVED = re.compile(r"[\\|{}@\[\]()<>#*_~]")
_MENTION = r"@\[(?P<name>[^\[\]()]+)\]\((?P<urn>urn:li:(?:organization|person):[\w-]+)\)"
# A hashtag begins a word and holds a letter; C#, #1 and fragments of addresses are plain text.
_HASHTAG = r"(?<![^\s(\[{\"'“‘«])#(?P<tag>\d*[^\W\d_]\w*)"
_ELEMENT = re.compile(f"{_MENTION}|{_HASHTAG}")


def escape_little_text(text: str) -> str:
    """Plain text as little text: mentions and hashtags stay elements, the rest is escaped once."""
    parts, position = [], 0
    for element in _ELEMENT.finditer(text):
        parts.append(_escape(text[position : element.start()]))
        if element["tag"] is not None:
            parts.append("#" + _escape(element["tag"]))
        else:
            parts.append(f"@[{_escape(element['name'])}]({element['urn']})")
        position = element.end()
    parts.append(_escape(text[position:]))
    return "".join(parts)


def _escape(text: str) -> str:
    return _RESERVED.sub(r"\\\g<0>", text)


# --- the connector ------------------------------------------------------------------------------


class LinkedIn:
    """A `services.ports.Network`. ``settings.version`` is the API version, ``YYYYMM``."""

    name = "linkedin"
    rules = LINKEDIN

    def __init__(
        self,
        settings: NetworkSettings,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._scopes = settings.scopes or SELF_SERVE_SCOPES
        self._clock = clock
        self._transport = Transport(
            "LinkedIn",
            routes={
                API: settings.api_url or API,
                WEBSITE: settings.authorize_url or settings.api_url or WEBSITE,
            },
            # Uploads go to the LinkedIn host that the answer names; in the sandbox, to the base.
            domains=() if settings.api_url else ("linkedin.com",),
            limits=settings.limits,
        )

    def preview(self, post: OutgoingPost) -> Preview:
        return preview_text(self, post.text, payload=escape_little_text(post.text))

    # --- connecting ---

    def authorization(self, *, state: str, redirect_uri: str) -> Authorization:
        url = oauth.authorization_url(
            self._transport,
            f"{WEBSITE}/oauth/v2/authorization",
            client_id=self._settings.client_id,
            redirect_uri=redirect_uri,
            scopes=self._scopes,
            state=state,
        )
        return Authorization(url=url)

    def connect(self, *, code: str, verifier: str | None, redirect_uri: str) -> Account:
        del verifier  # LinkedIn has no PKCE for server applications: state and secret only.
        with oauth.connecting("LinkedIn"), self._token_session(redirect_uri) as session:
            answer = session.fetch_token(
                TOKEN_URL,
                code=code,
                client_secret=self._settings.client_secret,
                include_client_id=True,
            )
        granted = oauth.tokens(answer, asked=self._scopes, now=self._clock())
        if POSTING not in granted.scopes:
            raise NeedsPerson(
                message(
                    "linkedin.no-permission-to-post",
                    "LinkedIn was connected without the permission to post",
                ),
                remedy=message(
                    "do.linkedin.connect-again",
                    "Connect LinkedIn again and leave all permissions on.",
                ),
            )
        with oauth.connecting("LinkedIn"):
            return self._identify(granted)

    def _identify(self, tokens: Tokens) -> Account:
        # The Community Management product excludes OpenID Connect and has its own profile call.
        openid = "openid" in tokens.scopes
        profile = self._json(self._call(tokens, "GET", "/v2/userinfo" if openid else "/v2/me"))
        subject = profile.get("sub" if openid else "id")
        name = profile.get("name") if openid else profile.get("localizedFirstName")
        if not isinstance(subject, str) or not re.fullmatch(r"[\w-]+", subject):
            raise NeedsPerson(
                message("linkedin.no-member", "LinkedIn did not say which member was connected"),
                remedy=AGAIN,
            )
        return Account(
            network=self.name,
            member_id=f"urn:li:person:{subject}",
            handle=name if isinstance(name, str) else "",
            tokens=tokens,
        )

    def refresh(self, account: Account) -> Tokens:
        """Only approved partners get refresh tokens; others consent again every 60 days."""
        if not account.tokens.refresh:
            raise NeedsPerson(
                message("linkedin.not-renewable", "This LinkedIn connection cannot be renewed"),
                remedy=AGAIN,
            )
        with oauth.refreshing("LinkedIn"), self._token_session() as session:
            answer = session.refresh_token(
                TOKEN_URL,
                refresh_token=account.tokens.refresh,
                client_id=self._settings.client_id,
                client_secret=self._settings.client_secret,
            )
        return oauth.tokens(answer, asked=account.tokens.scopes, now=self._clock())

    def revoke(self, account: Account) -> None:
        oauth.revoke(
            self._transport,
            f"{WEBSITE}/oauth/v2/revoke",
            title="LinkedIn",
            form={
                "client_id": self._settings.client_id,
                "client_secret": self._settings.client_secret,
                "token": account.tokens.access,
            },
        )

    def _token_session(self, redirect_uri: str | None = None) -> OAuth2Session:
        return oauth.token_session(
            self._transport,
            title="LinkedIn",
            client_id=self._settings.client_id,
            redirect_uri=redirect_uri,
        )

    # --- posts ---

    def upload(self, account: Account, image: Image) -> UploadedImage:
        """LinkedIn processes an image for some seconds before a post may use it."""
        with repeatable():
            response = self._call(
                account.tokens,
                "POST",
                "/rest/images?action=initializeUpload",
                json={"initializeUploadRequest": {"owner": account.member_id}},
            )
            value = self._json(response).get("value")
        place = value if isinstance(value, dict) else {}
        urn, url = place.get("image"), place.get("uploadUrl")
        if not isinstance(urn, str) or not isinstance(url, str):
            raise no_usable_answer(
                "LinkedIn", "PUT", message("answer.no-place", "it named no place for the image")
            )
        # oauthlib refuses the sandbox's plain http; the transport decides where this may go.
        headers = {"Authorization": f"Bearer {account.tokens.access}"}
        with self._transport.equip(requests.Session()) as session:
            uploaded = session.put(url, data=image.data, headers=headers)
        if not uploaded.ok:
            raise self._refusal(uploaded)
        return UploadedImage(media_id=urn, alt=image.alt, usable_after=IMAGE_PREPARATION)

    def publish(self, account: Account, post: OutgoingPost) -> PublishedPost:
        response = self._send_post(account, post)
        if duplicate := duplicate_of(response):
            raise OutcomeUnknown(
                message(
                    "linkedin.duplicate",
                    "LinkedIn already has this very post ({identity})",
                    identity=duplicate,
                )
            )
        return self._created(response)

    def reconcile(
        self, account: Account, post: OutgoingPost, *, since: datetime
    ) -> PublishedPost | None:
        """Send the identical post once more: a duplicate names the one that is there.

        LinkedIn lets a member's application write but not read posts, so this is the only way to
        know. When the first attempt never arrived, this one publishes it, once; the answer is
        therefore never None.
        """
        del since
        response = self._send_post(account, post)
        if duplicate := duplicate_of(response):
            return self._published(duplicate)
        return self._created(response)

    def delete(self, account: Account, external_id: str) -> None:
        path = f"/rest/posts/{quote(external_id, safe='')}"
        response = self._call(account.tokens, "DELETE", path)
        if not response.ok and response.status_code != requests.codes.not_found:
            raise self._refusal(response)

    def _send_post(self, account: Account, post: OutgoingPost) -> requests.Response:
        body: dict[str, Any] = {
            "author": account.member_id,
            "commentary": escape_little_text(post.text),
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        if content := _content(post):
            body["content"] = content
        return self._call(account.tokens, "POST", "/rest/posts", json=body)

    def _created(self, response: requests.Response) -> PublishedPost:
        if not response.ok:
            raise self._refusal(response)
        urn = response.headers.get("x-restli-id", "")
        if not POST_URN.fullmatch(urn):
            raise OutcomeUnknown(
                message(
                    "linkedin.no-id", "LinkedIn accepted the post without saying under which id"
                )
            )
        return self._published(urn)

    def _published(self, urn: str) -> PublishedPost:
        address = self._transport.address(f"{WEBSITE}/feed/update/{urn}/")
        return PublishedPost(external_id=urn, url=address)

    # --- statistics ---

    def measure(self, account: Account, external_ids: Sequence[str]) -> Iterator[Measurement]:
        """One call per post and metric, because LinkedIn's endpoint takes no more."""
        if STATISTICS not in account.tokens.scopes:
            raise NeedsPerson(
                message(
                    "linkedin.no-statistics", "This LinkedIn connection may not read statistics"
                ),
                remedy=message(
                    "do.linkedin.import",
                    "Import your own LinkedIn analytics export, or connect again when your "
                    "organisation's LinkedIn application is approved for statistics.",
                ),
            )
        metrics = _METRICS if self._settings.version >= "202604" else _METRICS_BEFORE_202604
        for urn in external_ids:
            counts = {
                ours: count
                for theirs, ours in metrics.items()
                if (count := self._count(account.tokens, urn, theirs)) is not None
            }
            if counts:
                yield Measurement(external_id=urn, metrics=counts, source=_STATISTICS_SOURCE)

    def _count(self, tokens: Tokens, urn: str, metric: str) -> int | None:
        kind = "ugc" if urn.startswith("urn:li:ugcPost:") else "share"
        # The parentheses and the colon are structure and stay as they are; the id is encoded.
        entity = f"({kind}:{quote(urn, safe='')})"
        response = self._call(
            tokens,
            "GET",
            f"/rest/memberCreatorPostAnalytics?q=entity&entity={entity}"
            f"&queryType={metric}&aggregation=TOTAL",
        )
        if response.status_code == requests.codes.not_found:
            return None
        return count_in(self._json(response), metric)

    # --- speaking ---

    def _call(
        self, tokens: Tokens, method: str, path: str, *, json: Mapping[str, Any] | None = None
    ) -> requests.Response:
        headers = {
            "LinkedIn-Version": self._settings.version,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        token = {"access_token": tokens.access, "token_type": "Bearer"}
        with self._transport.equip(OAuth2Session(token=token)) as session:
            return session.request(method, API + path, json=json, headers=headers)

    def _json(self, response: requests.Response) -> dict[str, Any]:
        """The object that a read gave. Raises what its status asks for, RetryLater for no object."""
        if not response.ok:
            raise self._refusal(response)
        if not (answer := json_object(response)):
            raise no_usable_answer("LinkedIn", "GET", UNREADABLE)
        return answer

    def _refusal(self, response: requests.Response) -> ZwaanError:
        return refusal(response, version=self._settings.version, now=self._clock())


# --- facts --------------------------------------------------------------------------------------

_STATISTICS_SOURCE = "linkedin:memberCreatorPostAnalytics"
_METRICS_BEFORE_202604 = {
    "IMPRESSION": "impressions",
    "MEMBERS_REACHED": "reach",
    "REACTION": "reactions",
    "COMMENT": "comments",
    "RESHARE": "reshares",
}
_METRICS = {**_METRICS_BEFORE_202604, "LINK_CLICKS": "link_clicks"}


def sunset(version: str) -> date:
    """The first day on which LinkedIn may refuse a version ``YYYYMM``: a year after its month."""
    return date(int(version[:4]) + 1, int(version[4:]), 1)


def sunset_ahead(version: str, *, today: date) -> date | None:
    """The sunset of a version when it is at most 60 days ahead, or past; None before."""
    ends = sunset(version)
    return ends if ends - today <= timedelta(days=60) else None


def _content(post: OutgoingPost) -> dict[str, Any] | None:
    """A post's one content: a link with a thumbnail, or one image, or several."""
    images = [{"id": image.media_id, "altText": image.alt} for image in post.images]
    if post.card is None:
        if len(images) > 1:
            return {"multiImage": {"images": images}}
        return {"media": images[0]} if images else None
    article = {"source": post.card.url, "title": post.card.title}
    if post.card.description:
        article["description"] = post.card.description
    if images:
        article |= {"thumbnail": images[0]["id"], "thumbnailAltText": images[0]["altText"]}
    return {"article": article}
