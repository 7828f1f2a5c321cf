"""What people chose about their posts' pace, their pauses and their standing consents, and which of
those are about to end.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import RowMapping

from services.accounts.rules import Ending
from services.database.engine import replace
from services.database.schema import campaigns, connections, people, posts, sharing_preferences
from services.database.transaction import Transaction
from services.people.rules.ambassador import SharingPreferences
from services.post import PostState
from services.scheduling import WorkingHours

_AS_THEY_ARE = (
    "paused_at",
    "paused_until",
    "consent_given_at",
    "consent_until",
    "consent_warned_days",
)
_TABLE = sharing_preferences


async def get(transaction: Transaction, ambassador_id: str) -> SharingPreferences:
    """Return one person's choices; without a row there are none."""
    found = await transaction.execute(
        sa.select(_TABLE).where(_TABLE.c.ambassador_id == ambassador_id)
    )
    row = found.mappings().first()
    return SharingPreferences(ambassador_id=ambassador_id) if row is None else _preferences(row)


async def save(transaction: Transaction, chosen: SharingPreferences) -> None:
    hours = chosen.hours
    row: dict[str, Any] = {
        "ambassador_id": chosen.ambassador_id,
        "weekly_cap": chosen.weekly_cap,
        "weekdays": None if hours is None else sorted(hours.weekdays),
        "work_starts": None if hours is None else hours.start.isoformat("minutes"),
        "work_ends": None if hours is None else hours.end.isoformat("minutes"),
    }
    await replace(
        transaction, _TABLE, [row | {name: getattr(chosen, name) for name in _AS_THEY_ARE}]
    )


async def drafts_under_consent(
    transaction: Transaction, *, now: datetime, limit: int
) -> list[tuple[str, SharingPreferences]]:
    """Drafts that a standing consent covers, oldest first, with whose consent it is.

    Those written since it was given, of an open campaign, for a connected account, while their
    person pauses nothing, and that the person neither edited nor took back.
    """
    rows = await transaction.execute(
        sa.select(posts.c.id, _TABLE)
        .join(_TABLE, _TABLE.c.ambassador_id == posts.c.ambassador_id)
        .join(campaigns, campaigns.c.id == posts.c.campaign_id)
        .join(
            connections,
            sa.and_(
                connections.c.ambassador_id == posts.c.ambassador_id,
                connections.c.network == posts.c.network,
                connections.c.needs_person == "",
            ),
        )
        .where(
            posts.c.state == PostState.READY.value,
            posts.c.by_tap_only.is_(sa.false()),
            # A person who was asked a question first has nothing to share yet.
            posts.c.text != "",
            posts.c.created_at >= _TABLE.c.consent_given_at,
            _TABLE.c.consent_until > now,
            campaigns.c.state == "open",
            sa.or_(_TABLE.c.paused_at.is_(None), sa.not_(is_paused(now))),
        )
        .order_by(posts.c.created_at, posts.c.id)
        .limit(limit)
    )
    return [(row["id"], _preferences(row)) for row in rows.mappings()]


async def stays_untouched(transaction: Transaction, post_id: str) -> bool:
    """Return whether its person left this draft alone; if so, it is locked until this transaction
    ends."""
    query = sa.select(posts.c.id).where(
        posts.c.id == post_id,
        posts.c.state == PostState.READY.value,
        posts.c.by_tap_only.is_(sa.false()),
    )
    return await transaction.scalar(query.with_for_update(key_share=True)) is not None


def is_paused(now: datetime) -> sa.ColumnElement[bool]:
    """The condition that a row with a pause is paused at ``now``."""
    return sa.and_(
        _TABLE.c.paused_at <= now,
        sa.or_(_TABLE.c.paused_until.is_(None), _TABLE.c.paused_until > now),
    )


def _preferences(row: RowMapping) -> SharingPreferences:
    hours = None
    if row["weekdays"] is not None:
        hours = WorkingHours(
            weekdays=frozenset(row["weekdays"]),
            start=time.fromisoformat(row["work_starts"]),
            end=time.fromisoformat(row["work_ends"]),
        )
    return SharingPreferences(
        ambassador_id=row["ambassador_id"],
        weekly_cap=row["weekly_cap"],
        hours=hours,
        **{name: row[name] for name in _AS_THEY_ARE},
    )


async def ending_consents(
    transaction: Transaction, *, after: datetime, before: datetime
) -> list[Ending]:
    """Consents that end in this time, soonest first."""
    rows = await transaction.execute(
        sa.select(
            _TABLE.c.ambassador_id,
            _TABLE.c.consent_until.label("expires_at"),
            _TABLE.c.consent_warned_days.label("warned_days"),
            people.c.email,
            people.c.name,
            people.c.language,
        )
        .join(people, people.c.id == _TABLE.c.ambassador_id)
        .where(_TABLE.c.consent_until > after, _TABLE.c.consent_until <= before)
        .order_by(_TABLE.c.consent_until, _TABLE.c.ambassador_id)
    )
    return [Ending(**row) for row in rows.mappings()]


async def set_warned(
    transaction: Transaction, consent: Ending, *, before: int | None, after: int | None
) -> bool:
    """Change the threshold of their last warning; False when it is not ``before`` any more."""
    changed = await transaction.execute(
        _TABLE.update()
        .where(
            _TABLE.c.ambassador_id == consent.ambassador_id,
            _TABLE.c.consent_until == consent.expires_at,
            _TABLE.c.consent_warned_days.is_not_distinct_from(before),
        )
        .values(consent_warned_days=after)
    )
    return bool(changed.rowcount)
