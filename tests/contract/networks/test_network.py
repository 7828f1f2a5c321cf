"""The contract of `services.ports.Network`, which every connector keeps towards its network."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unicodedata import normalize

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.errors import AccessInDoubt, NeedsPerson, OutcomeUnknown, RetryLater
from services.ports import Image, LinkCard, Network, OutgoingPost
from tests.contract.networks.conftest import REFRESHING
from tests.contract.networks.stage import (
    PIXEL,
    REDIRECT_URI,
    Consent,
    Member,
    Sandbox,
    fresh_email,
    fresh_post,
)

#: Networks whose tokens last until they are revoked, and those that count no impressions.
ENDLESS = UNCOUNTED = ("mastodon",)
#: What a token that ended gives: X answers no more than a 401, until it is to be renewed.
ENDED = (NeedsPerson, AccessInDoubt)
WITHOUT_POSTING = "openid profile tweet.read users.read offline.access read:accounts"


def now() -> datetime:
    return datetime.now(UTC)


# --- connecting ---------------------------------------------------------------------------------


def test_a_member_connects_with_a_code(network: Network, member: Member) -> None:
    """After consent the account names the network, the member, and a token and when it ends."""
    account = member.account
    assert account.network == network.name
    assert account.member_id
    assert account.handle
    assert account.tokens.scopes
    ends = account.tokens.expires_at
    assert (ends is None) == (network.name in ENDLESS)
    assert ends is None or ends > now() + timedelta(hours=1)
    assert account.tokens.access not in repr(account)


def test_a_code_works_once(network: Network, consent: Consent) -> None:
    """A second exchange of the same code needs the person."""
    given = consent(fresh_email())
    exchange = {"code": given["code"], "verifier": given["verifier"] or None}
    network.connect(**exchange, redirect_uri=REDIRECT_URI)
    with pytest.raises(NeedsPerson):
        network.connect(**exchange, redirect_uri=REDIRECT_URI)


def test_a_code_runs_out(network: Network, consent: Consent, sandbox: Sandbox) -> None:
    """A code that was kept for an hour needs the person."""
    given = consent(fresh_email())
    sandbox.change("clock", {"advance": 3600})
    with pytest.raises(NeedsPerson):
        network.connect(
            code=given["code"], verifier=given["verifier"] or None, redirect_uri=REDIRECT_URI
        )


def test_consent_without_the_permission_to_post_needs_the_person(
    network: Network, consent: Consent
) -> None:
    """A member who left out the permission hears so at once."""
    given = consent(fresh_email(), granted=WITHOUT_POSTING)
    with pytest.raises(NeedsPerson, match="permission"):
        network.connect(
            code=given["code"], verifier=given["verifier"] or None, redirect_uri=REDIRECT_URI
        )


def test_a_lost_reply_to_the_code_needs_the_person(
    network: Network, consent: Consent, sandbox: Sandbox
) -> None:
    """The code was spent and the tokens are lost, so only the person can start again."""
    given = consent(fresh_email())
    sandbox.fault(network.name, "token", "apply_then_drop")
    with pytest.raises(NeedsPerson):
        network.connect(
            code=given["code"], verifier=given["verifier"] or None, redirect_uri=REDIRECT_URI
        )


def test_an_expired_token_needs_the_person_or_a_refresh(
    network: Network, member: Member, sandbox: Sandbox
) -> None:
    """An expired token is refused without effect; where a token lasts or renews, posting goes on."""
    sandbox.change("clock", {"advance": 61 * 86_400})
    post = fresh_post()
    if network.name in ENDLESS:
        assert network.publish(member.account, post).external_id
    else:
        with pytest.raises(ENDED):
            network.publish(member.account, post)
    if member.account.tokens.refresh is None:
        with pytest.raises(NeedsPerson):
            network.refresh(member.account)
        return
    account = replace(member.account, tokens=network.refresh(member.account))
    assert network.publish(account, post).external_id


def test_a_refresh_token_is_spent_once(network: Network, member: Member) -> None:
    """The old refresh token is dead after a refresh, and the new pair works."""
    if member.account.tokens.refresh is None:
        with pytest.raises(NeedsPerson):
            network.refresh(member.account)
        return
    tokens = network.refresh(member.account)
    assert tokens.refresh != member.account.tokens.refresh
    assert tokens.scopes == member.account.tokens.scopes
    network.publish(replace(member.account, tokens=tokens), fresh_post())
    with pytest.raises(NeedsPerson):
        network.refresh(member.account)


def test_revoking_ends_the_connection_at_the_network(network: Network, member: Member) -> None:
    """After a withdrawal nothing that was granted works any more; doing it twice is no error."""
    network.revoke(member.account)
    with pytest.raises(ENDED):
        network.publish(member.account, fresh_post())
    with pytest.raises(NeedsPerson):
        network.refresh(member.account)
    network.revoke(member.account)


@pytest.mark.parametrize("kind", ["drop", "apply_then_drop", "http_503", "rate_limited"])
def test_a_withdrawal_that_did_not_arrive_says_so(
    network: Network, member: Member, sandbox: Sandbox, kind: str
) -> None:
    """A caller that withdraws has to know when the network may still honour the old tokens."""
    sandbox.fault(network.name, "revoke", kind)
    with pytest.raises(RetryLater):
        network.revoke(member.account)


def test_what_can_be_refreshed_has_a_refresh_token(name: str, member: Member) -> None:
    """The networks that renew their consent give a refresh token, and no others."""
    assert (member.account.tokens.refresh is not None) == (name in REFRESHING)


@pytest.mark.parametrize("name", REFRESHING, indirect=True)
@pytest.mark.parametrize(
    "kind", ["http_401", "http_500", "http_502", "http_503", "html_body", "drop", "half_json"]
)
def test_a_blip_while_refreshing_keeps_connections(
    network: Network, member: Member, sandbox: Sandbox, kind: str
) -> None:
    """A broken answer to a refresh means later, never that the member has to connect again."""
    sandbox.fault(network.name, "token", kind, apply=False)
    with pytest.raises(RetryLater):
        network.refresh(member.account)
    assert network.refresh(member.account).access


# --- posts --------------------------------------------------------------------------------------


def test_a_post_arrives_once_and_as_previewed(
    network: Network, member: Member, sandbox: Sandbox
) -> None:
    """What was previewed is what the network received, and the returned address shows it."""
    post = fresh_post("Ik werk bij Deltaplan_NL (#dijken & water) @ Kampen <3")
    published = network.publish(member.account, post)
    (shown,) = sandbox.posts(network.name, member.email)
    assert shown["post_id"] == published.external_id
    assert shown["raw"] == network.preview(post).payload
    assert shown["text"] == post.text
    assert requests.get(published.url, timeout=60).status_code == 200


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff\ufffe\uffff"))
RESERVED = st.text(st.sampled_from("\\|{}@[]()<>#*_~ aé1\n🌊'\"&/:."))
LITTLE = st.sampled_from(
    [
        *("#Tag", "#a_b", "#1", "C#", "{hashtag|\\#|Tag}", "\\#", "@[", "](", "(urn:li:person:1)"),
        *("https://go.example.com/r/a_b#c", "&amp;", "<b>", "\\\\", "zwaan.nl", " "),
    ]
)
TEXTS = st.lists(st.one_of(WORDS, RESERVED, LITTLE), min_size=1, max_size=6).map("".join)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_any_valid_text_arrives_as_it_was_approved(
    network: Network, member: Member, sandbox: Sandbox, text: str
) -> None:
    """With any characters of a person, readers see exactly the approved text, uncut."""
    fresh = fresh_post(normalize("NFC", text))
    post = replace(fresh, text=fresh.text.strip())  # as an approved text is stored
    if not network.preview(post).valid:
        return
    published = network.publish(member.account, post)
    shown = {each["post_id"]: each for each in sandbox.posts(network.name, member.email)}
    assert shown[published.external_id]["text"] == post.text
    network.delete(member.account, published.external_id)


def test_a_text_too_long_is_not_valid_and_is_refused(network: Network, member: Member) -> None:
    """The limit that the preview knows is the limit that the network enforces."""
    limit = network.preview(OutgoingPost(text="a")).limit
    assert network.preview(OutgoingPost(text="a" * limit)).valid
    too_long = OutgoingPost(text="a" * (limit + 1))
    assert not network.preview(too_long).valid
    with pytest.raises(Exception, match=r"refuses|permit"):
        network.publish(member.account, too_long)


@pytest.mark.parametrize(
    "unit",
    ["漢", "(", "👩‍🚒", "é", "@anna ", "https://go.example.com/a/long/address?with=more "],
)
def test_the_longest_valid_text_is_accepted(network: Network, member: Member, unit: str) -> None:
    """For any contents the preview measures no less than the network counts."""
    post = fresh_post()
    while network.preview(longer := replace(post, text=f"{post.text} {unit}".strip())).valid:
        post = longer
    assert network.publish(member.account, post).external_id


def test_an_identical_post_never_appears_twice(
    network: Network, member: Member, sandbox: Sandbox
) -> None:
    """Publishing again ends in the one post that is there, at once or by reconciling."""
    post = fresh_post()
    first = network.publish(member.account, post)
    try:
        second = network.publish(member.account, post)
    except OutcomeUnknown:
        found = network.reconcile(member.account, post, since=now())
        assert found is not None
        second = found
    assert second.external_id == first.external_id
    assert len(sandbox.posts(network.name, member.email)) == 1


@pytest.mark.parametrize(
    "kind", ["apply_then_drop", "empty_body", "half_json", "huge_body", "slow_bytes"]
)
def test_a_lost_reply_is_unknown_and_reconciled_to_one_post(
    network: Network, member: Member, sandbox: Sandbox, kind: str
) -> None:
    """The post is there and its answer is not: reconciling finds it, and nothing is posted twice."""
    post = fresh_post()
    begun = now()
    sandbox.fault(network.name, "post.create", kind)
    try:
        published = network.publish(member.account, post)
    except OutcomeUnknown:
        found = network.reconcile(member.account, post, since=begun)
        assert found is not None
        published = found
    (shown,) = sandbox.posts(network.name, member.email)
    assert shown["post_id"] == published.external_id


@pytest.mark.parametrize("hours", [-1, 1])
def test_clocks_that_differ_by_an_hour_hide_no_post(
    network: Network, member: Member, sandbox: Sandbox, hours: int
) -> None:
    """Ours may be an hour fast or slow: the post is found all the same, and is not sent again."""
    sandbox.change("clock", {"advance": hours * 3600})
    post = fresh_post()
    begun = now()
    sandbox.fault(network.name, "post.create", "apply_then_drop")
    try:
        network.publish(member.account, post)
    except OutcomeUnknown:
        assert network.reconcile(member.account, post, since=begun) is not None
    assert len(sandbox.posts(network.name, member.email)) == 1


@pytest.mark.parametrize(
    "kind", ["drop", "timeout", "http_500", "http_502", "http_503", "html_body"]
)
def test_a_post_that_never_arrived_is_published_once(
    network: Network, member: Member, sandbox: Sandbox, kind: str
) -> None:
    """Nothing was carried out and the answer does not say so: after reconciling there is one post."""
    post = fresh_post()
    begun = now()
    sandbox.fault(network.name, "post.create", kind, seconds=5, apply=False)
    with pytest.raises(OutcomeUnknown):
        network.publish(member.account, post)
    assert sandbox.posts(network.name, member.email) == []
    found = network.reconcile(member.account, post, since=begun)
    if found is None:
        found = network.publish(member.account, post)
    (shown,) = sandbox.posts(network.name, member.email)
    assert shown["post_id"] == found.external_id


@pytest.mark.parametrize("kind", ["apply_then_drop", "http_500", "half_json"])
def test_faults_while_reconciling_never_lead_to_a_second_post(
    network: Network, member: Member, sandbox: Sandbox, kind: str
) -> None:
    """Reconciling that meets a fault itself says so, and works when it is asked again."""
    post = fresh_post()
    begun = now()
    sandbox.fault(network.name, "post.create", "apply_then_drop")
    with pytest.raises(OutcomeUnknown):
        network.publish(member.account, post)
    operation = "post.create" if network.name == "linkedin" else "timeline.read"
    sandbox.fault(network.name, operation, kind)
    try:
        found = network.reconcile(member.account, post, since=begun)
    except (RetryLater, OutcomeUnknown):
        found = network.reconcile(member.account, post, since=begun)
    assert found is not None
    (shown,) = sandbox.posts(network.name, member.email)
    assert shown["post_id"] == found.external_id


def test_a_redirect_to_another_host_sends_nothing_there(
    network: Network, member: Member, sandbox: Sandbox
) -> None:
    """A redirect is no answer; the member's token stays with the configured host."""
    sandbox.fault(network.name, "post.create", "redirect_other_host", apply=False)
    with pytest.raises(OutcomeUnknown, match="redirect"):
        network.publish(member.account, fresh_post())
    (received,) = sandbox.journal(network.name, "post.create")
    assert received["fault"] == "redirect_other_host"


