"""X's connector against scripted answers."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.x import SCOPES, X
from services.errors import AccessInDoubt, NeedsPerson, OutcomeUnknown, Rejected, RetryLater
from services.ports import Account, OutgoingPost, Tokens
from tests.unit.connectors.conftest import (
    ACCESS,
    NOW,
    REFRESH,
    SECRET,
    Answer,
    ScriptedNetwork,
    says,
)

POST = OutgoingPost(text="Ik werk bij Deltaplan & bouw <mee>. #dijken https://go.example.com/r/ab")
CREATED = says({"data": {"id": "1900", "text": "…", "edit_history_tweet_ids": ["1900"]}}, 201)
DUPLICATE = says(
    {"detail": "You are not allowed to create a Tweet with duplicate content.", "status": 403}, 403
)
SHOWN = {
    "id": "1900",
    "text": "Ik werk bij Deltaplan &amp; bouw &lt;mee&gt;. #dijken https://t.co/Xy12",
    "entities": {
        "urls": [{"url": "https://t.co/Xy12", "expanded_url": "https://go.example.com/r/ab"}]
    },
}
OTHER = {"id": "1899", "text": "Iets heel anders"}


def test_authorization_carries_the_challenge_of_its_verifier(
    x: X, network: ScriptedNetwork
) -> None:
    """The challenge in the address is S256 of the verifier, which itself is not in the address."""
    start = x.authorization(state="s1", redirect_uri="http://127.0.0.1:8000/cb")
    assert start.url.startswith(f"{network.address}/x/i/oauth2/authorize?")
    assert start.verifier is not None
    assert start.verifier not in start.url
    assert start.verifier not in repr(start)
    query = parse_qs(urlsplit(start.url).query)
    digest = hashlib.sha256(start.verifier.encode()).digest()
    assert query["code_challenge"] == [base64.urlsafe_b64encode(digest).decode().rstrip("=")]
    assert query["code_challenge_method"] == ["S256"]
    assert query["scope"] == [" ".join(SCOPES)]
    assert query["state"] == ["s1"]


def test_connect_authenticates_with_basic_and_proves_the_verifier(
    x: X, network: ScriptedNetwork
) -> None:
    """A confidential client uses HTTP Basic; the secret is not in the form."""
    network.script(
        says(
            {
                "access_token": ACCESS,
                "refresh_token": REFRESH,
                "expires_in": 7200,
                "scope": " ".join(SCOPES),
            }
        ),
        says({"data": {"id": "42", "name": "Sanne", "username": "sanne"}}),
    )
    account = x.connect(code="c1", verifier="v1", redirect_uri="http://127.0.0.1:8000/cb")
    assert (account.member_id, account.handle) == ("42", "sanne")
    assert account.tokens.refresh == REFRESH
    assert account.tokens.expires_at == NOW + timedelta(hours=2)
    exchange, me = network.received
    basic = base64.b64encode(f"zwaan-test:{SECRET}".encode()).decode()
    assert exchange.headers["authorization"] == f"Basic {basic}"
    form = parse_qs(exchange.body.decode())
    assert form["code_verifier"] == ["v1"]
    assert "client_secret" not in form
    assert (me.path, me.headers["authorization"]) == ("/x/2/users/me", f"Bearer {ACCESS}")


def test_connect_without_the_permission_to_post_needs_the_person(
    x: X, network: ScriptedNetwork
) -> None:
    """Fewer scopes than asked are reported to the member at once, not at the first post."""
    network.script(says({"access_token": ACCESS, "scope": "tweet.read users.read"}))
    with pytest.raises(NeedsPerson, match="without the permission to post"):
        x.connect(code="c1", verifier="v1", redirect_uri="http://127.0.0.1:8000/cb")


def test_refresh_returns_the_rotated_pair(x: X, network: ScriptedNetwork, user: Account) -> None:
    """X spends the refresh token and gives another, in one call and never by itself."""
    network.script(says({"access_token": "a2", "refresh_token": "r2", "expires_in": 7200}))
    tokens = x.refresh(user)
    assert (tokens.access, tokens.refresh) == ("a2", "r2")
    form = parse_qs(network.received[0].body.decode())
    assert form["refresh_token"] == [REFRESH]
    assert "authorization" in network.received[0].headers


@pytest.mark.parametrize("lifetime", ["soon", -5, 0, 10**30, None, [], True, "7200.5"])
@pytest.mark.parametrize("scope", [7, ["tweet.write", 7], None])
def test_refreshed_token_is_kept_despite_odd_metadata(
    x: X, network: ScriptedNetwork, user: Account, lifetime: object, scope: object
) -> None:
    """The old pair is spent: a lifetime or scopes without sense must not lose the new one."""
    said = {"access_token": "a2", "refresh_token": "r2", "expires_in": lifetime, "scope": scope}
    network.script(says(said))
    tokens = x.refresh(user)
    assert (tokens.access, tokens.refresh) == ("a2", "r2")
    assert tokens.expires_at is None


@pytest.mark.parametrize("token", ["", "a\nb", "é", None, 7])
def test_malformed_token_is_refused_and_the_old_pair_kept(
    x: X, network: ScriptedNetwork, user: Account, token: object
) -> None:
    """It could not stand in a header, so the answer is unusable and the old pair stays."""
    network.script(says({"access_token": token, "expires_in": 7200}))
    with pytest.raises(RetryLater):
        x.refresh(user)


def test_a_spent_refresh_token_needs_the_person(
    x: X, network: ScriptedNetwork, user: Account
) -> None:
    """X answers a dead token with 400 invalid_request."""
    network.script(says({"error": "invalid_request"}, 400))
    with pytest.raises(NeedsPerson):
        x.refresh(user)


@pytest.mark.parametrize("answer", [Answer(status=503), Answer(body=b"<html>"), Answer(status=429)])
def test_failing_token_endpoint_does_not_disconnect(
    x: X, network: ScriptedNetwork, user: Account, answer: Answer
) -> None:
    """A failing token endpoint means later, never 'connect again'."""
    network.script(answer)
    with pytest.raises(RetryLater):
        x.refresh(user)


def test_publish_sends_what_was_previewed(x: X, network: ScriptedNetwork, user: Account) -> None:
    """The text on the wire is the preview's payload, under the member's own token."""
    network.script(CREATED)
    published = x.publish(user, POST)
    assert published.external_id == "1900"
    assert published.url == f"{network.address}/x/sanne/status/1900"
    (request,) = network.received
    assert (request.method, request.path) == ("POST", "/x/2/tweets")
    assert request.json == {"text": x.preview(POST).payload}
    assert request.headers["authorization"] == f"Bearer {ACCESS}"


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (says({"title": "Unauthorized"}, 401), AccessInDoubt, "this time"),
        (says({"title": "CreditsDepleted"}, 402), NeedsPerson, "credits"),
        (says({"detail": "Your app may not write"}, 403), NeedsPerson, "may not write"),
        (says({"detail": "Your media IDs are invalid."}, 400), Rejected, "media IDs"),
        (says({}, 429), RetryLater, "limit"),
        (Answer(status=500), OutcomeUnknown, "500"),
        (says("oops", 500), OutcomeUnknown, "500"),
        (Answer(status=503, body=b"<html>"), OutcomeUnknown, "503"),
        (Answer(status=201), OutcomeUnknown, "read"),
        (Answer(status=201, body=b'{"data": {"id": "19'), OutcomeUnknown, "read"),
        (Answer(status=200, body=b"<html>"), OutcomeUnknown, "read"),
        (says({"data": {"text": "…"}}, 201), OutcomeUnknown, "without saying"),
        (says([], 429, x_rate_limit_reset="soon"), RetryLater, "limit"),
    ],
)
def test_answer_to_a_post_gives_the_matching_error(
    x: X,
    network: ScriptedNetwork,
    user: Account,
    *,
    answer: Answer,
    error: type[Exception],
    words: str,
) -> None:
    """Every documented refusal, and every answer that proves nothing, has its own error."""
    network.script(answer)
    with pytest.raises(error, match=words):
        x.publish(user, POST)
    assert len(network.received) == 1


def test_rate_limit_reset_is_measured_by_the_clock_of_x(
    x: X, network: ScriptedNetwork, user: Account
) -> None:
    """The reset time is compared with the answer's own Date, so a wrong clock here does no harm."""
    theirs = datetime.now(UTC)  # http.server's Date header; the connector's clock says 2026-11-20
    reset = str(int(theirs.timestamp()) + 600)
    network.script(says({}, 429, x_rate_limit_reset=reset))
    with pytest.raises(RetryLater) as caught:
        x.publish(user, POST)
    assert caught.value.after is not None
    assert 595 <= caught.value.after <= 601


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        ({"rate_limit": (1_079_999, 900), "user_limit_24hour": (0, 72_000)}, 72_000),
        ({"rate_limit": (1_079_999, 900), "app_limit_24hour": (0, 72_000)}, 72_000),
        ({"rate_limit": (0, 900), "user_limit_24hour": (12, 72_000)}, 900),
        ({"rate_limit": (0, 900), "user_limit_24hour": (0, 72_000)}, 72_000),
        ({"user_limit_24hour": (0, 600), "app_limit_24hour": (0, 50_000)}, 50_000),
        ({"rate_limit": (5, 900)}, 900),
        ({"rate_limit": ("none", 900)}, 900),
        ({"user_limit_24hour": (0, "soon"), "rate_limit": (3, 900)}, 900),
        ({"user_limit_24hour": (0, 10**9)}, 86_400),
    ],
)
def test_longest_exhausted_limit_sets_the_wait(
    x: X,
    network: ScriptedNetwork,
    user: Account,
    limits: dict[str, tuple[object, object]],
    seconds: int,
) -> None:
    """Among a quarter of an hour's and a day's limits, of the member and of the app."""
    now = int(datetime.now(UTC).timestamp())
    headers = {}
    for name, (remaining, reset) in limits.items():
        headers[f"x_{name}_remaining"] = str(remaining)
        headers[f"x_{name}_reset"] = str(now + reset if isinstance(reset, int) else reset)
    network.script(says({}, 429, **headers))
    with pytest.raises(RetryLater) as caught:
        x.publish(user, POST)
    assert caught.value.after == pytest.approx(seconds, abs=5)


