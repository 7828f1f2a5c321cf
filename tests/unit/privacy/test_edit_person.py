"""Somebody left: access ends at once, nothing more is sent, and a deletion stays one."""

from __future__ import annotations

import pytest

from services.accounts.store import connections
from services.campaigns.rules.selection import Invitation
from services.campaigns.start_campaign import start_campaigns
from services.campaigns.store import audience, campaigns
from services.database import audit, outbox
from services.database.engine import Database
from services.errors import Rejected, RetryLater
from services.events.outgoing import ShareRequested
from services.message import said
from services.people.sign_in import begin_session, make_link, whose_link, whose_session
from services.people.store import people, sharing_preferences
from services.post import PostState
from services.posts import choose_pace
from services.posts.store import posts
from services.posts.write_drafts import DraftWriter
from services.privacy import edit_person
from services.voice.current_templates import CurrentTemplates
from tests.builders import NOW, ambassador, campaign, fact, organise, our_templates, story
from tests.unit.conftest import Desk

ADMIN = "the administrator's id"
ANNA = ambassador(1)


async def _deactivate(desk: Desk) -> tuple[str, ...]:
    return await edit_person.deactivate(
        desk.database, desk.accounts, ANNA.id, actor=ADMIN, now=desk.now
    )


async def _delete(desk: Desk) -> tuple[str, ...]:
    return await edit_person.delete(
        desk.database, desk.accounts, ANNA.id, actor=ADMIN, now=desk.now
    )


async def test_deactivating_ends_access_at_once(desk: Desk) -> None:
    """Sessions and links work no more, and new links neither, until the person is active again."""
    await desk.prepare()
    async with desk.database.write() as transaction:
        session = await begin_session(transaction, ANNA.id, now=NOW)
        old = (await make_link(transaction, ANNA.id, base_url="", now=NOW)).rpartition("/")[2]
    await _deactivate(desk)
    async with desk.database.write() as transaction:
        new = (await make_link(transaction, ANNA.id, base_url="", now=NOW)).rpartition("/")[2]
        assert await whose_session(transaction, session, now=NOW) is None
        for link in (old, new):
            assert await whose_link(transaction, link, now=NOW) is None
        await edit_person.reactivate(transaction, ANNA.id, actor=ADMIN, now=NOW)
        assert await whose_session(transaction, session, now=NOW) is None
        assert await whose_link(transaction, new, now=NOW) is not None
    assert await desk.actions(ANNA.id) == [
        "person.deactivated",
        "person.signed_out",
        "account.disconnected",
        "account.revoked",
        "person.reactivated",
    ]


async def test_deactivating_sends_nothing_more(desk: Desk) -> None:
    """Drafts and planned posts are cancelled and stated, tokens withdrawn, consent ended."""
    waiting, planned = await desk.prepare(stories=2)
    await desk.approve(planned)
    async with desk.database.write() as transaction:
        await choose_pace.give_consent(transaction, ambassador_id=ANNA.id, now=NOW)
    assert await _deactivate(desk) == ()
    assert await desk.state(waiting) is PostState.CANCELLED
    assert await desk.state(planned) is PostState.CANCELLED
    assert desk.network.revoked == ["a0"]
    assert await desk.work() == 0
    assert (await desk.events()).count("post.cancelled") == 2
    async with desk.database.read() as transaction:
        assert await connections.networks_of(transaction, [ANNA.id]) == {}
        assert await people.all_ambassadors(transaction) == []
        chosen = await sharing_preferences.get(transaction, ANNA.id)
    assert not chosen.is_automatic(NOW)


async def test_who_was_only_proposed_is_not_asked(database: Database, desk: Desk) -> None:
    """A list that waits for its launch names the person no more."""
    about = campaign(story(), state="prepared")
    async with database.write() as transaction:
        await organise(transaction, [ANNA])
        await campaigns.add(transaction, about)
        invitation = Invitation(ambassador_id=ANNA.id, rank=0, score=1, reason="same team")
        await audience.invite(transaction, about.id, [invitation], asked_at=None)
    await _deactivate(desk)
    async with database.read() as transaction:
        assert not await audience.is_listed(transaction, about.id, ANNA.id)


