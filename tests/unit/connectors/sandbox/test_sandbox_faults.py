"""Faults on demand, as a client meets them on a real connection."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from connectors.sandbox import SandboxApp
from tests.unit.connectors.sandbox.clients import LinkedInClient, XClient
from tests.unit.connectors.sandbox.conftest import NOON

NO_ANSWER = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


def _fault(client: LinkedInClient | XClient, kind: str, **fields: Any) -> None:
    rule = {"kind": kind, "operation": "post.create", "times": 1, **fields}
    answer = requests.post(f"{client.url}/_sandbox/faults", json=[rule], timeout=60)
    assert answer.status_code == 200, answer.text


def _journal(client: LinkedInClient | XClient, kind: str = "post.create") -> list[dict[str, Any]]:
    answer = requests.get(f"{client.url}/_sandbox/journal", params={"kind": kind}, timeout=60)
    entries: list[dict[str, Any]] = answer.json()["entries"]
    return entries


def test_a_dropped_request_has_no_effect(x: XClient) -> None:
    """The connection ends without an answer, nothing is published, and the journal says so."""
    _fault(x, "drop")
    with pytest.raises(NO_ANSWER):
        x.post("Weg")
    (entry,) = _journal(x)

    assert (entry["fault"], entry["status"], entry["applied"]) == ("drop", None, False)
    assert entry["post_id"] is None
    assert x.post("Weg").status_code == 201


@pytest.mark.parametrize("network", ["linkedin", "x"])
def test_lost_reply_keeps_the_post_published(network: str, request: Any) -> None:
    """Applied, then dropped: the client knows nothing, the network has the post."""
    client: LinkedInClient | XClient = request.getfixturevalue(network)
    _fault(client, "apply_then_drop")
    with pytest.raises(NO_ANSWER):
        client.post("Verloren antwoord")
    (entry,) = _journal(client)

    assert (entry["applied"], entry["status"]) == (True, None)
    assert entry["text"] == "Verloren antwoord"
    again = client.post("Verloren antwoord")
    assert again.status_code == (422 if network == "linkedin" else 403)
    if network == "linkedin":
        assert entry["post_id"] in again.json()["message"]


def test_server_answers_after_cut_connections(x: XClient) -> None:
    """After ten cut connections the server answers as before."""
    _fault(x, "drop", times=10)
    for number in range(10):
        with pytest.raises(NO_ANSWER):
            x.post(f"Weg {number}")

    assert x.post("Er nog").status_code == 201


def test_timeout_fault_lasts_until_the_client_leaves(x: XClient) -> None:
    """A timeout accepts the request and answers nothing; by default nothing was done."""
    _fault(x, "timeout", seconds=60)
    headers = {"Authorization": f"Bearer {x.token}"}
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{x.url}/x/2/tweets", json={"text": "Stil"}, headers=headers, timeout=(5, 0.3)
        )

    assert _journal(x)[0]["applied"] is False
    assert x.post("Stil").status_code == 201


def test_timeout_fault_ends_with_a_cut_connection(x: XClient) -> None:
    """After its seconds the connection is cut, and the rule may say that it was applied."""
    _fault(x, "timeout", seconds=0.2, apply=True)
    with pytest.raises(NO_ANSWER):
        x.post("Stil")

    assert _journal(x)[0]["applied"] is True


def test_slow_bytes_outlast_a_timeout_between_reads(x: XClient) -> None:
    """A byte at a time keeps a short read timeout from firing; in the end the answer is good."""
    _fault(x, "slow_bytes", seconds=2.5)
    headers = {"Authorization": f"Bearer {x.token}"}
    started = time.monotonic()
    answer = requests.post(
        f"{x.url}/x/2/tweets", json={"text": "Traag"}, headers=headers, timeout=2
    )

    assert time.monotonic() - started > 2.4
    assert answer.status_code == 201
    assert answer.json()["data"]["text"] == "Traag"


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("apply", [False, True])
def test_server_error_does_not_say_whether_the_post_exists(
    linkedin: LinkedInClient, status: int, apply: bool
) -> None:
    """The client sees the status; only the journal knows whether the post is there."""
    _fault(linkedin, f"http_{status}", apply=apply)
    answer = linkedin.post("Onzeker")
    (entry,) = _journal(linkedin)

    assert answer.status_code == status
    assert (entry["status"], entry["applied"]) == (status, apply)
    assert (entry["post_id"] is not None) is apply


@pytest.mark.parametrize(
    ("shape", "present", "absent"),
    [
        ("native", {"x-rate-limit-reset"}, {"retry-after"}),
        ("bare", set(), {"x-rate-limit-reset", "retry-after"}),
        ("retry_after", {"retry-after"}, {"x-rate-limit-reset"}),
        ("retry_after_date", {"retry-after"}, {"x-rate-limit-reset"}),
        ("reset", {"x-rate-limit-reset"}, {"retry-after"}),
        ("reset_past", {"x-rate-limit-reset"}, {"retry-after"}),
        ("unreadable", {"x-rate-limit-reset", "retry-after"}, set()),
    ],
)
def test_rate_limit_fault_has_the_headers_of_its_shape(
    x: XClient, shape: str, present: set[str], absent: set[str]
) -> None:
    """A 429 has the headers that its shape asks for, and no others."""
    _fault(x, "rate_limited", shape=shape, retry_after=45)
    answer = x.post("Te veel")
    names = {name.lower() for name in answer.headers}

    assert answer.status_code == 429
    assert present <= names
    assert not absent & names
    reset = answer.headers.get("x-rate-limit-reset", "")
    if shape in {"native", "reset"}:
        assert int(reset) == NOON.timestamp() + 45
    if shape == "reset_past":
        assert int(reset) < NOON.timestamp()
    if shape == "retry_after_date":
        moment = parsedate_to_datetime(answer.headers["retry-after"])
        assert moment.timestamp() == NOON.timestamp() + 45


def test_native_linkedin_429_has_no_headers(linkedin: LinkedInClient) -> None:
    """The native shape on LinkedIn is bare."""
    _fault(linkedin, "rate_limited")
    answer = linkedin.post("Te veel")

    assert answer.json()["serviceErrorCode"] == 101
    assert "retry-after" not in answer.headers


def test_expired_and_revoked_tokens_answer_as_each_network_does(
    linkedin: LinkedInClient, x: XClient
) -> None:
    """LinkedIn distinguishes expired from revoked, X does not, and a refresh gets invalid_request."""
    for kind, code in (("expired_token", 65602), ("revoked_token", 65601)):
        _fault(linkedin, kind, network="linkedin")
        assert linkedin.post("Hallo").json()["serviceErrorCode"] == code
        _fault(x, kind, network="x")
        assert x.post("Hallo").status_code == 401
    _fault(x, "revoked_token", operation="token")
    assert x.refresh(x.refresh_token).json()["error"] == "invalid_request"


def test_network_specific_faults_answer_as_that_network_does(
    linkedin: LinkedInClient, x: XClient
) -> None:
    """A sunset version is LinkedIn's, depleted credits are X's."""
    _fault(linkedin, "version_sunset")
    _fault(x, "credits_depleted")

    assert linkedin.post("Hallo").status_code == 426
    assert x.post("Hallo").status_code == 402


def test_duplicate_fault_names_an_existing_post(linkedin: LinkedInClient) -> None:
    """The refusal names a post that is there; without its application it names a ghost."""
    _fault(linkedin, "duplicate")
    named = linkedin.post("Dubbel").json()["message"]
    _fault(linkedin, "duplicate", apply=False)
    ghost = linkedin.post("Spook").json()["message"]
    first, second = _journal(linkedin)

    assert first["post_id"] in named
    assert first["text"] == "Dubbel"
    assert "urn:li:share:" in ghost
    assert second["post_id"] is None


@pytest.mark.parametrize("kind", ["empty_body", "half_json", "huge_body", "html_body"])
def test_unusable_body_faults_keep_a_success_status(x: XClient, kind: str) -> None:
    """Empty, half, huge and HTML answers come with a good status and no usable post id."""
    _fault(x, kind)
    answer = x.post("Onleesbaar")
    (entry,) = _journal(x)

    assert answer.ok
    assert entry["applied"] is (kind != "html_body")
    match kind:
        case "huge_body":
            assert len(answer.content) > 10_000_000
        case "html_body":
            assert answer.headers["content-type"] == "text/html"
        case _:
            with pytest.raises(ValueError, match=r"."):
                answer.json()


def test_unusable_linkedin_answer_has_no_post_id(linkedin: LinkedInClient) -> None:
    """Since LinkedIn's id is in a header, these faults take the headers away too."""
    for kind in ("empty_body", "half_json"):
        _fault(linkedin, kind)
        answer = linkedin.post(f"Onleesbaar {kind}")
        assert answer.status_code == 201
        assert "x-restli-id" not in answer.headers


