"""The time that figures are asked for: days of UTC, the same number of days before, and how to draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

#: Days of the ranges that are offered; twelve months are this one and the eleven before.
RANGES = ("7", "30", "90", "12m")
OWN = "own"
_DEFAULT = "30"
#: More days than this are drawn as months.
_MOST_DAYS = 100
_LONGEST = timedelta(days=3660)
_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """``first`` and ``last`` day are included. ``name`` is one of `RANGES`, or `OWN`."""

    name: str
    first: date
    last: date

    @property
    def length(self) -> timedelta:
        return self.last - self.first + timedelta(days=1)

    @property
    def before(self) -> Period:
        """As many days, ending the day before this begins."""
        last = self.first - timedelta(days=1)
        return Period(name=self.name, first=last - self.length + timedelta(days=1), last=last)

    @property
    def starts(self) -> datetime:
        return datetime.combine(self.first, time(), UTC)

    @property
    def ends(self) -> datetime:
        """The first moment that is not in it."""
        return datetime.combine(self.last + timedelta(days=1), time(), UTC)

    @property
    def by_month(self) -> bool:
        return self.length.days > _MOST_DAYS

    @property
    def points(self) -> list[date]:
        """The first day of each day or month in it that is drawn."""
        days = [self.first + timedelta(days=number) for number in range(self.length.days)]
        return [day for day in days if day.day == 1 or day == self.first] if self.by_month else days

    def point_of(self, day: date) -> int:
        """Which of `points` a day belongs to."""
        if not self.by_month:
            return (day - self.first).days
        return (day.year - self.first.year) * _MONTHS + day.month - self.first.month


def chosen(given: Mapping[str, str], today: date) -> Period:
    """The period named by ``range``, or by ``from`` and ``to``; thirty days where it cannot be read."""
    name = given.get("range", _DEFAULT)
    first, last = _day(given.get("from", "")), _day(given.get("to", ""))
    if name == OWN and first and last:
        first, last = sorted((first, last))
        return Period(name=OWN, first=max(first, last - _LONGEST), last=last)
    if name == "12m":
        month = today.year * _MONTHS + today.month - _MONTHS
        return Period(name=name, first=date(month // _MONTHS, month % _MONTHS + 1, 1), last=today)
    days = int(name) if name in RANGES else int(_DEFAULT)
    return Period(name=str(days), first=today - timedelta(days=days - 1), last=today)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Years that a log cannot tell of, and whose days before are no days.
    return day if date(1990, 1, 1) <= day <= date(2200, 1, 1) else None
