"""A network that the organisation switched off, with all that was begun on it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from services.accounts.accounts import Accounts
from services.accounts.rules import OURS
from services.accounts.store import connections
from services.campaigns.start_campaign import start_campaigns
from services.database import outbox
from services.events.outgoing import ReachMeasured, ShareRequested
from services.figures.collect_reach import ReachCollector
from services.figures.record_figures import record_reach
from services.figures.store import figures
from services.post import Post, PostState
from services.posts import choose_pace
from services.posts.choose_pace import approve_by_standing_consent
from services.posts.delete_posts import PostDeleter, ask_for_deletion
from services.posts.rules.deletion import DeletionState
from services.posts.store import deletions, posts
from services.posts.write_drafts import DraftWriter
from services.scheduling import Pace
from services.voice.current_templates import CurrentTemplates
from tests.builders import ambassador, connection, fact, organise, our_templates, story
from tests.unit.conftest import STEPS, Desk
from tests.unit.people.test_warn_of_expiry import Mailbox, warnings

OFF = "linkedin is switched off here"


def switch_off(desk: Desk) -> None:
    """As after a restart with other settings."""
    desk.network.calls.clear()
    desk.accounts = Accounts(
        database=desk.database,
        networks={},
        vault=desk.vault,
        calls=desk.calls,
        clock=lambda: desk.now,
    )
    desk.collector = ReachCollector(
        database=desk.database, accounts=desk.accounts, clock=lambda: desk.now, steps=STEPS
    )


async def published(desk: Desk) -> Post:
    # The access runs out soon: only a call that is really made would renew it.
    (draft,) = await desk.prepare(expires_at=desk.now + timedelta(minutes=30))
    await desk.approve(draft)
    await desk.work()
    return await desk.post(draft)


async def is_untouched(desk: Desk) -> bool:
    """The network was not called, and the connection says nothing that would have to be mended."""
    async with desk.database.read() as transaction:
        held = await connections.get(transaction, ambassador(1).id, "linkedin")
    return held is not None and not held.needs_person and desk.network.calls == []


async def test_an_approved_post_fails_with_the_reason(desk: Desk) -> None:
    """It does not wait: a consent given long ago is no consent for the day it is on again. Then
    it can be approved anew."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    on, now = desk.accounts, desk.now
    switch_off(desk)
    await desk.work()
    post = await desk.post(draft)
    assert (post.state, str(post.reason)) == (PostState.FAILED, OFF)
    assert str(post.remedy) == "Ask your administrator."
    assert await is_untouched(desk)
    desk.accounts, desk.now = on, now + timedelta(days=1)
    await desk.approve(post)
    await desk.work()
    assert await desk.state(draft) is PostState.PUBLISHED


async def test_what_was_measured_stays(desk: Desk) -> None:
    """Nothing is asked any more, the new figure says why it is unknown, and the old one counts."""
    post = await published(desk)
    desk.network.metrics = {"e0": {"reach": 10}}
    desk.now += STEPS[0]
    await desk.collector.collect()
    switch_off(desk)
    desk.now += STEPS[1]
    assert await desk.collector.collect() == 1
    assert await is_untouched(desk)
    async with desk.database.write() as transaction:
        told = [
            fact(ReachMeasured.model_validate_json(json.dumps(json.loads(row.event)["data"])))
            for row in await outbox.oldest(transaction, 1000)
            if row.topic == "reach.measured"
        ]
        assert [each.data.source for each in told][-1] == OFF
        await record_reach(transaction, told, desk.now)
        best = await figures.best_of_posts(transaction, [post.id], metric="reach")
    assert (best[post.id].tag, best[post.id].value) == ("measured", 10)


async def test_a_deletion_fails_with_the_reason(desk: Desk) -> None:
    """The person reads at once that it cannot be done here, instead of after a day of trying."""
    post = await published(desk)
    switch_off(desk)
    async with desk.database.write() as transaction:
        await ask_for_deletion(
            transaction, post_id=post.id, ambassador_id=post.ambassador_id, now=desk.now
        )
    desk.now += timedelta(hours=1)
    deleter = PostDeleter(database=desk.database, accounts=desk.accounts, clock=lambda: desk.now)
    assert await deleter.delete_due() == 1
    async with desk.database.read() as transaction:
        asked = (await deletions.of_posts(transaction, [post.id]))[post.id]
    assert (asked.state, str(asked.reason)) == (DeletionState.FAILED, OFF)
    assert await is_untouched(desk)


async def test_a_standing_consent_leaves_its_drafts_to_the_person(desk: Desk) -> None:
    """A draft for it is not approved by itself, and not looked at again."""
    (draft,) = await desk.prepare()
    async with desk.database.write() as transaction:
        await choose_pace.give_consent(
            transaction, ambassador_id=draft.ambassador_id, now=draft.created_at
        )
    looked = [
        await approve_by_standing_consent(
            desk.database, Pace(), clock=lambda: desk.now, networks={"x": OURS["x"]}
        )
        for _ in range(2)
    ]
    assert looked == [1, 0]
    assert await desk.state(draft) is PostState.READY


async def test_no_one_is_asked_to_renew_a_connection_to_it(desk: Desk) -> None:
    """Its end is no loss, and where it could be renewed there is nothing."""
    mailbox = Mailbox()
    await desk.prepare(expires_at=desk.now + timedelta(days=1))
    assert await warnings(desk, mailbox, networks=("x",)).warn() == 0
    assert mailbox.messages == []
    assert await warnings(desk, mailbox).warn() == 1


@pytest.mark.parametrize(
    ("offered", "written"),
    [
        (("linkedin", "x"), {"linkedin", "x"}),
        (("x",), {"x"}),
        (("mastodon",), {"mastodon"}),
        ((), set()),
    ],
)
async def test_drafts_are_written_for_what_is_offered(
    desk: Desk, offered: tuple[str, ...], written: set[str]
) -> None:
    """Not for a network that is off, although people are connected to it; who has no other is
    given a text to share by hand for the first that is offered."""
    connected, other = ambassador(1), ambassador(2)
    writer = DraftWriter(
        CurrentTemplates(our_templates(), {name: OURS[name] for name in offered}),
        short_link=lambda code: f"https://go.example.org/{code}",
    )
    async with desk.database.write() as transaction:
        await organise(transaction, [connected, other], [])
        for network in ("linkedin", "x"):
            await connections.save(transaction, connection(connected, network))
        started = await start_campaigns(transaction, [fact(story())], desk.now)
        asked = [
            fact(ShareRequested.model_validate(each.event.data))
            for each in started
            if each.event.type == "share.requested"
        ]
        assert [len(each.data.asked) for each in asked] == [2]
        await writer.write_drafts(transaction, asked, desk.now)
        found = await posts.in_state(transaction, PostState.READY)
    assert {(post.ambassador_id, post.network) for post in found} == {
        *((connected.id, network) for network in written),
        *((other.id, network) for network in offered[:1]),
    }
