"""Reading from X: timelines for reconciling, posts for their figures."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.unit.connectors.sandbox.clients import XClient
from tests.unit.connectors.sandbox.conftest import OpenSandbox

DAY = 86_400
ALL_METRICS = "public_metrics,non_public_metrics,organic_metrics"


def _advance(client: XClient, seconds: float) -> None:
    requests.post(f"{client.url}/_sandbox/clock", json={"advance": seconds}, timeout=60)


def _renew(client: XClient) -> None:
    tokens = client.refresh(client.refresh_token).json()
    client.token, client.refresh_token = tokens["access_token"], tokens["refresh_token"]


def _posted(client: XClient, text: str) -> str:
    return str(client.post(text).json()["data"]["id"])


def _timeline(client: XClient, **query: Any) -> dict[str, Any]:
    answer = client.call("GET", f"/x/2/users/{client.user_id}/tweets", params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def _lookup(client: XClient, ids: list[str], **query: str) -> dict[str, Any]:
    answer = client.call("GET", "/x/2/tweets", params={"ids": ",".join(ids), **query})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_the_timeline_shows_the_newest_first_in_pages(x: XClient) -> None:
    """Following next_token gives every live post once."""
    ids = []
    for number in range(12):
        ids.append(_posted(x, f"Post {number}"))
        _advance(x, 1)
    x.call("DELETE", f"/x/2/tweets/{ids[3]}")
    first = _timeline(x, max_results=5)
    second = _timeline(x, max_results=5, pagination_token=first["meta"]["next_token"])
    third = _timeline(x, max_results=5, pagination_token=second["meta"]["next_token"])

    seen = [post["id"] for page in (first, second, third) for post in page["data"]]
    assert seen == [post_id for post_id in reversed(ids) if post_id != ids[3]]
    assert "next_token" not in third["meta"]
    assert third["meta"]["result_count"] == 1


def test_the_timeline_can_be_limited_in_time_and_by_id(x: XClient) -> None:
    """start_time, end_time, since_id and until_id cut it; an empty one has no data."""
    first = _posted(x, "Een")
    _advance(x, 60)
    second = _posted(x, "Twee")

    def ids(**query: str) -> list[str]:
        return [post["id"] for post in _timeline(x, **query).get("data", [])]

    assert ids(start_time="2026-11-24T12:00:30Z") == [second]
    assert ids(end_time="2026-11-24T12:00:30Z") == [first]
    assert ids(since_id=first) == [second]
    assert ids(until_id=second) == [first]
    assert ids(since_id=second) == []
    assert _timeline(x, since_id=second)["meta"] == {"result_count": 0}


@pytest.mark.parametrize(
    "query",
    [
        {"max_results": "4"},
        {"max_results": "101"},
        {"max_results": "many"},
        {"since_id": "first"},
        {"start_time": "yesterday"},
        {"start_time": "2026-11-24T12:00:00"},
        {"tweet.fields": "secrets"},
    ],
)
def test_a_malformed_question_is_400(x: XClient, query: dict[str, str]) -> None:
    """Numbers, moments and fields are checked."""
    path = f"/x/2/users/{x.user_id}/tweets"

    assert x.call("GET", path, params=query).status_code == 400


def test_addresses_come_back_wrapped_with_the_original_beside_them(x: XClient) -> None:
    """The text has a t.co address; entities, when asked for, name the real one."""
    _posted(x, "Kijk op https://example.org/r/abc & meer")
    plain = _timeline(x)["data"][0]
    full = _timeline(x, **{"tweet.fields": "entities,created_at,author_id"})["data"][0]

    assert plain["text"].startswith("Kijk op https://t.co/")
    assert plain["text"].endswith(" &amp; meer")
    assert "entities" not in plain
    assert full["entities"]["urls"][0]["expanded_url"] == "https://example.org/r/abc"
    assert full["created_at"] == "2026-11-24T12:00:00.000Z"
    assert full["author_id"] == x.user_id


def test_an_unknown_member_is_an_error_beside_no_data(x: XClient) -> None:
    """A timeline that does not exist is a 200 with errors."""
    body = x.call("GET", "/x/2/users/1/tweets").json()

    assert "data" not in body
    assert body["errors"][0]["title"] == "Not Found Error"


def test_up_to_a_hundred_posts_are_read_at_once(x: XClient) -> None:
    """100 ids pass, 101 and none are 400."""
    ids = [str(number) for number in range(1, 102)]

    assert x.call("GET", "/x/2/tweets", params={"ids": ",".join(ids[:100])}).status_code == 200
    assert x.call("GET", "/x/2/tweets", params={"ids": ",".join(ids)}).status_code == 400
    assert x.call("GET", "/x/2/tweets").status_code == 400
    assert x.call("GET", "/x/2/tweets", params={"ids": "1,a"}).status_code == 400


def test_missing_posts_are_partial_errors(x: XClient) -> None:
    """What is there is in data, what is deleted or unknown in errors, with status 200."""
    here, gone = _posted(x, "Hier"), _posted(x, "Weg")
    x.call("DELETE", f"/x/2/tweets/{gone}")
    body = _lookup(x, [here, gone, "12345"])

    assert [post["id"] for post in body["data"]] == [here]
    assert [error["value"] for error in body["errors"]] == [gone, "12345"]


def test_private_figures_are_shown_to_the_owner_for_thirty_days(x: XClient) -> None:
    """After 30 days the private figures are refused, the public ones stay."""
    post_id = _posted(x, "Lees https://example.org/r/abc")
    _advance(x, 2 * DAY)
    _renew(x)
    recent = _lookup(x, [post_id], **{"tweet.fields": ALL_METRICS})
    _advance(x, 29 * DAY)
    _renew(x)
    old = _lookup(x, [post_id], **{"tweet.fields": ALL_METRICS})

    (post,) = recent["data"]
    assert "errors" not in recent
    assert post["public_metrics"]["impression_count"] > 0
    private = post["non_public_metrics"]
    assert private["impression_count"] == post["public_metrics"]["impression_count"]
    assert private["url_link_clicks"] == post["organic_metrics"]["url_link_clicks"]
    assert set(old["data"][0]) == {"id", "text", "edit_history_tweet_ids", "public_metrics"}
    assert {error["title"] for error in old["errors"]} == {"Field Authorization Error"}


def test_private_figures_are_refused_to_others(x: XClient) -> None:
    """Another member's private figures are errors beside the public ones."""
    post_id = _posted(x, "Van Anna")
    piet = XClient(x.url)
    piet.connect(email="piet@example.org")
    body = _lookup(piet, [post_id], **{"tweet.fields": ALL_METRICS})

    assert "public_metrics" in body["data"][0]
    assert "non_public_metrics" not in body["data"][0]
    assert any(error["field"].startswith("non_public_metrics") for error in body["errors"])