@pytest.mark.parametrize(("said", "seconds"), [("120", 120), ("9999999", 86_400), ("soon", None)])
def test_retry_after_sets_the_wait_without_a_limit(
    x: X, network: ScriptedNetwork, user: Account, said: str, seconds: float | None
) -> None:
    """What is before X refuses without X's headers."""
    network.script(says({}, 429, retry_after=said))
    with pytest.raises(RetryLater) as caught:
        x.publish(user, POST)
    assert caught.value.after == seconds


def test_duplicate_found_in_own_posts_counts_as_published(
    x: X, network: ScriptedNetwork, user: Account
) -> None:
    """When X says the text is there and the member's posts show it, that post is the post."""
    network.script(DUPLICATE, says({"data": [OTHER, SHOWN]}))
    assert x.publish(user, POST).external_id == "1900"
    assert [request.method for request in network.received] == ["POST", "GET"]


def test_duplicate_not_found_in_own_posts_is_rejected(
    x: X, network: ScriptedNetwork, user: Account
) -> None:
    """A refusal for a text that the member's posts do not show ends, and never loops."""
    network.script(DUPLICATE, says({"data": [OTHER]}))
    with pytest.raises(Rejected, match="posted before"):
        x.publish(user, POST)


def test_reconcile_finds_the_post_behind_escapes_and_short_links(
    x: X, network: ScriptedNetwork, user: Account
) -> None:
    """X shows &amp; and t.co; the comparison undoes both, looking back two hours before."""
    network.script(says({"data": [OTHER, SHOWN]}))
    found = x.reconcile(user, POST, since=NOW)
    assert found is not None
    assert found.external_id == "1900"
    query = parse_qs(urlsplit(network.received[0].path).query)
    assert urlsplit(network.received[0].path).path == "/x/2/users/42/tweets"
    assert query["start_time"] == ["2026-11-20T20:30:00Z"]


