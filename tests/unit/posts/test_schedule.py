"""Approving for now or for a good time, under caps, distance and pauses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.database import outbox
from services.errors import Rejected
from services.post import Post, PostState
from services.posts import choose_pace, decide, schedule
from services.posts.schedule import When
from services.scheduling import Pace, WorkingHours
from tests.unit.conftest import Desk

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
PACE = Pace()


async def approve(desk: Desk, post: Post, when: When, pace: Pace = PACE) -> Post:
    async with desk.database.write() as transaction:
        return await schedule.approve(
            transaction,
            pace,
            post_id=post.id,
            ambassador_id=post.ambassador_id,
            text=post.text,
            when=when,
            now=desk.now,
        )


async def pause(desk: Desk, person: str, until: Any = None) -> None:
    async with desk.database.write() as transaction:
        await choose_pace.pause(transaction, PACE, ambassador_id=person, until=until, now=desk.now)


async def resume(desk: Desk, person: str) -> None:
    async with desk.database.write() as transaction:
        await choose_pace.resume(transaction, PACE, ambassador_id=person, now=desk.now)


async def test_now_goes_out_now_also_at_night(desk: Desk) -> None:
    """A tap on "now" is consent for now; working hours are for what waits."""
    (draft,) = await desk.prepare()
    desk.now = desk.now.replace(hour=2)
    post = await approve(desk, draft, When.NOW)
    assert post.publish_at == desk.now
    assert await desk.work() == 1


async def test_now_can_be_undone_for_a_moment(desk: Desk) -> None:
    """A post for now waits for the time to undo it: taken back it is never sent; if not, it is."""
    (draft,) = await desk.prepare()
    pace = replace(PACE, undo=timedelta(seconds=10))
    await approve(desk, draft, When.NOW, pace)
    desk.now += timedelta(seconds=9)
    assert await desk.work() == 0
    async with desk.database.write() as transaction:
        await decide.take_back(
            transaction, post_id=draft.id, ambassador_id=draft.ambassador_id, now=desk.now
        )
    desk.now += MINUTE
    assert await desk.work() == 0
    await approve(desk, draft, When.NOW, pace)
    desk.now += timedelta(seconds=10)
    assert await desk.work() == 1
    with pytest.raises(Rejected, match="on its way to linkedin already") as late:
        async with desk.database.write() as transaction:
            await decide.take_back(
                transaction, post_id=draft.id, ambassador_id=draft.ambassador_id, now=desk.now
            )
    assert str(late.value.remedy) == "Once it is there you can take it off again."


async def test_a_good_time_is_in_working_hours_of_the_person(desk: Desk) -> None:
    """Approved on a Friday night, the post goes out on Monday within hours, and not before."""
    (draft,) = await desk.prepare()
    desk.now = desk.now.replace(day=27, hour=20)
    post = await approve(desk, draft, When.GOOD_TIME)
    assert post.publish_at is not None
    local = post.publish_at.astimezone(AMSTERDAM)
    assert local.date().isoformat() == "2026-11-30"
    assert 9 <= local.hour < 17
    async with desk.database.read() as transaction:
        (row,) = await outbox.oldest(transaction, 9)
    said = json.loads(row.event)["data"]
    assert said["publish_at"] == post.publish_at.isoformat().replace("+00:00", "Z")
    assert await desk.work() == 0
    desk.now = post.publish_at
    assert await desk.work() == 1


@pytest.mark.parametrize(
    ("holidays", "day"), [("", "2026-12-28"), ("GR", "2026-12-28"), ("TR", "2026-12-25")]
)
async def test_a_good_time_is_no_holiday_of_the_person(desk: Desk, holidays: str, day: str) -> None:
    """Of the country of their time zone, or of the one that the organisation names."""
    (draft,) = await desk.prepare()
    desk.now = desk.now.replace(month=12, day=24, hour=20)
    post = await approve(desk, draft, When.GOOD_TIME, replace(PACE, holidays=holidays))
    assert post.publish_at is not None
    assert post.publish_at.astimezone(AMSTERDAM).date().isoformat() == day


async def test_the_third_post_of_a_week_waits_for_the_next(desk: Desk) -> None:
    """ "Now" is refused with what to do instead; a good time is a week after the first."""
    drafts = await desk.prepare(stories=3)
    for draft in drafts[:2]:
        await approve(desk, draft, When.NOW)
        await desk.work()
    with pytest.raises(Rejected, match="maximum of 2 posts") as refusal:
        await approve(desk, drafts[2], When.NOW)
    assert "good time" in str(refusal.value.remedy)
    assert await desk.state(drafts[2]) is PostState.READY
    later = await approve(desk, drafts[2], When.GOOD_TIME)
    assert later.publish_at is not None
    assert later.publish_at >= desk.now + timedelta(days=7)


@pytest.mark.parametrize(("cap", "allowed"), [(1, 1), (3, 3)])
async def test_a_person_chooses_their_own_cap(desk: Desk, cap: int, allowed: int) -> None:
    """Lower or higher than the organisation's, within bounds."""
    drafts = await desk.prepare(stories=4)
    person = drafts[0].ambassador_id
    async with desk.database.write() as transaction:
        for wrong in (0, 15):
            with pytest.raises(Rejected):
                await choose_pace.choose(
                    transaction, ambassador_id=person, weekly_cap=wrong, hours=None, now=desk.now
                )
        await choose_pace.choose(
            transaction, ambassador_id=person, weekly_cap=cap, hours=None, now=desk.now
        )
    for draft in drafts[:allowed]:
        await approve(desk, draft, When.NOW)
    with pytest.raises(Rejected, match=f"maximum of {cap} posts"):
        await approve(desk, drafts[allowed], When.NOW)


