"""Somebody shares a draft themselves: counted apart, stated as an event, and undone by a tap."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaigns.store import campaigns
from services.database import audit, outbox
from services.errors import Rejected
from services.figures.statistics import statistics
from services.post import PostState, text_sha256
from services.posts import decide
from services.posts.cancel_posts import finish
from services.posts.own_post import own_post
from services.posts.share_by_hand import check_post_address, not_shared, record_shared
from services.posts.store import posts
from tests.unit.conftest import Desk

ADDRESS = "https://www.linkedin.com/feed/update/urn:li:share:7/"


async def share(desk: Desk, **changes: str) -> str:
    (draft,) = await desk.prepare()
    given = {"text": "Mijn eigen zin.", "address": ADDRESS, "who": draft.ambassador_id, **changes}
    async with desk.database.write() as transaction:
        await record_shared(
            transaction,
            post_id=draft.id,
            ambassador_id=given["who"],
            text=given["text"],
            address=given["address"],
            now=desk.now,
        )
    return draft.id


async def test_a_shared_post_is_unconfirmed(desk: Desk) -> None:
    """The text, the address and the moment are kept and stated; it never counts as published."""
    post_id = await share(desk)
    async with desk.database.read() as transaction:
        post = await posts.get(transaction, post_id)
        assert post is not None
        counted = (await statistics(transaction)).posts
        (entry,) = await audit.of(transaction, post_id)
        (row,) = await outbox.oldest(transaction, 9)
    assert (post.state, post.text, post.external_url) == (
        PostState.SHARED,
        "Mijn eigen zin.",
        ADDRESS,
    )
    assert counted == {"shared": 1}
    digest = text_sha256("Mijn eigen zin.")
    assert (entry.action, entry.detail) == ("post.shared", {"sha256": digest, "url": ADDRESS})
    event = json.loads(row.event)
    assert event["type"] == row.topic == "post.shared"
    assert (event["data"]["text_sha256"], event["data"]["url"]) == (digest, ADDRESS)
    assert post.ambassador_id not in row.event
    assert await desk.collector.collect() == 0, "no network is asked about it"


async def test_it_can_be_undone(desk: Desk) -> None:
    """A tap makes the draft wait again, without a trace of the sharing but the audit's."""
    post_id = await share(desk)
    async with desk.database.write() as transaction:
        post = await posts.get(transaction, post_id)
        assert post is not None
        who = post.ambassador_id
        back = await not_shared(transaction, post_id=post_id, ambassador_id=who, now=desk.now)
        with pytest.raises(Rejected, match="not marked as shared"):
            await not_shared(transaction, post_id=post_id, ambassador_id=who, now=desk.now)
        topics = [row.topic for row in await outbox.oldest(transaction, 9)]
        again = await decide.approve(
            transaction,
            await own_post(transaction, post_id, who),
            text="Toch. Ik werk bij D.",
            now=desk.now,
        )
    assert (back.state, back.published_at, back.external_url) == (PostState.READY, None, None)
    assert topics == ["post.shared", "post.taken_back"]
    assert again.state is PostState.APPROVED


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": " \n"}, "the text is empty"),
        ({"address": "https://evil.example/1"}, "no address of a post on linkedin"),
        ({"who": "somebody else"}, "no such draft"),
    ],
)
async def test_what_cannot_be_is_refused(desk: Desk, changes: dict[str, str], said: str) -> None:
    """An empty text, an address elsewhere and somebody else's draft change nothing."""
    with pytest.raises(Rejected, match=said):
        await share(desk, **changes)
    async with desk.database.read() as transaction:
        assert (await statistics(transaction)).posts == {"ready": 1}


async def test_a_decided_draft_or_an_ended_campaign_is_refused(desk: Desk) -> None:
    """What was approved is published by us or not at all; what ended stays ended."""
    first, second = await desk.prepare(stories=2)
    await desk.approve(first)
    async with desk.database.write() as transaction:
        about = await campaigns.of_post(transaction, second.id)
        assert about is not None
        await finish(transaction, [(about, "")], now=desk.now)
    for draft in (first, second):
        with pytest.raises(Rejected):
            async with desk.database.write() as transaction:
                await record_shared(
                    transaction,
                    post_id=draft.id,
                    ambassador_id=draft.ambassador_id,
                    text="Hoi",
                    address="",
                    now=desk.now,
                )


@pytest.mark.parametrize(
    ("network", "address"),
    [
        ("linkedin", "https://www.linkedin.com/feed/update/urn:li:share:7/"),
        ("linkedin", " https://nl.linkedin.com/posts/anna_x?utm_source=share \n"),
        ("x", "https://x.com/anna/status/1"),
        ("x", "https://mobile.twitter.com/anna/status/1"),
        ("mastodon", "https://any.example/@anna/1"),
        ("x", ""),
        ("x", "  "),
    ],
)
def test_an_address_on_the_network_is_kept(network: str, address: str) -> None:
    """Blanks around it go; nothing at all is fine."""
    assert check_post_address(network, address) == address.strip()


@pytest.mark.parametrize(
    "address",
    [
        *("http://x.com/a/status/1", "javascript:alert(1)", "x.com/a/status/1", "https://x.com"),
        *("https://x.com.evil.example/a", "https://evilx.com/a", "https://x.com@evil.example/a"),
        *("https://x.com:8443/a", "https://x.com:99999/a", "https://[x.com/a", "https://x.com/a b"),
        *(
            "https://x.com\\@evil.example/a",
            "https://www.linkedin.com/feed",
            f"https://x.com/{'a' * 500}",
        ),
    ],
)
def test_any_other_address_is_refused(address: str) -> None:
    """Another host, scheme or port, tricks with names, blanks, and pages that are no post."""
    with pytest.raises(Rejected) as caught:
        check_post_address("x", address)
    assert "leave it empty" in str(caught.value.remedy)


@given(st.text(max_size=100), st.sampled_from(["linkedin", "x", "other"]))
def test_nothing_a_person_pastes_breaks_it(address: str, network: str) -> None:
    """Any text is kept as an https address, or refused with a sentence."""
    try:
        kept = check_post_address(network, address)
    except Rejected:
        return
    assert kept == "" or kept.startswith("https://") or kept.lower().startswith("https://")