@pytest.mark.parametrize(
    "shape",
    ["native", "bare", "retry_after", "retry_after_date", "reset", "reset_past", "unreadable"],
)
def test_a_rate_limit_is_tried_later(
    network: Network, member: Member, sandbox: Sandbox, shape: str
) -> None:
    """Every shape of 429 means that nothing was posted, and never a wait of less than nothing."""
    sandbox.fault(network.name, "post.create", "rate_limited", shape=shape, retry_after=120)
    post = fresh_post()
    with pytest.raises(RetryLater) as caught:
        network.publish(member.account, post)
    assert caught.value.after is None or 0 < caught.value.after <= 86_400
    assert sandbox.posts(network.name, member.email) == []
    assert network.publish(member.account, post).external_id


@pytest.mark.parametrize("kind", ["expired_token", "revoked_token"])
def test_a_dead_token_needs_the_person(
    network: Network, member: Member, sandbox: Sandbox, kind: str
) -> None:
    """The end of a token reaches the person with a remedy, and nothing is posted; a network that
    renews says so then, and not before."""
    sandbox.fault(network.name, "post.create", kind)
    with pytest.raises(ENDED) as caught:
        network.publish(member.account, fresh_post())
    if not isinstance(caught.value, NeedsPerson):
        sandbox.fault(network.name, "token", kind)
        with pytest.raises(NeedsPerson) as caught:
            network.refresh(member.account)
    assert "again" in str(caught.value.remedy)
    assert sandbox.posts(network.name, member.email) == []


