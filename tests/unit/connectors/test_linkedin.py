"""LinkedIn's connector against scripted answers."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.linkedin import LinkedIn, sunset, sunset_ahead
from services.errors import AccessInDoubt, NeedsPerson, OutcomeUnknown, Rejected, RetryLater
from services.ports import Account, LinkCard, OutgoingPost, Tokens
from tests.unit.connectors.conftest import (
    ACCESS,
    NOW,
    REFRESH,
    SECRET,
    Answer,
    ScriptedNetwork,
    says,
)

URN = "urn:li:share:7140000000000000001"
POST = OutgoingPost(
    text="Ik werk bij Deltaplan (en met plezier). #dijken https://go.example/r/a_b",
    card=LinkCard(url="https://go.example/r/a_b", title="Sanne en de dijk"),
)
CREATED = Answer(status=201, headers={"x-restli-id": URN})
DUPLICATE = says(
    {
        "message": f"Content is a duplicate of {URN}",
        "status": 422,
        "errorDetails": {"inputErrors": [{"code": "DUPLICATE_POST"}]},
    },
    422,
)


def test_authorization_sends_the_browser_to_the_configured_host(
    linkedin: LinkedIn, network: ScriptedNetwork
) -> None:
    """The consent address has the configured base, our client id, state, callback and scopes."""
    url = linkedin.authorization(state="s1", redirect_uri="http://127.0.0.1:8000/cb").url
    assert url.startswith(f"{network.address}/linkedin/oauth/v2/authorization?")
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert query == {
        "response_type": "code",
        "client_id": "zwaan-test",
        "redirect_uri": "http://127.0.0.1:8000/cb",
        "scope": "openid profile w_member_social",
        "state": "s1",
    }


@pytest.mark.parametrize("separator", [",", " "])
def test_connect_reads_who_granted_what(
    linkedin: LinkedIn, network: ScriptedNetwork, separator: str
) -> None:
    """Granted scopes are read in both notations, and the member id is the person's URN."""
    scopes = separator.join(["openid", "profile", "w_member_social"])
    network.script(
        says({"access_token": ACCESS, "expires_in": 5_184_000, "scope": scopes}),
        says({"sub": "782bbtaQ", "name": "Sanne de Wit"}),
    )
    account = linkedin.connect(code="c1", verifier=None, redirect_uri="https://zwaan.example/cb")
    assert (account.member_id, account.handle) == ("urn:li:person:782bbtaQ", "Sanne de Wit")
    assert account.tokens.scopes == {"openid", "profile", "w_member_social"}
    assert account.tokens.expires_at is not None
    assert (account.tokens.expires_at - NOW).days == 60
    form = parse_qs(network.received[0].body.decode())
    assert form["client_secret"] == [SECRET]
    assert form["code"] == ["c1"]
    assert network.received[1].headers["authorization"] == f"Bearer {ACCESS}"


def test_connect_without_the_permission_to_post_needs_the_person(
    linkedin: LinkedIn, network: ScriptedNetwork
) -> None:
    """Fewer scopes than asked are reported to the member at once, not at the first post."""
    network.script(says({"access_token": ACCESS, "scope": "openid,profile"}))
    with pytest.raises(NeedsPerson, match="without the permission to post"):
        linkedin.connect(code="c1", verifier=None, redirect_uri="https://zwaan.example/cb")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (says({"error": "invalid_request"}, 400), NeedsPerson),
        (says({"error": "invalid_client"}, 401), NeedsPerson),
        (Answer(status=429), RetryLater),
        (Answer(status=502, body=b"<html>bad gateway"), NeedsPerson),
        (Answer(body=b'{"access_tok'), NeedsPerson),
        (says(["access_token"]), NeedsPerson),
    ],
)
def test_a_code_that_gives_no_token_needs_the_person(
    linkedin: LinkedIn, network: ScriptedNetwork, answer: Answer, error: type[Exception]
) -> None:
    """A code is single-use, so after any doubt the member starts again; only 429 left it whole."""
    network.script(answer)
    with pytest.raises(error) as caught:
        linkedin.connect(code="c1", verifier=None, redirect_uri="https://zwaan.example/cb")
    assert SECRET not in str(caught.value)


def test_refresh_without_a_refresh_token_needs_the_person(
    linkedin: LinkedIn, network: ScriptedNetwork, member: Account
) -> None:
    """A self-serve connection cannot be renewed, and LinkedIn is not asked."""
    with pytest.raises(NeedsPerson):
        linkedin.refresh(member)
    assert network.received == []