@pytest.mark.parametrize(
    "shown",
    [
        [],
        [OTHER],
        [
            {
                **SHOWN,
                "text": SHOWN["text"],
                "entities": {
                    "urls": [
                        {"url": "https://t.co/Xy12", "expanded_url": "https://go.example.com/r/zz"}
                    ]
                },
            }
        ],
    ],
)
def test_reconcile_says_when_the_post_is_not_there(
    x: X, network: ScriptedNetwork, user: Account, shown: list[dict[str, object]]
) -> None:
    """No posts, other posts, or the same words with another link: publishing again is safe."""
    network.script(says({"data": shown} if shown else {"meta": {"result_count": 0}}))
    assert x.reconcile(user, POST, since=NOW) is None


def test_failing_reconcile_is_retried_later(x: X, network: ScriptedNetwork, user: Account) -> None:
    """A failing read never claims that the post is absent."""
    network.script(Answer(status=500), Answer(body=b"<html>"))
    for _ in range(2):
        with pytest.raises(RetryLater):
            x.reconcile(user, POST, since=NOW)


def test_delete_of_a_missing_post_is_done(x: X, network: ScriptedNetwork, user: Account) -> None:
    """Deleting what is already gone is not an error."""
    network.script(says({"data": {"deleted": True}}), says({"title": "Not Found Error"}, 404))
    x.delete(user, "1900")
    x.delete(user, "1900")
    assert [request.path for request in network.received] == ["/x/2/tweets/1900"] * 2