def test_a_401_that_does_not_say_why_ends_no_connection(
    network: Network, member: Member, sandbox: Sandbox
) -> None:
    """Somebody in between refused once: nothing was posted, no person reads that their connection
    ended, and the same access works afterwards."""
    post = fresh_post()
    sandbox.fault(network.name, "post.create", "http_401")
    with pytest.raises(AccessInDoubt):
        network.publish(member.account, post)
    assert sandbox.posts(network.name, member.email) == []
    assert network.publish(member.account, post).external_id


def test_delete_removes_the_post_and_may_be_repeated(
    network: Network, member: Member, sandbox: Sandbox
) -> None:
    """Deleting is complete and harmless to repeat."""
    published = network.publish(member.account, fresh_post())
    network.delete(member.account, published.external_id)
    assert sandbox.posts(network.name, member.email) == []
    network.delete(member.account, published.external_id)


# --- images -------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
def test_a_post_shows_its_images_with_their_text(
    network: Network, member: Member, sandbox: Sandbox, number: int
) -> None:
    """Uploaded images stand in the post, in order, each with its alternative text."""
    images = tuple(
        network.upload(member.account, Image(data=PIXEL, alt=f"Sanne op dijk {index}"))
        for index in range(number)
    )
    sandbox.change("clock", {"advance": 5})  # LinkedIn processes an image before it may be used
    post = replace(fresh_post(), images=images)
    network.publish(member.account, post)
    (shown,) = sandbox.posts(network.name, member.email)
    places = [str(shown["content"]).index(image.media_id) for image in images]
    assert places == sorted(places)