def test_refresh_keeps_scopes_and_refresh_token_that_the_answer_leaves_out(
    linkedin: LinkedIn, network: ScriptedNetwork, member: Account
) -> None:
    """What an answer does not mention stays as it was."""
    tokens = Tokens(access=ACCESS, refresh=REFRESH, scopes=frozenset({"w_member_social"}))
    network.script(says({"access_token": "new", "expires_in": 60}))
    renewed = linkedin.refresh(
        Account(network="linkedin", member_id=member.member_id, handle="", tokens=tokens)
    )
    assert (renewed.access, renewed.refresh) == ("new", REFRESH)
    assert renewed.scopes == {"w_member_social"}


def test_failing_token_endpoint_does_not_disconnect(
    linkedin: LinkedIn, network: ScriptedNetwork, member: Account
) -> None:
    """A failing token endpoint means later, never 'connect again'."""
    tokens = Tokens(access=ACCESS, refresh=REFRESH)
    account = Account(network="linkedin", member_id="urn:li:person:a", handle="", tokens=tokens)
    network.script(Answer(status=503))
    with pytest.raises(RetryLater):
        linkedin.refresh(account)


def test_publish_sends_what_was_previewed(
    linkedin: LinkedIn, network: ScriptedNetwork, member: Account
) -> None:
    """The commentary on the wire is the preview's payload, with the headers LinkedIn requires."""
    network.script(CREATED)
    published = linkedin.publish(member, POST)
    assert published.external_id == URN
    assert published.url == f"{network.address}/linkedin/feed/update/{URN}/"
    (request,) = network.received
    assert request.path == "/linkedin/rest/posts"
    assert request.headers["linkedin-version"] == "202609"
    assert request.headers["x-restli-protocol-version"] == "2.0.0"
    body = request.json
    assert body["commentary"] == linkedin.preview(POST).payload
    assert body["author"] == member.member_id
    assert body["content"] == {
        "article": {"source": "https://go.example/r/a_b", "title": "Sanne en de dijk"}
    }


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (says({"serviceErrorCode": 65602}, 401), NeedsPerson, "expired"),
        (says({"serviceErrorCode": 65601}, 401), NeedsPerson, "revoked"),
        (says({"serviceErrorCode": 65600}, 401), AccessInDoubt, "this time"),
        (says({}, 401), AccessInDoubt, "this time"),
        (Answer(status=401, body=b"<html>"), AccessInDoubt, "this time"),
        (says({"message": "Not enough permissions"}, 403), NeedsPerson, "Not enough"),
        (says({"code": "NONEXISTENT_VERSION"}, 426), NeedsPerson, "version 202609"),
        (says({"code": "VERSION_MISSING"}, 400), NeedsPerson, "version"),
        (says({"message": "Text too long"}, 400), Rejected, "Text too long"),
        (says({"message": "No such field"}, 422), Rejected, "No such field"),
        (says({}, 409), RetryLater, "again"),
        (Answer(status=500), OutcomeUnknown, "500"),
        (Answer(status=503, body=b"<html>"), OutcomeUnknown, "503"),
        (Answer(status=201), OutcomeUnknown, "without saying"),
        (Answer(status=201, body=b"<html>"), OutcomeUnknown, "without saying"),
        (DUPLICATE, OutcomeUnknown, URN),
    ],
)
def test_answer_to_a_post_gives_the_matching_error(
    linkedin: LinkedIn,
    network: ScriptedNetwork,
    member: Account,
    *,
    answer: Answer,
    error: type[Exception],
    words: str,
) -> None:
    """Every documented refusal, and every answer that proves nothing, has its own error."""
    network.script(answer)
    with pytest.raises(error, match=words):
        linkedin.publish(member, POST)
    assert len(network.received) == 1


def test_the_daily_limit_lasts_until_midnight_utc(
    linkedin: LinkedIn, network: ScriptedNetwork, member: Account
) -> None:
    """LinkedIn's 429 says no time, but the limit for a day ends at 00:00 UTC."""
    network.script(
        says({"message": "Resource level throttle DAY limit reached"}, 429), says({}, 429)
    )
    with pytest.raises(RetryLater) as caught:
        linkedin.publish(member, POST)
    assert caught.value.after == 90 * 60
    with pytest.raises(RetryLater) as caught:
        linkedin.publish(member, POST)
    assert caught.value.after is None


def test_reconcile_adopts_the_post_that_the_duplicate_names(
    linkedin: LinkedIn, network: ScriptedNetwork, member: Account
) -> None:
    """After a lost reply the identical body is sent once more, and the named post is the post."""
    network.script(CREATED, DUPLICATE)
    linkedin.publish(member, POST)
    found = linkedin.reconcile(member, POST, since=NOW)
    assert found is not None
    assert found.external_id == URN
    first, second = network.received
    assert first.body == second.body


