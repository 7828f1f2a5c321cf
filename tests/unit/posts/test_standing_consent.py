"""A standing consent: given for 90 days, named in the audit, and withdrawn as easily."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.accounts.store import connections
from services.database import audit
from services.people.rules.ambassador import (
    CONSENT_LASTS,
    CONSENT_NOTICE,
    CONSENT_WARNING,
    SharingPreferences,
)
from services.people.store import sharing_preferences
from services.post import Post, PostState, text_sha256
from services.posts import choose_pace, decide
from services.posts.choose_pace import approve_by_standing_consent
from services.posts.store import posts
from services.posts.store.posts import NewPost
from services.scheduling import Pace
from tests.builders import ambassador, campaign, draft, organise, story
from tests.unit.conftest import Desk

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PACE = Pace(weekly_cap=0, stagger=timedelta())


async def give(desk: Desk, person: str) -> SharingPreferences:
    async with desk.database.write() as transaction:
        return await choose_pace.give_consent(transaction, ambassador_id=person, now=desk.now)


async def withdraw(desk: Desk, person: str) -> None:
    async with desk.database.write() as transaction:
        await choose_pace.withdraw_consent(transaction, ambassador_id=person, now=desk.now)


async def write(desk: Desk, number: int = 1) -> Post:
    """A fresh draft for the first ambassador, written now."""
    about = campaign(story(f"fresh-{number}"))
    person = ambassador(1)
    async with desk.database.write() as transaction:
        await organise(transaction, [], [about])
        post = draft(about, person, created_at=desk.now)
        await posts.add(transaction, [NewPost(post=post, recipe={})])
    return post


async def look(desk: Desk) -> int:
    return await approve_by_standing_consent(desk.database, PACE, clock=lambda: desk.now)


async def test_without_a_consent_every_post_waits_for_a_tap(desk: Desk) -> None:
    """The default is that nothing is approved by itself."""
    (waiting,) = await desk.prepare()
    assert await look(desk) == 0
    assert await desk.state(waiting) is PostState.READY


async def test_a_draft_is_approved_with_the_consent_named(desk: Desk) -> None:
    """Only one written since; its person has an hour to take it back; the audit says all of it."""
    (old,) = await desk.prepare()
    desk.now += HOUR
    chosen = await give(desk, old.ambassador_id)
    fresh = await write(desk)
    assert await look(desk) == 1
    assert await desk.state(old) is PostState.READY
    post = await desk.post(fresh)
    assert (post.state, post.consent) == (PostState.APPROVED, "standing")
    assert post.publish_at is not None
    assert post.publish_at >= desk.now + CONSENT_NOTICE
    async with desk.database.read() as transaction:
        (entry,) = await audit.of(transaction, fresh.id)
    assert chosen.consent_given_at is not None
    assert chosen.consent_until is not None
    assert entry.detail == {
        "sha256": text_sha256(fresh.text),
        "consent": "standing",
        "given_at": chosen.consent_given_at.isoformat(),
        "until": chosen.consent_until.isoformat(),
    }
    desk.now = post.publish_at
    await desk.work()
    assert await desk.state(fresh) is PostState.PUBLISHED


async def test_what_its_person_touched_waits_for_a_tap(desk: Desk) -> None:
    """A draft that was edited or taken back is theirs to approve."""
    (old,) = await desk.prepare()
    person = old.ambassador_id
    await give(desk, person)
    edited, taken_back = await write(desk, 1), await write(desk, 2)
    async with desk.database.write() as transaction:
        await decide.edit(
            transaction, post_id=edited.id, ambassador_id=person, text="Mine.", now=desk.now
        )
    await look(desk)
    async with desk.database.write() as transaction:
        await decide.take_back(
            transaction, post_id=taken_back.id, ambassador_id=person, now=desk.now
        )
    assert await look(desk) == 0
    for post in (edited, taken_back):
        assert await desk.state(post) is PostState.READY


async def test_a_consent_ends_after_ninety_days_unless_renewed(desk: Desk) -> None:
    """Renewing covers what was covered; before the end it warns; at the end every post waits."""
    (old,) = await desk.prepare()
    person, began = old.ambassador_id, desk.now
    await give(desk, person)
    await look(desk)
    desk.now = began + CONSENT_LASTS - CONSENT_WARNING
    assert (await preferences(desk, person)).consent_ends_soon(desk.now)
    renewed = await give(desk, person)
    assert not renewed.consent_ends_soon(desk.now)
    assert (renewed.consent_given_at, renewed.consent_until) == (began, desk.now + CONSENT_LASTS)
    desk.now += CONSENT_LASTS
    late = await write(desk)
    assert await look(desk) == 0
    assert await desk.state(late) is PostState.READY
    assert (await give(desk, person)).consent_given_at == desk.now, "a new one, not a renewal"


async def test_a_post_that_would_go_out_after_the_end_waits_for_a_tap(desk: Desk) -> None:
    """A consent does not reach beyond itself."""
    (old,) = await desk.prepare()
    await give(desk, old.ambassador_id)
    desk.now += CONSENT_LASTS - CONSENT_NOTICE
    late = await write(desk)
    await look(desk)
    assert await desk.state(late) is PostState.READY
    assert await look(desk) == 0


async def test_withdrawing_takes_back_what_was_not_sent(desk: Desk) -> None:
    """What rests on a tap stays; what rested on the consent waits for one."""
    (tapped,) = await desk.prepare()
    await desk.approve(tapped)
    await give(desk, tapped.ambassador_id)
    automatic = await write(desk)
    await look(desk)
    await withdraw(desk, tapped.ambassador_id)
    assert await desk.state(tapped) is PostState.APPROVED
    assert await desk.state(automatic) is PostState.READY
    assert await look(desk) == 0
    assert (await desk.actions(tapped.ambassador_id)) == ["consent.given", "consent.withdrawn"]


async def test_a_paused_or_unconnected_person_is_not_approved_for(desk: Desk) -> None:
    """Until they are back, their drafts wait."""
    (old,) = await desk.prepare()
    person = old.ambassador_id
    await give(desk, person)
    fresh = await write(desk)
    async with desk.database.write() as transaction:
        await choose_pace.pause(
            transaction, PACE, ambassador_id=person, until=desk.now + DAY, now=desk.now
        )
    assert await look(desk) == 0
    desk.now += DAY
    async with desk.database.write() as transaction:
        await connections.remove(transaction, person, "linkedin")
    assert await look(desk) == 0
    assert await desk.state(fresh) is PostState.READY


async def preferences(desk: Desk, person: str) -> SharingPreferences:
    async with desk.database.read() as transaction:
        return await sharing_preferences.get(transaction, person)


def test_a_pause_has_a_first_and_a_last_moment() -> None:
    """A pause has its first and its last moment, and one without an end goes on."""
    begin = datetime.fromisoformat("2026-11-24T09:00+00:00")
    chosen = SharingPreferences(ambassador_id="a", paused_at=begin, paused_until=begin + DAY)
    assert [chosen.is_paused(begin + DAY * days) for days in (-1, 0, 1)] == [False, True, False]
    assert SharingPreferences(ambassador_id="a", paused_at=begin).is_paused(begin + 999 * DAY)
