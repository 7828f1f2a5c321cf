"""Posting to LinkedIn."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
import requests

from connectors.sandbox import SandboxApp
from tests.unit.connectors.sandbox.clients import LinkedInClient

HOUR = 3600


def _error(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def _posts(client: LinkedInClient) -> list[dict[str, Any]]:
    answer = requests.get(f"{client.url}/_sandbox/posts?network=linkedin", timeout=60)
    posts: list[dict[str, Any]] = answer.json()["posts"]
    return posts


def _advance(client: LinkedInClient, seconds: float) -> None:
    requests.post(f"{client.url}/_sandbox/clock", json={"advance": seconds}, timeout=60)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"LinkedIn-Version": None}, (400, "VERSION_MISSING")),
        ({"LinkedIn-Version": "202401"}, (426, "NONEXISTENT_VERSION")),
        ({"LinkedIn-Version": "202613"}, (426, "NONEXISTENT_VERSION")),
        ({"LinkedIn-Version": "203001"}, (426, "NONEXISTENT_VERSION")),
        ({"X-Restli-Protocol-Version": None}, (400, "ILLEGAL_ARGUMENT")),
        ({"X-Restli-Protocol-Version": "1.0.0"}, (400, "ILLEGAL_ARGUMENT")),
    ],
)
def test_headers_are_checked(
    linkedin: LinkedInClient, headers: dict[str, str | None], expected: tuple[int, str]
) -> None:
    """A missing version is 400, one that is sunset or does not exist yet is 426."""
    answer = linkedin.rest("POST", "posts", json=linkedin.body("Hallo"), headers=headers)

    assert _error(answer) == expected
    assert _posts(linkedin) == []


def test_post_for_another_author_is_refused(linkedin: LinkedInClient) -> None:
    """An author other than the token's member is 403, and so is a missing scope."""
    foreign = linkedin.post("Hallo", author="urn:li:person:somebody")
    assert (foreign.status_code, foreign.json()["serviceErrorCode"]) == (403, 100)

    linkedin.token = linkedin.exchange(linkedin.code(scope="openid profile")).json()["access_token"]
    assert _error(linkedin.post("Hallo")) == (403, "ACCESS_DENIED")
    assert _posts(linkedin) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"visibility": "EVERYONE"},
        {"lifecycleState": "DRAFT"},
        {"distribution": {}},
        {"commentary": 5},
        {"commentary": "  "},
        {"title": "unknown field"},
        {"content": {"poll": {}}},
        {"content": {"article": {"source": "ftp://example.org", "title": "x"}}},
        {"content": {"article": {"source": "https://example.org"}}},
        {"content": {"multiImage": {"images": [{"id": "urn:li:image:1"}]}}},
    ],
)
def test_the_body_is_checked_against_its_schema(
    linkedin: LinkedInClient, changes: dict[str, Any]
) -> None:
    """Wrong values, unknown fields and half contents are 422 and publish nothing."""
    answer = linkedin.rest("POST", "posts", json={**linkedin.body("Hallo"), **changes})

    assert _error(answer) == (422, "VALIDATION_ERROR")
    assert _posts(linkedin) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"a":"\\ud800"}', b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(linkedin: LinkedInClient, body: bytes) -> None:
    """Anything but a JSON object is 400."""
    assert linkedin.rest("POST", "posts", data=body).status_code == 400


def test_unescaped_text_is_truncated_without_an_error(linkedin: LinkedInClient) -> None:
    """A stray bracket gives a 201 and a shorter post; what was sent is kept beside it."""
    answer = linkedin.post("Wij zoeken een monteur (m/v).")
    (post,) = _posts(linkedin)

    assert answer.status_code == 201
    assert post["text"] == "Wij zoeken een monteur "
    assert post["raw"] == "Wij zoeken een monteur (m/v)."


def test_escaped_text_is_displayed_without_its_escapes(linkedin: LinkedInClient) -> None:
    """The journal and the page show what readers see."""
    urn = linkedin.post(r"Een monteur \(m/v\) bij #TeamWater").headers["x-restli-id"]
    page = requests.get(f"{linkedin.url}/linkedin/feed/update/{quote(urn)}/", timeout=60)

    assert _posts(linkedin)[0]["text"] == "Een monteur (m/v) bij #TeamWater"
    assert "Een monteur (m/v) bij #TeamWater" in page.text


def test_a_duplicate_names_the_post_that_is_there(linkedin: LinkedInClient) -> None:
    """The second identical post is 422 and names the first; another member may post the same."""
    urn = linkedin.post("Twee keer").headers["x-restli-id"]
    answer = linkedin.post("Twee keer")
    piet = LinkedInClient(linkedin.url)
    piet.connect(email="piet@example.org", name="Piet")

    assert answer.status_code == 422
    assert answer.json()["message"].endswith(f"Content is a duplicate of {urn}")
    assert answer.json()["errorDetails"]["inputErrors"][0]["code"] == "DUPLICATE_POST"
    assert piet.post("Twee keer").status_code == 201


def test_a_deleted_text_stays_a_duplicate_for_a_while(linkedin: LinkedInClient) -> None:
    """For 36 hours the ghost of a deleted post is in the way, and then no longer."""
    urn = linkedin.post("Spook").headers["x-restli-id"]
    linkedin.delete(urn)
    _advance(linkedin, 35 * HOUR)
    ghost = linkedin.post("Spook")
    _advance(linkedin, 2 * HOUR)

    assert ghost.status_code == 422
    assert urn in ghost.json()["message"]
    assert linkedin.post("Spook").status_code == 201


def test_delete_by_another_and_every_read_are_refused(linkedin: LinkedInClient) -> None:
    """Somebody else's post is 403 to delete, and reading any post back is 403."""
    urn = linkedin.post("Van Anna").headers["x-restli-id"]
    piet = LinkedInClient(linkedin.url)
    piet.connect(email="piet@example.org", name="Piet")

    assert piet.delete(urn).status_code == 403
    assert linkedin.rest("GET", f"posts/{quote(urn, safe='')}").status_code == 403
    assert linkedin.delete(urn).status_code == 204


def test_the_daily_limit_ends_at_midnight_utc(
    sandbox: SandboxApp, linkedin: LinkedInClient
) -> None:
    """Post 151 of a day is 429 without any header that says when to come back."""
    for number in range(150):
        assert linkedin.post(f"Post {number}").status_code == 201
    answer = linkedin.post("Een te veel")

    assert (answer.status_code, answer.json()["serviceErrorCode"]) == (429, 101)
    assert "DAY limit" in answer.json()["message"]
    assert not [
        name for name in answer.headers if "rate" in name.lower() or "retry" in name.lower()
    ]
    _advance(linkedin, 11.9 * HOUR)
    assert linkedin.post("Nog steeds vandaag").status_code == 429
    _advance(linkedin, 0.2 * HOUR)
    assert linkedin.post("Een nieuwe dag").status_code == 201


def test_limits_can_be_switched_off(linkedin: LinkedInClient) -> None:
    """Without limits a member may post 200 times a day."""
    requests.post(f"{linkedin.url}/_sandbox/limits", json={"enabled": False}, timeout=60)

    assert {linkedin.post(f"Post {number}").status_code for number in range(200)} == {201}
