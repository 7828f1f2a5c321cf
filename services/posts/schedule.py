"""When an approved post goes out: now, by an express tap, or at a good time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from services.accounts.rules import OURS
from services.database.engine import take_turns
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import Rejected
from services.events.outgoing import PostPostponed
from services.events.statement import state
from services.message import message
from services.people.rules.ambassador import Ambassador, SharingPreferences
from services.people.store import people, sharing_preferences
from services.ports import PostRules
from services.post import Post
from services.posts import decide
from services.posts.own_post import own_post
from services.posts.store import posts
from services.scheduling import (
    WEEK,
    Pace,
    PersonalPace,
    country_of,
    first_slot,
    goes_out_now,
    good_time,
    zone_of,
)


class When(StrEnum):
    """What a person chooses with the approval."""

    NOW = "now"
    GOOD_TIME = "good_time"


async def approve(
    transaction: Transaction,
    pace: Pace,
    *,
    post_id: str,
    ambassador_id: str,
    text: str,
    when: When,
    now: datetime,
    shown: datetime | None = None,
    networks: Mapping[str, PostRules] = OURS,
) -> Post:
    """Approve ``text`` to go out now, or at the first good time that every rule of pace allows.

    ``shown`` is the good time that the person read on the button: it is kept while the rules still
    allow it. ``publish_at`` of the result is when. Raises Rejected when the person pauses or, for now, when
    their cap is reached; otherwise as `decide.approve`.
    """
    post = await own_post(transaction, post_id, ambassador_id)
    chosen, personal = await personal_pace(transaction, pace, post, now=now)
    if chosen.is_paused(now) and (when is When.NOW or chosen.paused_until is None):
        raise Rejected(
            message("pace.paused", "you paused sharing"),
            remedy=message("do.end-pause", "End the pause on your profile first."),
        )
    if when is When.GOOD_TIME:
        publish_at = _as_shown(shown, personal, now=now) or good_time(
            now, personal, post_id=post.id
        )
    else:
        soonest = goes_out_now(now, personal)
        if soonest is None:
            raise Rejected(
                message(
                    "pace.maximum-reached",
                    "you reached your maximum of {cap} posts in seven days",
                    cap=personal.weekly_cap,
                ),
                remedy=message(
                    "do.choose-good-time",
                    "Choose a good time: then it goes out as soon as there is room.",
                ),
            )
        publish_at = soonest
    return await decide.approve(
        transaction, post, text=text, now=now, publish_at=publish_at, networks=networks
    )


async def foresee(
    transaction: Transaction,
    pace: Pace,
    post: Post,
    person: Ambassador,
    chosen: SharingPreferences,
    *,
    now: datetime,
) -> datetime | None:
    """Return when this post of ``person`` would go out at a good time; None while its person pauses without an end.

    Nothing is locked, so another post may take that place; `approve` decides again.
    """
    if chosen.is_paused(now) and chosen.paused_until is None:
        return None
    personal = await _read_pace(transaction, pace, post, person, chosen, now=now)
    return good_time(now, personal, post_id=post.id)


#: A button that was shown is not believed about times further ahead.
_FORESEEN = timedelta(days=60)


def _as_shown(shown: datetime | None, personal: PersonalPace, *, now: datetime) -> datetime | None:
    if shown is None or not now + personal.undo <= shown <= now + _FORESEEN:
        return None
    return first_slot(shown, personal)


async def personal_pace(
    transaction: Transaction, pace: Pace, post: Post, *, now: datetime
) -> tuple[SharingPreferences, PersonalPace]:
    """Return what its person chose, and the rules for this post. Planning for the same person, or for the same campaign on the
    same network, waits until this transaction ends. Raises Rejected for a person who is no ambassador."""
    await take_person_turn(transaction, post.ambassador_id)
    await take_turns(transaction, "pace", post.campaign_id, post.network)
    chosen = await sharing_preferences.get(transaction, post.ambassador_id)
    found = await people.ambassadors_by_id(transaction, [post.ambassador_id])
    if post.ambassador_id not in found:
        raise Rejected(
            message("person.no-ambassador", "you are not an ambassador yet"),
            remedy=message("do.tell-administrator", "Tell your administrator."),
        )
    person = found[post.ambassador_id]
    return chosen, await _read_pace(transaction, pace, post, person, chosen, now=now)


async def _read_pace(
    transaction: Transaction,
    pace: Pace,
    post: Post,
    person: Ambassador,
    chosen: SharingPreferences,
    *,
    now: datetime,
) -> PersonalPace:
    return PersonalPace(
        weekly_cap=pace.weekly_cap if chosen.weekly_cap is None else chosen.weekly_cap,
        stagger=pace.stagger,
        undo=pace.undo,
        hours=chosen.hours or pace.hours,
        zone=zone_of(person.timezone),
        country=pace.holidays or country_of(person.timezone),
        own=await posts.moments_of_person(
            transaction, post.ambassador_id, since=now - WEEK, besides=post.id
        ),
        colleagues=await posts.moments_of_campaign(transaction, post, since=now - pace.stagger),
        not_before=chosen.paused_until if chosen.is_paused(now) else None,
    )


async def take_person_turn(transaction: Transaction, ambassador_id: str) -> None:
    """Lock planning and approving for this person until this transaction ends."""
    await take_turns(transaction, "pace", ambassador_id)


async def take_turns_to_plan(
    transaction: Transaction, ambassador_id: str, *, before: datetime
) -> list[Post]:
    """Lock and return what this person has planned ``before`` a time, for `plan_anew`."""
    await take_person_turn(transaction, ambassador_id)
    planned = await posts.planned_of_person(transaction, ambassador_id, before=before)
    for series in sorted({(post.campaign_id, post.network) for post in planned}):
        await take_turns(transaction, "pace", *series)
    return planned


async def plan_anew(
    transaction: Transaction, pace: Pace, planned: Sequence[Post], *, reason: str, now: datetime
) -> None:
    """Give approved posts another good time, for ``reason``; they keep their approval."""
    for post in await posts.hold_planned(transaction, planned):
        _, personal = await personal_pace(transaction, pace, post, now=now)
        publish_at = good_time(now, personal, post_id=post.id)
        await posts.plan(transaction, post.id, publish_at=publish_at)
        event = PostPostponed(**post.ids, reason=reason, publish_at=publish_at, postponed_at=now)
        await record(
            transaction,
            "post.postponed",
            post.id,
            state(event, at=now, cause=f"{reason} {now.isoformat()}"),
            actor="schedule",
            now=now,
            reason=reason,
            publish_at=publish_at.isoformat(),
        )
