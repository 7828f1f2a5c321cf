"""The rules of pace together: which moment is a good one, what speaks against now, and how long to wait
after a try that ended with "later".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo

from services.scheduling.working_hours import WorkingHours, is_public_holiday


def fraction(*words: object) -> float:
    """A number in [0, 1), evenly spread over different ``words``."""
    digest = hashlib.blake2b("\x1f".join(map(str, words)).encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53


#: Good times are spread over so long, so that a story does not break out at nine sharp.
SPREAD = timedelta(hours=2)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What holds for everybody who chose nothing else; a cap or a distance of 0 is none.

    ``undo`` is how long a post that is to go out now can still be taken back. ``holidays`` is the
    country whose public holidays count; empty: that of each person's time zone.
    """

    weekly_cap: int = 2
    stagger: timedelta = timedelta(minutes=10)
    hours: WorkingHours = field(default_factory=WorkingHours)
    undo: timedelta = timedelta()
    holidays: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalPace:
    """One person's rules at one moment.

    ``own`` are the moments of the person's other posts, ``colleagues`` those of other posts of the
    same campaign on the same network; ``not_before`` is when the person's pause ends, ``country``
    the one whose public holidays count.
    """

    weekly_cap: int
    stagger: timedelta
    hours: WorkingHours
    zone: tzinfo
    own: Sequence[datetime] = ()
    colleagues: Sequence[datetime] = ()
    undo: timedelta = timedelta()
    not_before: datetime | None = None
    country: str = ""


def first_slot(after: datetime, pace: PersonalPace) -> datetime:
    """The first moment, not before ``after``, that keeps every rule."""
    if pace.not_before is not None:
        after = max(after, pace.not_before)
    return _settle(
        after,
        lambda moment: pace.hours.next(moment, pace.zone),
        lambda moment: _after_holidays(moment, pace),
        lambda moment: first_within_cap(moment, pace.own, pace.weekly_cap),
        lambda moment: first_apart(moment, pace.colleagues, pace.stagger),
    )


def good_time(after: datetime, pace: PersonalPace, *, post_id: str) -> datetime:
    """A moment that keeps every rule, up to two hours after the first one that does.

    How much after follows from the post, so that colleagues do not speak in chorus.
    """
    opening = first_slot(after, pace)
    return first_slot(opening + SPREAD * fraction("slot", post_id), pace)


def goes_out_now(now: datetime, pace: PersonalPace) -> datetime | None:
    """When a post goes out that its person wants to share now; None when the cap is reached.

    Somebody who taps "now" may do so at night; only the time to undo it, and a colleague's post just
    now, delay theirs.
    """
    moment = first_apart(now + pace.undo, pace.colleagues, pace.stagger)
    if first_within_cap(moment, pace.own, pace.weekly_cap) != moment:
        return None
    return moment


def _after_holidays(moment: datetime, pace: PersonalPace) -> datetime:
    day = moment.astimezone(pace.zone).date()
    if not is_public_holiday(day, pace.country):
        return moment
    return datetime.combine(day + timedelta(days=1), time(), pace.zone).astimezone(UTC)


def _settle(moment: datetime, *rules: Callable[[datetime], datetime]) -> datetime:
    """Apply the rules until none moves the moment any more; each moves it forward only."""
    while True:
        before = moment
        for rule in rules:
            moment = rule(moment)
        if moment == before:
            return moment


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


_LONGEST = timedelta(minutes=15)
_LONGEST_EXTRA = timedelta(minutes=5)


def backoff(
    post_id: str, attempt: int, *, tries: int, base: timedelta, asked: float | None = None
) -> timedelta:
    """A doubling pause, between half and the whole of ``base * 2**tries``, at most 15 minutes.

    When the network asked for ``asked`` seconds, those and up to a tenth more (at most 5 minutes).
    Where between follows from the post and the attempt, so that posts which failed together do
    not come back together, and every process computes the same.
    """
    chance = fraction("backoff", post_id, attempt)
    if asked is not None:
        patience = timedelta(seconds=asked)
        return patience + min(patience / 10, _LONGEST_EXTRA) * chance
    whole = min(base * 2.0 ** min(tries, 30), _LONGEST)
    return whole / 2 * (1 + chance)
