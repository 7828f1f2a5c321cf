"""Plain HTTP clients, written from the networks' documentation and not from our connectors."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any, Self
from urllib.parse import parse_qs, quote, urlsplit

import requests

CLIENT_ID = "zwaan-sandbox"
CLIENT_SECRET = "zwaan-sandbox-secret"
CALLBACK = "http://127.0.0.1:9/callback"
EMAIL = "anna@example.org"


class _Client:
    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.token = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def call(self, method: str, path: str, **arguments: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", **arguments.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        return self.session.request(
            method,
            f"{self.url}{path}",
            headers=headers,
            timeout=60,
            allow_redirects=False,
            **arguments,
        )

    def consent(self, path: str, query: dict[str, str], **form: str) -> dict[str, str]:
        """Post the consent form and return what came back to the callback."""
        answer = self.session.post(
            f"{self.url}{path}",
            params=query,
            data={"decision": "allow", "member": EMAIL, "name": "Anna Jansen", **form},
            timeout=60,
            allow_redirects=False,
        )
        assert answer.status_code == 302, answer.text
        location = answer.headers["location"]
        assert location.startswith(f"{CALLBACK}?")
        return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


class LinkedInClient(_Client):
    scopes = "openid profile email w_member_social r_member_postAnalytics"
    urn = ""

    def query(self, **changes: str) -> dict[str, str]:
        return {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": CALLBACK,
            "state": "state-1",
            "scope": self.scopes,
            **changes,
        }

    def code(self, *, email: str = EMAIL, name: str = "Anna Jansen", **changes: str) -> str:
        query = self.query(**changes)
        path = "/linkedin/oauth/v2/authorization"
        return self.consent(path, query, member=email, name=name)["code"]

    def exchange(self, code: str, **changes: str) -> requests.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uri": CALLBACK,
            **changes,
        }
        return requests.post(f"{self.url}/linkedin/oauth/v2/accessToken", data=form, timeout=60)

    def connect(self, **who: str) -> None:
        self.token = self.exchange(self.code(**who)).json()["access_token"]
        self.urn = f"urn:li:person:{self.call('GET', '/linkedin/v2/userinfo').json()['sub']}"

    def rest(self, method: str, path: str, **arguments: Any) -> requests.Response:
        headers = {
            "LinkedIn-Version": "202609",
            "X-Restli-Protocol-Version": "2.0.0",
            **arguments.pop("headers", {}),
        }
        return self.call(method, f"/linkedin/rest/{path}", headers=headers, **arguments)

    def body(self, commentary: str, **changes: Any) -> dict[str, Any]:
        return {
            "author": self.urn,
            "commentary": commentary,
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
            **changes,
        }

    def post(self, commentary: str, **changes: Any) -> requests.Response:
        return self.rest("POST", "posts", json=self.body(commentary, **changes))

    def delete(self, urn: str) -> requests.Response:
        return self.rest("DELETE", f"posts/{quote(urn, safe='')}")


class XClient(_Client):
    scopes = "tweet.read tweet.write users.read media.write offline.access"
    refresh_token = ""
    user_id = ""

    def query(self, verifier: str, **changes: str) -> dict[str, str]:
        digest = hashlib.sha256(verifier.encode()).digest()
        return {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": CALLBACK,
            "state": "state-1",
            "scope": self.scopes,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **changes,
        }

    def code(self, verifier: str, *, email: str = EMAIL, **changes: str) -> str:
        query = self.query(verifier, **changes)
        return self.consent("/x/i/oauth2/authorize", query, member=email)["code"]

    def token_call(self, form: dict[str, str], **arguments: Any) -> requests.Response:
        arguments.setdefault("auth", (CLIENT_ID, CLIENT_SECRET))
        return requests.post(f"{self.url}/x/2/oauth2/token", data=form, timeout=60, **arguments)

    def exchange(self, code: str, verifier: str, **changes: str) -> requests.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": CALLBACK,
            **changes,
        }
        return self.token_call(form)

    def refresh(self, token: str) -> requests.Response:
        return self.token_call({"grant_type": "refresh_token", "refresh_token": token})

    def connect(self, **who: str) -> None:
        verifier = secrets.token_urlsafe(48)
        tokens = self.exchange(self.code(verifier, **who), verifier).json()
        self.token, self.refresh_token = tokens["access_token"], tokens.get("refresh_token", "")
        self.user_id = self.call("GET", "/x/2/users/me").json()["data"]["id"]

    def post(self, text: str, **more: Any) -> requests.Response:
        return self.call("POST", "/x/2/tweets", json={"text": text, **more})

    def upload(self, image: bytes, name: str = "photo.png") -> requests.Response:
        return self.call(
            "POST",
            "/x/2/media/upload",
            data={"media_category": "tweet_image"},
            files={"media": (name, image)},
        )


class MastodonClient(_Client):
    scopes = "read:accounts read:statuses write:statuses write:media"

    def code(self, *, email: str = EMAIL, **changes: str) -> str:
        query = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": CALLBACK,
            "state": "state-1",
            "scope": self.scopes,
            **changes,
        }
        return self.consent("/mastodon/oauth/authorize", query, member=email)["code"]

    def exchange(self, code: str, **changes: str) -> requests.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uri": CALLBACK,
            **changes,
        }
        return requests.post(f"{self.url}/mastodon/oauth/token", data=form, timeout=60)

    def connect(self, **who: str) -> None:
        self.token = self.exchange(self.code(**who)).json()["access_token"]

    def api(self, method: str, path: str, **arguments: Any) -> requests.Response:
        return self.call(method, f"/mastodon/api/v1/{path}", **arguments)

    def post(self, text: str, key: str | None = None) -> requests.Response:
        return self.api("POST", "statuses", json={"status": text}, headers={"Idempotency-Key": key})
