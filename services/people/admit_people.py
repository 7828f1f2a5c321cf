"""The operator lets people in, and it is remembered: a table of ambassadors, or a sign-in link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.database.record import record
from services.database.transaction import Transaction
from services.people.rules.ambassador import Ambassador
from services.people.sign_in import make_link
from services.people.store import people


async def admit_ambassadors(
    transaction: Transaction, ambassadors: Sequence[Ambassador], *, actor: str, now: datetime
) -> int:
    """Add them, or overwrite the profile of those that are there; returns how many were there."""
    updated = await people.save_ambassadors(transaction, ambassadors, now=now)
    detail = {"imported": len(ambassadors) - updated, "updated": updated}
    await record(transaction, "person.imported", "", actor=actor, now=now, **detail)
    return updated


async def admit_by_link(
    transaction: Transaction,
    person_id: str,
    *,
    actor: str,
    roles: Sequence[str],
    base_url: str,
    now: datetime,
) -> str:
    """A sign-in link that ``actor`` hands over; ``roles`` are those given with it."""
    detail = {"roles": ", ".join(sorted(roles))} if roles else {}
    await record(transaction, "person.link_made", person_id, actor=actor, now=now, **detail)
    return await make_link(transaction, person_id, base_url=base_url, now=now)