def test_a_card_has_the_image_as_its_thumbnail(
    network: Network, member: Member, sandbox: Sandbox
) -> None:
    """A post with a card and an image is accepted, and refers to the image."""
    image = network.upload(member.account, Image(data=PIXEL, alt="Sanne op de dijk"))
    sandbox.change("clock", {"advance": 5})
    card = LinkCard(url="https://go.example.com/r/1", title="De dijk", description="Over water")
    network.publish(member.account, replace(fresh_post(), card=card, images=(image,)))
    (shown,) = sandbox.posts(network.name, member.email)
    assert image.media_id in str(shown["content"])


@pytest.mark.parametrize("kind", ["drop", "apply_then_drop", "half_json", "http_500", "empty_body"])
def test_a_failing_upload_is_tried_later(
    network: Network, member: Member, sandbox: Sandbox, kind: str
) -> None:
    """No one sees an image without a post, so uploading again does no harm."""
    operation = "image.*" if network.name == "linkedin" else "media.upload"
    sandbox.fault(network.name, operation, kind)
    with pytest.raises(RetryLater):
        network.upload(member.account, Image(data=PIXEL, alt="Sanne op de dijk"))


# --- statistics ---------------------------------------------------------------------------------


def test_measure_gives_the_networks_own_counters(
    network: Network, member: Member, sandbox: Sandbox
) -> None:
    """A measurement names its post and source; counters have our names and grow with time."""
    # A figure that is not available now is left out, so one post may lack any of them.
    ids = [network.publish(member.account, fresh_post()).external_id for _ in range(4)]
    sandbox.change("clock", {"advance": 5400})
    measured = list(network.measure(member.account, ids))
    assert {early.external_id for early in measured} == set(ids)
    assert all(early.source.startswith(network.name) for early in measured)
    metrics = dict(item for early in measured for item in early.metrics.items())
    assert metrics.get("impressions", 0) > 0 or network.name in UNCOUNTED
    assert metrics["reactions"] >= 0
    assert set(metrics) <= {
        "impressions",
        "reach",
        "reactions",
        "comments",
        "reshares",
        "link_clicks",
    }


