"""Moments as other systems write them: RFC 3339, which always names a zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache

from services.message import message

_RFC_3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NO_TIME = message("field.no-time", "has to be an RFC 3339 time, for example 2026-11-24T09:00:00Z")
_NO_ZONE = message("field.no-zone", "needs a time zone, for example 2026-11-24T09:00:00Z")


def read_moment(value: object) -> datetime:
    """The moment in ``value``: a text, or a time that is one already. Raises ValueError."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str) and _RFC_3339.fullmatch(value):
        moment = _read(value)
    else:
        raise ValueError(_NO_TIME)
    if moment.tzinfo is None:
        raise ValueError(_NO_ZONE)
    try:
        moment.astimezone(UTC)  # what is stored and compared
    except OverflowError as error:
        raise ValueError(message("field.no-year", "lies outside the years 1 to 9999")) from error
    return moment


def read_moment_or_day(value: object) -> datetime | date:
    """As `read_moment`, or a day (YYYY-MM-DD), which lasts to its end. Raises ValueError."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        return date.fromisoformat(value)
    return read_moment(value)


def end_of(moment: datetime | date, zone: tzinfo) -> datetime:
    """The moment itself, or the last second of a day in ``zone``."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(23, 59, 59), zone).astimezone(UTC)


@lru_cache(maxsize=256)
def _read(text: str) -> datetime:
    """The events of one record were mostly stated at one moment, so the latest are kept."""
    return datetime.fromisoformat(_microseconds(text.upper()))


def _microseconds(text: str) -> str:
    """Fractions of a second as Python reads them: six digits."""
    return re.sub(r"\.(\d+)", lambda found: f".{found[1]:0<6.6}", text)