def test_redirect_faults_name_a_host_that_does_not_exist(linkedin: LinkedInClient) -> None:
    """A redirect and an upload address can point to a host that does not exist."""
    _fault(linkedin, "redirect_other_host")
    redirect = linkedin.post("Elders")
    _fault(linkedin, "foreign_upload_url", operation="image.*")
    upload = linkedin.rest(
        "POST",
        "images?action=initializeUpload",
        json={"initializeUploadRequest": {"owner": linkedin.urn}},
    )

    assert (redirect.status_code, redirect.headers["location"]) == (307, "http://other.invalid/")
    assert upload.json()["value"]["uploadUrl"].startswith("http://other.invalid/")


def test_faults_address_lists_hits_and_clears_rules(x: XClient) -> None:
    """The control address shows what matched and hit, refuses nonsense, and ends all faults."""
    address = f"{x.url}/_sandbox/faults"
    _fault(x, "http_500", after=1)
    x.post("Een")
    x.post("Twee")
    (rule,) = requests.get(address, timeout=60).json()["rules"]
    wrong = requests.post(address, json=[{"kind": "explode"}], timeout=60)

    assert (rule["matched"], rule["hit"]) == (2, 1)
    assert wrong.status_code == 400
    assert "kind" in wrong.json()["error"]
    assert requests.delete(address, timeout=60).json() == {"rules": []}