def test_measure_leaves_out_what_cannot_be_measured(network: Network, member: Member) -> None:
    """A deleted post is left out, and the others still have their figures."""
    kept = network.publish(member.account, fresh_post())
    gone = network.publish(member.account, fresh_post())
    network.delete(member.account, gone.external_id)
    measured = list(network.measure(member.account, [gone.external_id, kept.external_id]))
    assert [measurement.external_id for measurement in measured] == [kept.external_id]


@pytest.mark.parametrize("kind", ["http_500", "html_body", "half_json", "empty_body", "drop"])
def test_a_failing_measurement_is_tried_later(
    network: Network, member: Member, sandbox: Sandbox, kind: str
) -> None:
    """Reading figures has no effect, so every fault means later."""
    published = network.publish(member.account, fresh_post())
    operation = "statistics.read" if network.name == "linkedin" else "posts.read"
    sandbox.fault(network.name, operation, kind)
    with pytest.raises(RetryLater):
        list(network.measure(member.account, [published.external_id]))


def test_what_was_measured_before_the_quota_is_given(
    network: Network, member: Member, sandbox: Sandbox
) -> None:
    """A refusal in between comes after the figures that were read, so that they can be kept."""
    kept = network.publish(member.account, fresh_post())
    linkedin = network.name == "linkedin"
    prefix = "urn:li:share:" if linkedin else ""
    others = [f"{prefix}{7_000_000_000_000_000_000 + number}" for number in range(100)]
    operation, calls = ("statistics.read", 6) if linkedin else ("posts.read", 1)
    sandbox.fault(network.name, operation, "rate_limited", after=calls)
    reading = iter(network.measure(member.account, [kept.external_id, *others]))
    assert next(reading).external_id == kept.external_id
    with pytest.raises(RetryLater):
        next(reading)
