"""A person chooses the pace of their posts: caps, hours, pauses, and a standing consent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from services.campaigns.store import campaigns
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import Rejected
from services.message import message
from services.people.rules.ambassador import CONSENT_LASTS, HIGHEST_CAP, SharingPreferences
from services.people.store import sharing_preferences
from services.posts import decide
from services.posts.schedule import plan_anew, take_person_turn, take_turns_to_plan
from services.posts.store import posts
from services.scheduling import Pace, WorkingHours


async def choose(
    transaction: Transaction,
    *,
    ambassador_id: str,
    weekly_cap: int | None,
    hours: WorkingHours | None,
    now: datetime,
) -> SharingPreferences:
    """Choose a cap and hours of one's own; None is the organisation's.

    What is planned already keeps its time. Raises Rejected for a cap that is out of bounds.
    """
    if weekly_cap is not None and not 1 <= weekly_cap <= HIGHEST_CAP:
        raise Rejected(
            message(
                "pace.no-such-maximum",
                "a maximum of {number} posts cannot be chosen",
                number=weekly_cap,
            ),
            remedy=message(
                "do.choose-maximum", "Choose from 1 to {most}, or pause.", most=HIGHEST_CAP
            ),
        )
    chosen = await sharing_preferences.get(transaction, ambassador_id)
    chosen = replace(chosen, weekly_cap=weekly_cap, hours=hours)
    return await _keep(
        transaction,
        chosen,
        "pace.chosen",
        now,
        weekly_cap=weekly_cap,
        own_hours=hours is not None,
    )


async def pause(
    transaction: Transaction,
    pace: Pace,
    *,
    ambassador_id: str,
    until: datetime | None,
    now: datetime,
) -> SharingPreferences:
    """Send nothing ``until`` then, or until further notice.

    What is planned for before then gets another good time. Raises Rejected for a past moment.
    """
    if until is not None and until <= now:
        raise Rejected(
            message("pace.pause-over", "the pause would be over already"),
            remedy=message("do.choose-later-day", "Choose a later day."),
        )
    planned = []
    if until is not None:
        planned = await take_turns_to_plan(transaction, ambassador_id, before=until)
    chosen = await sharing_preferences.get(transaction, ambassador_id)
    chosen = replace(chosen, paused_at=now, paused_until=until)
    day = until and until.isoformat()
    await _keep(transaction, chosen, "pause.begun", now, until=day)
    await plan_anew(transaction, pace, planned, reason="you paused sharing", now=now)
    return chosen


async def resume(
    transaction: Transaction, pace: Pace, *, ambassador_id: str, now: datetime
) -> SharingPreferences:
    """End the pause. What would have gone out meanwhile gets a good time instead of going now."""
    overdue = await take_turns_to_plan(transaction, ambassador_id, before=now)
    chosen = await sharing_preferences.get(transaction, ambassador_id)
    chosen = replace(chosen, paused_at=None, paused_until=None)
    await _keep(transaction, chosen, "pause.ended", now)
    await plan_anew(transaction, pace, overdue, reason="your pause has ended", now=now)
    return chosen


async def give_consent(
    transaction: Transaction, *, ambassador_id: str, now: datetime
) -> SharingPreferences:
    """Let drafts be approved without a tap for 90 days, from now on; or renew that.

    Drafts that already waited are not covered, unless a consent covered them before.
    """
    chosen = await sharing_preferences.get(transaction, ambassador_id)
    given_at = chosen.consent_given_at if chosen.is_automatic(now) else now
    until = now + CONSENT_LASTS
    chosen = replace(
        chosen, consent_given_at=given_at, consent_until=until, consent_warned_days=None
    )
    return await _keep(transaction, chosen, "consent.given", now, until=until.isoformat())


async def withdraw_consent(
    transaction: Transaction, *, ambassador_id: str, now: datetime
) -> SharingPreferences:
    """Every post by tap again; what was approved without one and not sent waits for a tap."""
    await take_person_turn(transaction, ambassador_id)
    chosen = await sharing_preferences.get(transaction, ambassador_id)
    chosen = replace(chosen, consent_given_at=None, consent_until=None)
    await _keep(transaction, chosen, "consent.withdrawn", now)
    planned = await posts.planned_of_person(transaction, ambassador_id)
    unasked = [post for post in planned if post.consent == "standing"]
    for campaign_id in sorted({post.campaign_id for post in unasked}):
        await campaigns.stays_open(transaction, campaign_id)
    for post in await posts.hold_planned(transaction, unasked):
        await decide.take_back(transaction, post_id=post.id, ambassador_id=ambassador_id, now=now)
    return chosen


async def _keep(
    transaction: Transaction, chosen: SharingPreferences, action: str, now: datetime, **detail: Any
) -> SharingPreferences:
    await sharing_preferences.save(transaction, chosen)
    who = chosen.ambassador_id
    await record(transaction, action, who, actor=who, now=now, **detail)
    return chosen
