"""Approve drafts for people who gave a standing consent; it ends by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from services.accounts.rules.network_rules import OURS
from services.database.engine import Database
from services.database.transaction import Transaction
from services.errors import NeedsPerson, Rejected
from services.people.rules.ambassador import CONSENT_NOTICE, SharingPreferences
from services.people.store import sharing_preferences
from services.ports import PostRules
from services.post import Post
from services.posts import decide
from services.posts.own_post import check_open
from services.posts.schedule import personal_pace
from services.posts.store import posts
from services.scheduling import Pace, good_time

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
        personal = await personal_pace(transaction, pace, post, now=now)
        chosen = await sharing_preferences.get(transaction, post.ambassador_id)
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
