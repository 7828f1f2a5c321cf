"""The addresses with which tests and demos look in and steer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import requests

from tests.unit.connectors.sandbox.clients import LinkedInClient, XClient
from tests.unit.connectors.sandbox.conftest import NOON


def _get(client: LinkedInClient | XClient, what: str, **query: Any) -> dict[str, Any]:
    answer = requests.get(f"{client.url}/_sandbox/{what}", params=query, timeout=60)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def _post(client: LinkedInClient | XClient, what: str, body: Any) -> requests.Response:
    return requests.post(f"{client.url}/_sandbox/{what}", json=body, timeout=60)


def test_the_journal_is_filtered_and_paged(linkedin: LinkedInClient, x: XClient) -> None:
    """Network, kind and member select; after and limit turn the pages to the last entry."""
    for number in range(5):
        x.post(f"Post {number}")
    linkedin.post("Een")
    query = {"network": "x", "kind": "post.create", "member": "anna@example.org"}
    first = _get(x, "journal", **query, limit=3, count=1)
    second = _get(x, "journal", **query, limit=3, after=first["next_after"])

    texts = [entry["text"] for entry in first["entries"] + second["entries"]]
    assert texts == [f"Post {number}" for number in range(5)]
    assert first["count"] == 5
    assert second["next_after"] is None
    assert _get(x, "journal", member="nobody@example.org")["entries"] == []


def test_the_journal_records_refusals_and_unknown_paths(x: XClient) -> None:
    """A request that was refused, or asked for nothing that exists, is a line as well."""
    x.token = "made-up"
    x.post("Mag niet")
    x.call("PATCH", "/x/2/tweets", params={"code": "secret-in-query"})
    refused, unknown = _get(x, "journal")["entries"][-2:]

    assert (refused["kind"], refused["status"], refused["applied"]) == ("post.create", 401, False)
    assert (unknown["kind"], unknown["status"]) == ("unknown", 404)
    assert unknown["path"] == "/x/2/tweets"


def test_clearing_the_journal_keeps_the_posts(x: XClient) -> None:
    """DELETE empties the journal; the posts stay."""
    x.post("Blijft")
    assert requests.delete(f"{x.url}/_sandbox/journal", timeout=60).json()["deleted"] > 0

    assert _get(x, "journal")["entries"] == []
    assert [post["text"] for post in _get(x, "posts")["posts"]] == ["Blijft"]


def test_clock_address_sets_freezes_and_advances(x: XClient) -> None:
    """Each change answers what the clock shows afterwards, and the networks go by it."""
    shown = _get(x, "clock")
    assert (shown["mode"], datetime.fromisoformat(shown["now"])) == ("frozen", NOON)

    moved = _post(x, "clock", {"set": "2026-12-24T20:00:00+01:00"}).json()
    assert moved["now"] == "2026-12-24T19:00:00+00:00"
    assert _post(x, "clock", {"advance": -3600}).json()["now"] == "2026-12-24T18:00:00+00:00"
    assert _post(x, "clock", {"frozen": False}).json()["mode"] == "offset"
    assert _post(x, "clock", {"real": True}).json()["mode"] == "real"
    assert _post(x, "clock", {"real": True}).json()["offset_seconds"] == 0


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("clock", {"set": "2026-12-24T20:00:00"}),
        ("clock", {"forward": 3}),
        ("clock", {"set": "9999-12-31T23:59:50Z"}),
        ("clock", {"set": "0001-01-01T00:00:00+14:00"}),
        ("clock", {"advance": 1e308}),
        ("clock", {"advance": -1e11}),
        ("clock", "noon"),
        ("limits", {"credits_usd": -1}),
        ("audience", {"pace": 0}),
        ("faults", {"kind": "drop"}),
    ],
)
def test_wrong_control_body_is_refused_with_a_sentence(x: XClient, what: str, body: Any) -> None:
    """A wrong body is 400 and says what is wrong; nothing changes."""

    def shown() -> dict[str, Any]:
        # How far a frozen clock is behind grows by itself.
        return {name: value for name, value in _get(x, what).items() if name != "offset_seconds"}

    before = shown()
    answer = _post(x, what, body)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert shown() == before


def test_audience_address_shows_figures_and_changes_pace(x: XClient) -> None:
    """Figures and visits belong to the post and its link, and a pace brings them sooner."""
    post_id = x.post("Lees https://example.org/r/abc").json()["data"]["id"]
    assert _post(x, "audience", {"pace": 3600, "scale": 2}).json()["settings"]["pace"] == 3600
    _post(x, "clock", {"advance": 60})
    shown = _get(x, "audience", post=post_id)
    clicks = [visit for visit in shown["visits"] if visit["kind"] in {"person", "double_click"}]

    assert shown["link"] == "https://example.org/r/abc"
    assert shown["figures"]["impressions"] > 0
    assert shown["figures"]["link_clicks"] == len(clicks) > 0
    early = _get(x, "audience", post=post_id, until=NOON.isoformat())
    assert early["visits"] == []
    assert requests.get(f"{x.url}/_sandbox/audience?post=1", timeout=60).status_code == 404
    assert (
        requests.get(f"{x.url}/_sandbox/audience?post={post_id}&until=x", timeout=60).status_code
        == 400
    )


def test_deleted_post_keeps_its_figures(x: XClient) -> None:
    """From its deletion on no one sees or follows a post."""
    post_id = x.post("Lees https://example.org/r/abc").json()["data"]["id"]
    _post(x, "clock", {"advance": 3600})
    x.call("DELETE", f"/x/2/tweets/{post_id}")
    at_deletion = _get(x, "audience", post=post_id)["figures"]
    _post(x, "clock", {"advance": 86_400})

    assert _get(x, "audience", post=post_id)["figures"] == at_deletion
