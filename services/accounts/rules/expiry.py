"""When somebody hears that a connection or a standing consent of theirs is about to end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

#: Days before the end; a warning is given once for each.
WARN_AT_DAYS = (14, 7, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What ends, and whom to tell: a connection that cannot be renewed, or, without a ``network``, a
    standing consent.

    ``warned_days`` is the last threshold (days before the end) they were told at.
    """

    ambassador_id: str
    network: str = ""
    expires_at: datetime
    warned_days: int | None
    email: str
    name: str
    language: str


def due_warning(expires_at: datetime, *, now: datetime, warned_days: int | None) -> int | None:
    """The threshold to warn for now, or None. ``warned_days`` is the last one that was given.

    A threshold that passed unseen is not made up for: the nearest one counts. What has ended is
    past warning.
    """
    left = expires_at - now
    if left <= timedelta(0):
        return None
    reached = [days for days in WARN_AT_DAYS if left <= timedelta(days=days)]
    if not reached or (warned_days is not None and warned_days <= min(reached)):
        return None
    return min(reached)


def ends_soon(expires_at: datetime | None, *, renewable: bool, now: datetime) -> bool:
    """Whether pages say that this connection ends, or has ended."""
    if expires_at is None or renewable:
        return False
    return expires_at - now <= timedelta(days=max(WARN_AT_DAYS))
