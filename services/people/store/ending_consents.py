"""Standing consents that are about to end, and whom to tell."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from services.accounts.rules.expiry import Ending
from services.database.schema import people, sharing_preferences
from services.database.transaction import Transaction

_TABLE = sharing_preferences


async def ending(transaction: Transaction, *, after: datetime, before: datetime) -> list[Ending]:
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