def test_mixed_faults_repeat_with_their_seed(sandbox: SandboxApp, x: XClient) -> None:
    """With a seed, the sequence of outcomes repeats after the rules are set again."""
    requests.post(f"{x.url}/_sandbox/limits", json={"enabled": False}, timeout=60)
    kinds = ["http_500", "rate_limited", "drop", "apply_then_drop", "empty_body", "expired_token"]
    rules = [{"kind": kind, "probability": 0.1, "seed": 7} for kind in kinds]
    runs: list[list[str | None]] = []
    for run in range(2):
        requests.delete(f"{x.url}/_sandbox/faults", timeout=60)
        requests.delete(f"{x.url}/_sandbox/journal", timeout=60)
        requests.post(f"{x.url}/_sandbox/faults", json=rules, timeout=60)
        for number in range(60):
            try:
                x.post(f"Post {run} {number}")
            except NO_ANSWER:
                continue
        runs.append([entry["fault"] for entry in _journal(x)])

    assert runs[0] == runs[1]
    assert len(runs[0]) == 60
    assert {kind for kind in runs[0] if kind} == set(kinds)


def test_journal_and_posts_agree_under_faults(linkedin: LinkedInClient) -> None:
    """With faults on 60 % of calls from eight threads, each post has exactly one journal line."""
    requests.post(f"{linkedin.url}/_sandbox/limits", json={"enabled": False}, timeout=60)
    kinds = ["http_500", "drop", "apply_then_drop", "half_json", "rate_limited", "duplicate"]
    rules = [{"kind": kind, "operation": "post.*", "probability": 0.1, "seed": 3} for kind in kinds]
    requests.post(f"{linkedin.url}/_sandbox/faults", json=rules, timeout=60)

    def attempt(number: int) -> None:
        with LinkedInClient(linkedin.url) as client:
            client.token, client.urn = linkedin.token, linkedin.urn
            with suppress(*NO_ANSWER):
                client.post(f"Post {number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, range(200)))
    query = {"kind": "post.create", "limit": 1000}
    journal = requests.get(f"{linkedin.url}/_sandbox/journal", params=query, timeout=60).json()
    posts = requests.get(f"{linkedin.url}/_sandbox/posts?limit=1000", timeout=60).json()["posts"]
    applied = [entry for entry in journal["entries"] if entry["post_id"] is not None]

    assert len(journal["entries"]) == 200
    assert sorted(entry["post_id"] for entry in applied) == sorted(
        post["post_id"] for post in posts
    )
    assert {entry["text"] for entry in applied} == {post["text"] for post in posts}
    assert all(entry["applied"] for entry in applied)
    assert 60 < len(posts) < 190
