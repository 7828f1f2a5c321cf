"""When a post goes out: working hours in the person's own zone, caps, distance, back-off; and how long to
wait after a try that ended with "later".

A moment is within working hours when the wall clock of the person's zone says so, and nothing
else: in a gap (the clock goes forward) the hours begin after it, in a fold (the clock goes back)
an hour that occurs twice counts twice. All arithmetic is in UTC; Python's arithmetic on local
times ignores both.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global

from services.errors import Rejected
from services.message import message

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_FORM = re.compile(r"([a-z,-]+)\s+(\d\d):(\d\d)-(\d\d):(\d\d)")
#: Days without a working moment: a week, and another when the one day's hours were left out.
_HORIZON = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """From ``start`` to before ``end``, on ``weekdays`` (0 is Monday).

    ``end`` 00:00 is the end of the day. Raises Rejected for hours that never are.
    """

    weekdays: frozenset[int] = frozenset(range(5))
    start: time = time(9)
    end: time = time(17)

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise Rejected(
                message("hours.no-day", "there is no working day"),
                remedy=message("do.choose-a-day", "Choose at least one day."),
            )
        if self.end != time() and self.end <= self.start:
            raise Rejected(
                message("hours.end-first", "the working hours end before they begin"),
                remedy=message("do.choose-later-end", "Choose a later end."),
            )

    @classmethod
    def parse(cls, text: str) -> WorkingHours:
        """Read ``mon-fri 09:00-17:00`` or ``mon,wed 08:30-12:00``. Raises Rejected."""
        found = _FORM.fullmatch(text.strip().lower())
        try:
            if found is None:
                raise ValueError(text)
            from_hour, from_minute, to_hour, to_minute = (int(found[n]) for n in range(2, 6))
            return cls(
                weekdays=frozenset(_weekdays(found[1])),
                start=time(from_hour, from_minute),
                end=time(to_hour % 24, to_minute),
            )
        except ValueError as error:
            raise Rejected(
                message("hours.unreadable", '"{text}" are no working hours', text=text),
                remedy=message("do.write-hours-of-work", "Write for example mon-fri 09:00-17:00."),
            ) from error

    def contain(self, moment: datetime, zone: tzinfo) -> bool:
        local = moment.astimezone(zone)
        clock = local.time().replace(fold=0)
        return (
            local.weekday() in self.weekdays
            and self.start <= clock
            and (self.end == time() or clock < self.end)
        )

    def next(self, after: datetime, zone: tzinfo) -> datetime:
        """The first moment, not before ``after``, that is within these hours; in UTC."""
        if self.contain(after, zone):
            return after.astimezone(UTC)
        today = after.astimezone(zone).date()
        openings = [
            moment
            for number in range(-1, _HORIZON)
            for moment in _beginnings(today + _DAY * number, self.start, zone)
            if moment >= after and self.contain(moment, zone)
        ]
        if openings:
            return min(openings)
        raise Rejected(  # a zone whose clock never shows these hours: there is none
            message("hours.never", "no day has these working hours in this time zone"),
            remedy=message("do.choose-longer-hours", "Choose longer working hours."),
        )


def _weekdays(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(_DAYS.index(first), _DAYS.index(last or first) + 1)


def _beginnings(day: date, start: time, zone: tzinfo) -> Iterator[datetime]:
    """Every moment at which hours that start at ``start`` can begin on ``day``."""
    for fold in (0, 1):
        yield datetime.combine(day, start, zone).replace(fold=fold).astimezone(UTC)
    jump = _jump(day, zone)
    if jump is not None:
        yield jump


def _jump(day: date, zone: tzinfo) -> datetime | None:
    """The moment on or about ``day`` at which the zone's clock jumps, to the second."""
    before = datetime.combine(day, time(), UTC) - _DAY
    after = before + 3 * _DAY
    if _offset(before, zone) == _offset(after, zone):
        return None
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _offset(middle, zone) == _offset(before, zone):
            before = middle
        else:
            after = middle
    return after


def _offset(moment: datetime, zone: tzinfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def zone_of(name: str) -> tzinfo:
    """The time zone called ``name``. Raises Rejected for one that does not exist."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Rejected(
            message("zone.unknown", '"{name}" is not a time zone', name=name),
            remedy=message("do.write-zone", "Write for example Europe/Amsterdam."),
        ) from error


#: CLDR's territory of UTC and of the ships' zones.
_NOWHERE = "ZZ"


def country_of(zone: str) -> str:
    """The ISO 3166 code of the country of a time zone; empty for one of no country, such as UTC."""
    zones, aliases = get_global("zone_territories"), get_global("zone_aliases")
    found = str(zones.get(zone) or zones.get(aliases.get(zone, ""), ""))
    return "" if found == _NOWHERE else found


def is_public_holiday(day: date, country: str) -> bool:
    """``country`` is ``NL``, or ``DE-BY`` with a region; one that is not known has no holidays."""
    try:
        return bool(country) and day in calendar_of(country)
    except ValueError:
        return False


@lru_cache(maxsize=64)
def calendar_of(country: str) -> Container[date]:
    """The public holidays of a country. Raises ValueError for one that is not known."""
    import holidays  # noqa: PLC0415 - 12 MB, and only for who schedules

    code, _, region = country.partition("-")
    try:
        return holidays.country_holidays(code, subdiv=region or None)
    except NotImplementedError as error:
        raise ValueError(f'"{country}" is no country; write for example NL or DE-BY') from error


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
    """Return when a post goes out that its person shares now; None when the cap is reached.

    That may be at night; only the time to undo it, and a colleague's post just now, delay it.
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
