"""Connecting to X."""

from __future__ import annotations

import secrets

import pytest
import requests

from tests.unit.connectors.sandbox.clients import XClient

PATH = "/x/i/oauth2/authorize"


def _advance(client: XClient, seconds: float) -> None:
    requests.post(f"{client.url}/_sandbox/clock", json={"advance": seconds}, timeout=60)


@pytest.fixture
def stranger(url: str) -> XClient:
    """A client without a token."""
    return XClient(url)


@pytest.fixture
def verifier() -> str:
    return secrets.token_urlsafe(48)


def test_a_denied_consent_says_so(stranger: XClient, verifier: str) -> None:
    """X's error code comes back with the state, and no code."""
    back = stranger.consent(PATH, stranger.query(verifier), decision="deny")

    assert back == {"error": "access_denied", "state": "state-1"}


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
        {"state": ""},
        {"scope": "tweet.everything"},
        {"response_type": "token"},
        {"client_id": "somebody-else"},
        {"redirect_uri": "https://evil.example/"},
    ],
)
def test_a_wrong_request_ends_on_a_page(
    stranger: XClient, verifier: str, changes: dict[str, str]
) -> None:
    """X does not send the browser back when the request itself is wrong."""
    answer = requests.get(
        f"{stranger.url}{PATH}", params=stranger.query(verifier, **changes), timeout=60
    )

    assert answer.status_code == 400
    assert next(iter(changes)).split("_method")[0] in answer.text


def test_tokens_live_two_hours(stranger: XClient, verifier: str) -> None:
    """The answer carries both tokens, 7,200 seconds and scopes separated by spaces."""
    tokens = stranger.exchange(stranger.code(verifier), verifier).json()

    assert tokens["expires_in"] == 7200
    assert tokens["token_type"] == "bearer"
    assert set(tokens["scope"].split(" ")) == set(stranger.scopes.split())
    stranger.token = tokens["access_token"]
    _advance(stranger, 7199)
    assert stranger.call("GET", "/x/2/users/me").status_code == 200
    _advance(stranger, 2)
    assert stranger.call("GET", "/x/2/users/me").status_code == 401


def test_without_offline_access_there_is_no_refresh_token(stranger: XClient, verifier: str) -> None:
    """The refresh token depends on its scope."""
    code = stranger.code(verifier, scope="tweet.read users.read")

    assert "refresh_token" not in stranger.exchange(code, verifier).json()


def test_token_needs_the_verifier_of_its_challenge(stranger: XClient, verifier: str) -> None:
    """A code is worth nothing to a caller that does not know the verifier, and is used up by a try."""
    code = stranger.code(verifier)
    wrong = stranger.exchange(code, "somebody-elses-verifier-of-some-forty-characters")

    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_request")
    assert stranger.exchange(code, verifier).status_code == 400


def test_a_code_lives_thirty_seconds_and_works_once(stranger: XClient, verifier: str) -> None:
    """It can be exchanged at 29 seconds, not at 31, and not twice."""
    early, late = stranger.code(verifier), stranger.code(verifier)
    _advance(stranger, 29)
    assert stranger.exchange(early, verifier).status_code == 200
    assert stranger.exchange(early, verifier).status_code == 400
    _advance(stranger, 2)
    assert stranger.exchange(late, verifier).status_code == 400


def test_token_endpoint_requires_http_basic(stranger: XClient, verifier: str) -> None:
    """A missing, wrong or form-borne secret is 401; another redirect address is 400."""
    form = {"grant_type": "authorization_code", "code": stranger.code(verifier)}
    in_form = {**form, "client_id": "zwaan-sandbox", "client_secret": "zwaan-sandbox-secret"}

    assert stranger.token_call(in_form, auth=None).status_code == 401
    assert stranger.token_call(form, auth=("zwaan-sandbox", "guess")).status_code == 401
    assert (
        stranger.token_call(form, headers={"Authorization": "Basic %%%"}, auth=None).json()["error"]
        == "unauthorized_client"
    )
    other = stranger.exchange(stranger.code(verifier), verifier, redirect_uri="http://127.0.0.1/")
    assert other.status_code == 400


def test_refresh_tokens_rotate(x: XClient) -> None:
    """A refresh gives a new pair; the old refresh token is 400 invalid_request, the new one works."""
    first = x.refresh(x.refresh_token)
    reused = x.refresh(x.refresh_token)
    second = x.refresh(first.json()["refresh_token"])

    assert first.status_code == 200
    assert (reused.status_code, reused.json()["error"]) == (400, "invalid_request")
    assert second.status_code == 200
    x.token = second.json()["access_token"]
    assert x.call("GET", "/x/2/users/me").status_code == 200


def test_revoked_tokens_are_refused(x: XClient) -> None:
    """A revoked access token is 401, a revoked refresh token 400."""
    for token in (x.token, x.refresh_token):
        answer = requests.post(
            f"{x.url}/x/2/oauth2/revoke",
            data={"token": token},
            auth=("zwaan-sandbox", "zwaan-sandbox-secret"),
            timeout=60,
        )
        assert answer.json() == {"revoked": True}

    assert x.call("GET", "/x/2/users/me").status_code == 401
    assert x.refresh(x.refresh_token).status_code == 400


def test_me_is_the_member_who_consented(x: XClient) -> None:
    """Id, name and handle belong to the member, and another with the same name gets another handle."""
    other = XClient(x.url)
    verifier = secrets.token_urlsafe(48)
    code = other.consent(PATH, other.query(verifier), member="anna2@example.org")["code"]
    other.token = other.exchange(code, verifier).json()["access_token"]
    mine = x.call("GET", "/x/2/users/me").json()["data"]
    others = other.call("GET", "/x/2/users/me").json()["data"]

    assert (mine["name"], mine["username"]) == ("Anna Jansen", "AnnaJansen")
    assert mine["id"].isdecimal()
    assert others["username"] == "AnnaJansen2"
    assert others["id"] != mine["id"]
