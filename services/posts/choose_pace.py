"""A person chooses the pace of their posts: caps, hours, pauses, and a standing consent, by which drafts are
approved until it ends by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from services.accounts.rules import OURS
from services.campaigns.store import campaigns
from services.database.engine import Database
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import NeedsPerson, Rejected
from services.message import message
from services.people.rules.ambassador import (
    CONSENT_LASTS,
    CONSENT_NOTICE,
    HIGHEST_CAP,
    SharingPreferences,
)
from services.people.store import sharing_preferences
from services.ports import PostRules
from services.post import Post
from services.posts import decide
from services.posts.own_post import check_open
from services.posts.schedule import personal_pace, plan_anew, take_person_turn, take_turns_to_plan
from services.posts.store import posts
from services.scheduling import Pace, WorkingHours, good_time


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


_log = structlog.get_logger("consent")

_BATCH = 50


async def approve_by_standing_consent(
    database: Database,
    pace: Pace,
    *,
    clock: Callable[[], datetime],
    networks: Mapping[str, PostRules] = OURS,
) -> int:
    """Approve a batch of covered drafts, each at a good time; returns how many were looked at.

    The person has at least an hour to take each back. A draft that would go out after the consent
    has ended, or that cannot be approved as it is, is left to a tap.
    """
    now = clock()
    async with database.read() as transaction:
        covered = await sharing_preferences.drafts_under_consent(transaction, now=now, limit=_BATCH)
    for post_id, chosen in covered:
        async with database.write() as transaction:
            post = await posts.get(transaction, post_id)
            if post is not None:
                await _approve(transaction, pace, post, chosen, now=now, networks=networks)
    return len(covered)


async def _approve(
    transaction: Transaction,
    pace: Pace,
    post: Post,
    seen: SharingPreferences,
    *,
    now: datetime,
    networks: Mapping[str, PostRules],
) -> None:
    try:
        chosen, personal = await personal_pace(transaction, pace, post, now=now)
        if chosen != seen or chosen.consent_until is None:
            return  # changed meanwhile: the next look decides
        await check_open(transaction, post)  # locks the campaign, which comes before posts
        if not await sharing_preferences.stays_untouched(transaction, post.id):
            return  # its person edits it just now
        publish_at = good_time(now + CONSENT_NOTICE, personal, post_id=post.id)
        if publish_at >= chosen.consent_until:
            await posts.leave_to_tap(transaction, post.id)
            return
        await decide.approve(
            transaction,
            post,
            text=post.text,
            now=now,
            publish_at=publish_at,
            standing=chosen,
            networks=networks,
        )
    except (Rejected, NeedsPerson) as refusal:
        _log.info("left to its person", post=post.id, reason=str(refusal))
        await posts.leave_to_tap(transaction, post.id)