def test_reconcile_publishes_a_post_that_never_arrived(
    linkedin: LinkedIn, network: ScriptedNetwork, member: Account
) -> None:
    """A 201 means that the first attempt was not there and this one is."""
    network.script(CREATED)
    found = linkedin.reconcile(member, POST, since=NOW)
    assert found is not None
    assert found.external_id == URN


def test_reconcile_stays_unknown_when_the_duplicate_names_nothing(
    linkedin: LinkedIn, network: ScriptedNetwork, member: Account
) -> None:
    """A duplicate without a URN proves that a post is there, not which: a person must look."""
    network.script(
        says({"errorDetails": {"inputErrors": [{"code": "DUPLICATE_POST"}]}, "message": "dup"}, 422)
    )
    with pytest.raises(OutcomeUnknown):
        linkedin.reconcile(member, POST, since=NOW)


@pytest.mark.parametrize("status", [204, 200, 404])
def test_delete_is_done_when_the_post_is_gone(
    linkedin: LinkedIn, network: ScriptedNetwork, member: Account, status: int
) -> None:
    """Deleting what is already gone is not an error; the URN is encoded in the path."""
    network.script(Answer(status=status))
    linkedin.delete(member, URN)
    assert network.received[0].path == f"/linkedin/rest/posts/{URN.replace(':', '%3A')}"


def test_a_failing_delete_is_tried_later(
    linkedin: LinkedIn, network: ScriptedNetwork, member: Account
) -> None:
    """Deleting twice does no harm, so a failure is never 'unknown'."""
    network.script(Answer(status=500))
    with pytest.raises(RetryLater):
        linkedin.delete(member, URN)


def test_measure_asks_one_metric_a_call_with_bare_structure(
    linkedin: LinkedIn, network: ScriptedNetwork, member: Account
) -> None:
    """Parentheses stay bare, the URN is encoded, both metricType shapes count, -1 is left out."""
    counts: list[object] = [100, 80, 5, -1, 0, 7]
    names = ["IMPRESSION", "MEMBERS_REACHED", "REACTION", "COMMENT", "RESHARE", "LINK_CLICKS"]
    shapes = [name if index % 2 else {"t": name} for index, name in enumerate(names)]
    network.script(
        *(
            says({"elements": [{"count": count, "metricType": shape}]})
            for count, shape in zip(counts, shapes, strict=True)
        )
    )
    (measurement,) = list(linkedin.measure(member, [URN]))
    assert measurement.metrics == {
        "impressions": 100,
        "reach": 80,
        "reactions": 5,
        "reshares": 0,
        "link_clicks": 7,
    }
    assert network.received[0].path == (
        "/linkedin/rest/memberCreatorPostAnalytics?q=entity"
        "&entity=(share:urn%3Ali%3Ashare%3A7140000000000000001)"
        "&queryType=IMPRESSION&aggregation=TOTAL"
    )


def test_measure_leaves_out_a_post_that_is_gone(
    linkedin: LinkedIn, network: ScriptedNetwork, member: Account
) -> None:
    """A deleted post has no figures; the others keep theirs."""
    network.script(*[Answer(status=404)] * 6)
    assert list(linkedin.measure(member, [URN])) == []


@pytest.mark.parametrize("elements", [True, 7, "count", {"count": 1}, [None, 3]])
def test_measure_ignores_answers_of_another_shape(
    linkedin: LinkedIn, network: ScriptedNetwork, member: Account, elements: object
) -> None:
    """Where the list of figures is something else there is no figure, and no defect."""
    network.script(*[says({"elements": elements})] * 6)
    assert list(linkedin.measure(member, [URN])) == []


def test_measure_without_the_permission_needs_the_person(
    linkedin: LinkedIn, network: ScriptedNetwork, user: Account
) -> None:
    """Without the granted scope LinkedIn is not asked; the remedy names the member's own export."""
    with pytest.raises(NeedsPerson) as caught:
        list(linkedin.measure(user, [URN]))
    assert "analytics export" in str(caught.value.remedy)
    assert network.received == []


def test_version_ends_a_year_after_its_month() -> None:
    """The sunset of a version is the first of its month, a year later."""
    assert sunset("202609") == date(2027, 9, 1)


def test_sunset_is_announced_sixty_days_ahead() -> None:
    """Sixty-one days before there is time; from sixty days on, and after it, there is a warning."""
    ends = date(2027, 9, 1)
    assert sunset_ahead("202609", today=ends - timedelta(days=61)) is None
    assert sunset_ahead("202609", today=ends - timedelta(days=60)) == ends
    assert sunset_ahead("202609", today=ends + timedelta(days=5)) == ends
