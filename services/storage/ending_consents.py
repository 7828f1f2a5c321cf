"""Standing consents that are about to end, and whom to tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.storage.schema import people, sharing_preferences
from services.storage.transaction import Transaction

_TABLE = sharing_preferences


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingConsent:
    """``warned_days`` is the last threshold (days before the end) they were told at."""

    ambassador_id: str
    expires_at: datetime
    warned_days: int | None
    email: str
    name: str
    language: str


async def ending(
    transaction: Transaction, *, after: datetime, before: datetime
) -> Sequence[EndingConsent]:
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
    return [EndingConsent(**row) for row in rows.mappings()]


async def set_warned(
    transaction: Transaction, consent: EndingConsent, *, before: int | None, after: int | None
) -> bool:
    """Change the threshold they were told at; False when it is not ``before`` any more."""
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