async def test_no_cap_is_no_cap(desk: Desk) -> None:
    """An organisation that sets 0, such as a demo, asks no one to wait."""
    for draft in await desk.prepare(stories=5):
        await approve(desk, draft, When.NOW, Pace(weekly_cap=0, stagger=timedelta()))
    while await desk.work():
        pass
    assert len(desk.network.posts) == 5


async def test_a_person_works_at_their_own_hours(desk: Desk) -> None:
    """Good times keep to them."""
    (draft,) = await desk.prepare()
    async with desk.database.write() as transaction:
        await choose_pace.choose(
            transaction,
            ambassador_id=draft.ambassador_id,
            weekly_cap=None,
            hours=WorkingHours.parse("sat 20:00-22:00"),
            now=desk.now,
        )
    post = await approve(desk, draft, When.GOOD_TIME)
    assert post.publish_at is not None
    local = post.publish_at.astimezone(AMSTERDAM)
    assert (local.strftime("%A"), local.hour in (20, 21)) == ("Saturday", True)


async def test_colleagues_do_not_speak_in_chorus(desk: Desk) -> None:
    """Ten people who tap at once go out ten minutes apart, each post of another story at once."""
    drafts = await desk.prepare(people=10, stories=2)
    one, other = drafts[:10], drafts[10]
    moments = []
    for draft in one:
        post = await approve(desk, draft, When.NOW)
        moments.append(post.publish_at)
    assert moments == [desk.now + 10 * MINUTE * place for place in range(10)]
    assert (await approve(desk, other, When.NOW)).publish_at == desk.now


async def test_a_paused_person_sends_nothing(desk: Desk) -> None:
    """Until the day they chose: what was planned goes out afterwards, at a good time."""
    drafts = await desk.prepare(stories=2)
    person = drafts[0].ambassador_id
    await approve(desk, drafts[0], When.NOW)
    until = desk.now + 3 * DAY
    await pause(desk, person, until)
    assert await desk.work() == 0
    with pytest.raises(Rejected, match="paused"):
        await approve(desk, drafts[1], When.NOW)
    later = await approve(desk, drafts[1], When.GOOD_TIME)
    for post in (await desk.post(drafts[0]), later):
        assert post.publish_at is not None
        assert post.publish_at >= until
    desk.now = until + 2 * DAY
    while await desk.work():
        pass
    assert len(desk.network.posts) == 2


async def test_a_pause_until_further_notice_ends_by_hand(desk: Desk) -> None:
    """What is overdue then goes out at a good time, not in a burst at night."""
    drafts = await desk.prepare(stories=2)
    person = drafts[0].ambassador_id
    await approve(desk, drafts[0], When.NOW)
    await pause(desk, person)
    with pytest.raises(Rejected, match="paused"):
        await approve(desk, drafts[1], When.GOOD_TIME)
    desk.now = (desk.now + 40 * DAY).replace(hour=23)
    assert await desk.work() == 0
    await resume(desk, person)
    assert await desk.work() == 0
    planned = (await desk.post(drafts[0])).publish_at
    assert planned is not None
    assert WorkingHours().contain(planned, AMSTERDAM)
    assert await desk.actions(person) == ["pause.begun", "pause.ended"]
    assert await desk.actions(drafts[0].id) == ["post.approved", "post.postponed"]
    assert await desk.events() == ["post.approved", "post.postponed"]


async def test_a_pause_that_would_be_over_is_refused(desk: Desk) -> None:
    """A day in the past is a mistake, and pauses nothing."""
    (draft,) = await desk.prepare()
    with pytest.raises(Rejected):
        await pause(desk, draft.ambassador_id, desk.now)
