"""Distance in time: at most so many posts in seven days, and none too close to a colleague's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

WEEK = timedelta(days=7)


def first_within_cap(after: datetime, taken: Iterable[datetime], cap: int) -> datetime:
    """The first moment, not before ``after``, at which one more post keeps to the cap.

    With it no seven days hold more than ``cap`` posts; ``taken`` are the moments of the person's
    other posts, past and planned. A cap of 0 is none.
    """
    moments = sorted(taken)
    if not cap or _keeps(after, moments, cap):
        return after
    candidates = (moment + WEEK for moment in moments if moment + WEEK > after)
    return next(each for each in candidates if _keeps(each, moments, cap))


def _keeps(moment: datetime, taken: Sequence[datetime], cap: int) -> bool:
    """Whether no seven days with ``moment`` in them hold more than ``cap`` posts."""
    near = sorted([*(each for each in taken if abs(each - moment) < WEEK), moment])
    return all(last - first >= WEEK for first, last in zip(near, near[cap:], strict=False))


def first_apart(after: datetime, taken: Iterable[datetime], distance: timedelta) -> datetime:
    """The first moment, not before ``after``, at least ``distance`` away from all ``taken``."""
    moment = after
    for each in sorted(taken):
        if abs(each - moment) < distance:
            moment = each + distance
    return moment
