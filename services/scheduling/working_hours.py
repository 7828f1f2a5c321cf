"""Working hours by the clock on the wall, correct where that clock jumps; and public holidays.

A moment is within working hours when the wall clock of the person's zone says so, and nothing
else: in a gap (the clock goes forward) the hours begin after it, in a fold (the clock goes back)
an hour that occurs twice counts twice. All arithmetic is in UTC; Python's arithmetic on local
times ignores both.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
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
