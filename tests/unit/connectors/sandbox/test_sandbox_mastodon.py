"""A Mastodon server in the sandbox: what its documentation promises, and what it refuses."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

import pytest
import requests

from tests.unit.connectors.sandbox.clients import MastodonClient


@pytest.fixture
def mastodon(url: str) -> Iterator[MastodonClient]:
    """A member with everything granted."""
    with MastodonClient(url) as client:
        client.connect()
        yield client


def _change(client: MastodonClient, what: str, **values: object) -> None:
    requests.post(f"{client.url}/_sandbox/{what}", json=values, timeout=60).raise_for_status()


def test_token_never_expires_and_names_its_scopes(mastodon: MastodonClient) -> None:
    """The answer to a code has no end and no refresh token; a year later the token still works."""
    tokens = mastodon.exchange(mastodon.code()).json()
    assert set(tokens) == {"access_token", "token_type", "scope", "created_at"}
    _change(mastodon, "clock", advance=365 * 86_400)
    assert (
        mastodon.api("GET", "accounts/verify_credentials").json()["display_name"] == "Anna Jansen"
    )


def test_a_code_needs_its_verifier(mastodon: MastodonClient) -> None:
    """With a challenge in the request, another verifier is refused and the code is spent."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"right").digest()).rstrip(b"=").decode()
    query = {"code_challenge": challenge, "code_challenge_method": "S256"}
    code = mastodon.code(**query)
    assert mastodon.exchange(code, code_verifier="wrong").json()["error"] == "invalid_grant"
    assert mastodon.exchange(code, code_verifier="right").status_code == 400
    assert mastodon.exchange(mastodon.code(**query), code_verifier="right").ok


def test_wrong_client_secret_is_refused(mastodon: MastodonClient) -> None:
    """The token endpoint answers 401 invalid_client."""
    answer = mastodon.exchange(mastodon.code(), client_secret="wrong")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_revoked_token_is_refused(mastodon: MastodonClient) -> None:
    """After /oauth/revoke every call is 401."""
    form = {"client_id": "zwaan-sandbox", "client_secret": "zwaan-sandbox-secret"}
    answer = requests.post(
        f"{mastodon.url}/mastodon/oauth/revoke", data={**form, "token": mastodon.token}, timeout=60
    )
    assert answer.ok
    assert mastodon.post("hallo").status_code == 401


def test_idempotency_key_repeats_the_status_for_an_hour(mastodon: MastodonClient) -> None:
    """A repeated Idempotency-Key gives the first status; after an hour it is forgotten."""
    first = mastodon.post("hallo", key="k").json()
    assert mastodon.post("hallo", key="k").json()["id"] == first["id"]
    assert mastodon.post("hallo", key="other").json()["id"] != first["id"]
    _change(mastodon, "clock", advance=3601)
    assert mastodon.post("hallo", key="k").json()["id"] != first["id"]


def test_idempotency_key_of_a_deleted_status_answers_404(mastodon: MastodonClient) -> None:
    """Within the hour the key of a status that is gone finds nothing, and posts nothing."""
    first = mastodon.post("hallo", key="k").json()
    assert mastodon.api("DELETE", f"statuses/{first['id']}").ok
    assert mastodon.post("hallo", key="k").status_code == 404


def test_a_status_too_long_is_refused(mastodon: MastodonClient) -> None:
    """501 characters are 422 with Mastodon's own words; blanks around a text do not count."""
    assert mastodon.post(f"  {'a' * 500}\n").ok
    answer = mastodon.post("a" * 501)
    assert answer.status_code == 422
    assert "character limit of 500" in answer.json()["error"]


def test_a_missing_scope_is_refused(mastodon: MastodonClient) -> None:
    """A token for reading may not write; the broad scope contains the narrow one."""
    mastodon.connect(scope="read")
    assert mastodon.post("hallo").status_code == 403
    assert mastodon.api("GET", "accounts/verify_credentials").ok


def test_deletion_limit_is_announced_and_enforced(mastodon: MastodonClient) -> None:
    """The thirty-first deletion in half an hour is 429, with a reset that is a date."""
    _change(mastodon, "limits", enabled=True)
    answers = [mastodon.api("DELETE", "statuses/1") for _ in range(31)]
    assert [answer.status_code for answer in answers] == [404] * 30 + [429]
    assert answers[0].headers["x-ratelimit-remaining"] == "29"
    assert answers[-1].headers["x-ratelimit-reset"].startswith("2026-11-24T12:30:00")


def test_a_status_is_shown_as_html(mastodon: MastodonClient) -> None:
    """The text is escaped, and a link is cut for the eye and whole in its address."""
    link = "https://go.example.com/r/0123456789-0123456789"
    content = mastodon.post(f"a < b\n{link}").json()["content"]
    assert "a &lt; b<br />" in content
    assert f'href="{link}"' in content
    assert link not in content.replace(f'href="{link}"', "")
