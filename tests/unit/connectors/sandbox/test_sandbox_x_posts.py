"""Posting to X."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from connectors.sandbox import SandboxApp
from tests.unit.connectors.sandbox.clients import XClient
from tests.unit.connectors.sandbox.conftest import NOON
from tests.unit.connectors.sandbox.pictures import png


def _control(client: XClient, what: str, **body: Any) -> dict[str, Any]:
    answer = requests.post(f"{client.url}/_sandbox/{what}", json=body, timeout=60)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


def test_the_same_text_is_refused_until_the_first_is_deleted(x: XClient) -> None:
    """A duplicate is 403 without naming a post, for this member only."""
    first = x.post("Twee keer").json()["data"]["id"]
    answer = x.post("Twee keer")
    piet = XClient(x.url)
    piet.connect(email="piet@example.org")

    assert answer.status_code == 403
    assert answer.json()["detail"] == (
        "You are not allowed to create a Tweet with duplicate content."
    )
    assert piet.post("Twee keer").status_code == 201
    x.call("DELETE", f"/x/2/tweets/{first}")
    assert x.post("Twee keer").status_code == 201


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"text":" "}', b'{"text":5}', b'{"text":"a","status":"b"}']
)
def test_malformed_post_body_is_refused(x: XClient, body: bytes) -> None:
    """Empty, malformed and unknown fields are 400 with the parameter named."""
    answer = x.call("POST", "/x/2/tweets", data=body)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameters"]


def test_every_answer_shows_what_is_left_of_the_window(x: XClient) -> None:
    """Limit, remaining and reset count down over 15 minutes; then the window begins anew."""
    first, second = x.post("Een").headers, x.post("Een").headers
    resets = int(first["x-rate-limit-reset"])

    assert (first["x-rate-limit-limit"], first["x-rate-limit-remaining"]) == ("100", "99")
    assert second["x-rate-limit-remaining"] == "98"
    assert resets == int(NOON.timestamp()) + 900
    assert first["x-app-limit-24hour-remaining"] == "9999"
    _control(x, "clock", advance=901)
    assert x.post("Twee").headers["x-rate-limit-remaining"] == "99"


def test_the_hundred_and_first_post_of_a_window_is_429(x: XClient) -> None:
    """Beyond the limit nothing is published until the reset that the headers announced."""
    answers = [x.post(f"Post {number}") for number in range(101)]

    assert {answer.status_code for answer in answers[:100]} == {201}
    assert answers[100].status_code == 429
    assert answers[100].json()["title"] == "Too Many Requests"
    assert answers[100].headers["x-rate-limit-remaining"] == "0"
    _control(x, "clock", advance=900)
    assert x.post("Daarna").status_code == 201


def test_switched_off_limits_send_no_headers(x: XClient) -> None:
    """Switched off, 150 posts pass and no header speaks of a limit."""
    assert _control(x, "limits", enabled=False)["enabled"] is False
    answers = [x.post(f"Post {number}") for number in range(150)]

    assert {answer.status_code for answer in answers} == {201}
    assert "x-rate-limit-limit" not in answers[0].headers


def test_post_with_an_address_is_billed_higher(x: XClient) -> None:
    """A post with an address costs 0.20 dollar, one without 0.015, and a refused one nothing."""
    x.post("Zonder link")
    x.post("Zonder link")
    x.post("Met link https://example.org/a")
    x.post("Ook zo: example.org")
    bill = requests.get(f"{x.url}/_sandbox/limits", timeout=60).json()["billed"]

    assert bill["units"] == {"post": 1, "post_with_url": 2, "user_read": 1}  # to connect
    assert bill["usd"] == 0.425


def test_reads_are_billed_once_a_day(x: XClient) -> None:
    """Each post and account that is shown, however often in one day, and again the next."""
    ids = [x.post(f"Nummer {number}").json()["data"]["id"] for number in range(2)]
    for _ in range(2):
        x.call("GET", "/x/2/tweets", params={"ids": ",".join([*ids, "12"])})
        x.call("GET", f"/x/2/users/{x.user_id}/tweets", params={"max_results": 5})
        x.call("GET", "/x/2/users/me")
    units = requests.get(f"{x.url}/_sandbox/limits", timeout=60).json()["billed"]["units"]
    assert units == {"post": 2, "post_read": 2, "user_read": 1}

    _control(x, "clock", advance=86_400)
    x.token = x.refresh(x.refresh_token).json()["access_token"]
    x.call("GET", "/x/2/tweets", params={"ids": ids[0]})
    units = requests.get(f"{x.url}/_sandbox/limits", timeout=60).json()["billed"]["units"]
    assert units == {"post": 2, "post_read": 3, "user_read": 1}

    _control(x, "limits", credits_usd=0.0)
    assert x.call("GET", "/x/2/tweets", params={"ids": ids[1]}).status_code == 402


def test_depleted_credits_are_402(x: XClient) -> None:
    """When the credits do not pay for a post it is refused, and a cheaper one may still pass."""
    _control(x, "limits", credits_usd=0.21)
    assert x.post("Duur https://example.org/a").status_code == 201
    refused = x.post("Duur https://example.org/b")
    assert (refused.status_code, refused.json()["title"]) == (402, "CreditsDepleted")

    assert _control(x, "limits", credits_usd=0.015)["credits_usd"] == 0.015
    assert x.post("Goedkoop").status_code == 201
    assert x.post("Ook goedkoop").status_code == 402
    _control(x, "limits", credits_usd=None)
    assert x.post("Ook goedkoop").status_code == 201


def test_images_are_uploaded_once_and_used_by_their_owner(x: XClient) -> None:
    """An uploaded image can be posted and described; unknown, foreign and old ids are 400."""
    data = x.upload(png(40, 30)).json()["data"]
    described = x.call(
        "POST",
        "/x/2/media/metadata",
        json={"id": data["id"], "metadata": {"alt_text": {"text": "Een lasser"}}},
    )
    posted = x.post("Met foto", media={"media_ids": [data["id"]]})
    piet = XClient(x.url)
    piet.connect(email="piet@example.org")

    assert data["image"] == {"image_type": "image/png", "w": 40, "h": 30}
    assert (described.status_code, posted.status_code) == (200, 201)
    page = requests.get(f"{x.url}/x/AnnaJansen/status/{posted.json()['data']['id']}", timeout=60)
    assert 'alt="Een lasser"' in page.text
    for client, media_id in ((x, "123"), (piet, data["id"])):
        answer = client.post("Andermans foto", media={"media_ids": [media_id]})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["message"] == "Your media IDs are invalid."
    _control(x, "clock", advance=86_401)
    x.refresh_token = x.refresh(x.refresh_token).json()["access_token"]
    x.token = x.refresh_token
    assert x.post("Oude foto", media={"media_ids": [data["id"]]}).status_code == 400


def test_uploads_are_checked(x: XClient) -> None:
    """Text, images above 5 MB, and more than four images in a post are 400."""
    ids = [x.upload(png(shade=shade)).json()["data"]["id"] for shade in range(5)]

    assert len(set(ids)) == 5
    assert x.upload(b"hello").status_code == 400
    assert x.upload(png() + bytes(5_000_001)).status_code == 400
    assert x.post("Vijf", media={"media_ids": ids}).status_code == 400
    assert x.post("Geen", media={"media_ids": []}).status_code == 400
    assert x.post("Vier", media={"media_ids": ids[:4]}).status_code == 201


def test_scopes_and_tokens_are_checked(sandbox: SandboxApp, x: XClient) -> None:
    """Without tweet.write it is 403, without a token 401, and nothing is published."""
    x.connect(scope="tweet.read users.read")
    assert x.post("Mag niet").status_code == 403
    x.token = "made-up"
    assert x.post("Mag niet").status_code == 401
    assert sandbox.networks.posts.all(network="x", after=0, limit=10) == []


def test_only_the_author_deletes(x: XClient) -> None:
    """Somebody else's post is 403, one that is not there 404."""
    post_id = x.post("Van Anna").json()["data"]["id"]
    piet = XClient(x.url)
    piet.connect(email="piet@example.org")

    assert piet.call("DELETE", f"/x/2/tweets/{post_id}").status_code == 403
    assert x.call("DELETE", "/x/2/tweets/1").status_code == 404
    assert x.call("DELETE", f"/x/2/tweets/{post_id}").status_code == 200