def test_link_clicks_are_reported_only_where_there_is_a_link(x: XClient) -> None:
    """A post without an address has no url_link_clicks at all."""
    body = _lookup(x, [_posted(x, "Zonder")], **{"tweet.fields": "non_public_metrics"})

    assert "url_link_clicks" not in body["data"][0]["non_public_metrics"]


def test_old_and_new_vocabulary_name_their_metrics(open_sandbox: OpenSandbox) -> None:
    """The old one says retweet_count and knows no post.fields, the new one says repost_count."""
    counts = {}
    for vocabulary in ("old", "new"):
        sandbox = open_sandbox(x_vocabulary=vocabulary)
        client = XClient(sandbox.networks.options.public_url)
        client.connect()
        post_id = _posted(client, "Hallo")
        query = {"ids": post_id, "post.fields": "public_metrics"}
        renamed = client.call("GET", "/x/2/tweets", params=query)
        body = _lookup(client, [post_id], **{"tweet.fields": "public_metrics"})
        counts[vocabulary] = (renamed.status_code, set(body["data"][0]["public_metrics"]))

    assert counts["old"][0] == 400
    assert {"retweet_count"} == counts["old"][1] - counts["new"][1]
    assert counts["new"][0] == 200
    assert {"repost_count"} == counts["new"][1] - counts["old"][1]