async def test_a_network_that_is_away_is_named(desk: Desk) -> None:
    """Tokens go here at once; where the network does not hear of it, the administrator does."""
    await desk.prepare()
    desk.network.revoking = [RetryLater(said("away"))]
    assert await _deactivate(desk) == ("linkedin",)
    async with desk.database.read() as transaction:
        assert await connections.networks_of(transaction, [ANNA.id]) == {}
        entries = await audit.of(transaction, ANNA.id)
    assert {entry.actor for entry in entries} == {ADMIN}


async def test_a_deletion_waits_for_a_post_under_way(desk: Desk) -> None:
    """While a post is being published the deletion is refused, with access ended already."""
    (draft,) = await desk.prepare()
    await desk.approve(draft)
    async with desk.database.write() as transaction:
        await posts.move(
            transaction, draft.id, before=PostState.APPROVED, after=PostState.PUBLISHING
        )
    with pytest.raises(Rejected, match="on its way"):
        await _delete(desk)
    async with desk.database.write() as transaction:
        person = await people.person(transaction, ANNA.id)
        await posts.move(
            transaction,
            draft.id,
            before=PostState.PUBLISHING,
            after=PostState.PUBLISHED,
            external_url="https://example.org/7",
        )
    assert person is not None
    assert person.deactivated_at is not None
    await _delete(desk)
    left = await desk.post(draft)
    assert (left.state, left.text, left.external_url) == (PostState.PUBLISHED, "", None)


async def test_a_deletion_is_not_undone_by_a_replay(database: Database, desk: Desk) -> None:
    """Every event of before, delivered again, brings back neither the person nor a text."""
    writer = DraftWriter(
        CurrentTemplates(our_templates()),
        short_link=lambda code: f"https://go.example.org/r/{code}",
    )
    told = fact(story())
    async with database.write() as transaction:
        await organise(transaction, [ANNA])
        started = await start_campaigns(transaction, [told], NOW)
        asked = [
            fact(ShareRequested.model_validate(each.event.data))
            for each in started
            if each.event.type == "share.requested"
        ]
        assert asked
        assert await writer.write_drafts(transaction, asked, NOW)
    await _delete(desk)
    async with database.write() as transaction:
        before = await posts.counts_by_state(transaction)
        await start_campaigns(transaction, [told], NOW)
        assert await writer.write_drafts(transaction, asked, NOW) == []
        assert await people.person(transaction, ANNA.id) is None
        assert await people.all_ambassadors(transaction) == []
        assert await posts.counts_by_state(transaction) == before == {"cancelled": 1}
        left = await posts.in_state(transaction, PostState.CANCELLED)
    assert [post.text for post in left] == [""]


async def test_the_audit_keeps_that_a_person_was_deleted(database: Database, desk: Desk) -> None:
    """Who deleted and when; of whom, nothing that leads to the person."""
    await desk.prepare()
    await _delete(desk)
    async with database.read() as transaction:
        kept = await audit.recent(transaction, kinds=["person"], limit=9)
        waiting = await outbox.oldest(transaction, 9)
    newest = kept[0].entry
    assert (newest.action, newest.actor, newest.detail) == ("person.deleted", ADMIN, {})
    assert {each.entry.subject for each in kept} == {newest.subject}
    assert newest.subject != ANNA.id
    assert [row.topic for row in waiting] == ["post.cancelled"]
    assert ANNA.id not in str(waiting)


async def test_administrators_cannot_remove_themselves(desk: Desk) -> None:
    """One administrator is always left, because only another one can take the place away."""
    await desk.prepare()
    for act in (edit_person.deactivate, edit_person.delete):
        with pytest.raises(Rejected, match="yourself"):
            await act(desk.database, desk.accounts, ANNA.id, actor=ANNA.id, now=NOW)
        with pytest.raises(Rejected, match="no such person"):
            await act(desk.database, desk.accounts, "nobody", actor=ADMIN, now=NOW)
