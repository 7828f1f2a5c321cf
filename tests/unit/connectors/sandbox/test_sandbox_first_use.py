"""The whole way of one post on each network: consent, post, page, journal, deletion."""

from __future__ import annotations

from urllib.parse import quote

import requests

from tests.unit.connectors.sandbox.clients import EMAIL, LinkedInClient, XClient


def test_a_linkedin_post_goes_from_consent_to_deletion(linkedin: LinkedInClient) -> None:
    """A post gets its URN in x-restli-id and no body, has a page, and can be deleted once."""
    answer = linkedin.post("Vandaag leerde ik lassen.")
    urn = answer.headers["x-restli-id"]

    assert (answer.status_code, answer.content) == (201, b"")
    assert urn.startswith("urn:li:share:")
    page = f"{linkedin.url}/linkedin/feed/update/{quote(urn)}/"
    assert "Vandaag leerde ik lassen." in requests.get(page, timeout=60).text
    assert linkedin.delete(urn).status_code == 204
    assert linkedin.delete(urn).status_code == 404
    assert requests.get(page, timeout=60).status_code == 404


def test_an_x_post_goes_from_consent_to_deletion(x: XClient) -> None:
    """A post is answered with its id, text and history, has a page, and can be deleted."""
    answer = x.post("Vandaag leerde ik lassen.")
    data = answer.json()["data"]

    assert answer.status_code == 201
    assert data["text"] == "Vandaag leerde ik lassen."
    assert data["edit_history_tweet_ids"] == [data["id"]]
    page = f"{x.url}/x/AnnaJansen/status/{data['id']}"
    assert "Vandaag leerde ik lassen." in requests.get(page, timeout=60).text
    deleted = x.call("DELETE", f"/x/2/tweets/{data['id']}")
    assert (deleted.status_code, deleted.json()) == (200, {"data": {"deleted": True}})
    assert requests.get(page, timeout=60).status_code == 404


def test_the_journal_names_every_post_and_no_secret(linkedin: LinkedInClient, x: XClient) -> None:
    """Each request is one line with member, status, post and text, and never with a token."""
    urn = linkedin.post("Eerste post").headers["x-restli-id"]
    x.post("Tweede post")

    answer = requests.get(f"{x.url}/_sandbox/journal", timeout=60)
    entries = answer.json()["entries"]
    posts = [entry for entry in entries if entry["kind"] == "post.create"]

    assert [entry["kind"] for entry in entries if entry["network"] == "linkedin"] == [
        "consent",
        "token",
        "userinfo",
        "post.create",
    ]
    assert [(entry["network"], entry["text"]) for entry in posts] == [
        ("linkedin", "Eerste post"),
        ("x", "Tweede post"),
    ]
    assert posts[0]["post_id"] == urn
    assert {entry["member"] for entry in entries} == {EMAIL}
    for secret in (linkedin.token, x.token, x.refresh_token, "zwaan-sandbox-secret"):
        assert secret not in answer.text