def test_measure_takes_a_hundred_posts_a_call(
    x: X, network: ScriptedNetwork, user: Account
) -> None:
    """250 posts are three calls."""
    network.script(*[says({"data": [{"id": "1", "public_metrics": {"like_count": 1}}]})] * 3)
    list(x.measure(user, [str(number) for number in range(250)]))
    sizes = [
        len(parse_qs(urlsplit(request.path).query)["ids"][0].split(","))
        for request in network.received
    ]
    assert sizes == [100, 100, 50]


def test_measure_reads_both_vocabularies_and_skips_partial_errors(
    x: X, network: ScriptedNetwork, user: Account
) -> None:
    """Old and new field names give the same metrics; what X left out is absent, never zero."""
    old = {
        "id": "1",
        "public_metrics": {
            "impression_count": 90,
            "like_count": 3,
            "reply_count": 1,
            "retweet_count": 2,
            "quote_count": 1,
        },
        "non_public_metrics": {"impression_count": 100, "url_link_clicks": 5},
    }
    new = {"id": "2", "public_metrics": {"repost_count": 4, "like_count": 0}}
    network.script(
        says({"data": [old, new], "errors": [{"resource_id": "3", "title": "Not Found Error"}]})
    )
    first, second = list(x.measure(user, ["1", "2", "3"]))
    assert first.metrics == {
        "impressions": 100,
        "reactions": 3,
        "comments": 1,
        "reshares": 3,
        "link_clicks": 5,
    }
    assert second.metrics == {"reactions": 0, "reshares": 4}


def test_measure_on_a_quota_is_tried_later(x: X, network: ScriptedNetwork, user: Account) -> None:
    """A reached limit says when to come back."""
    network.script(says({"title": "Too Many Requests"}, 429))
    with pytest.raises(RetryLater):
        list(x.measure(user, ["1"]))


def test_an_account_without_a_refresh_token_needs_the_person(
    x: X, network: ScriptedNetwork
) -> None:
    """Without offline access there is nothing to renew with, and X is not asked."""
    account = Account(network="x", member_id="42", handle="", tokens=Tokens(access=ACCESS))
    with pytest.raises(NeedsPerson):
        x.refresh(account)
    assert network.received == []
