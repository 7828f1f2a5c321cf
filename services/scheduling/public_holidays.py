"""Public holidays by country, and the country of a time zone."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from functools import lru_cache

from babel.core import get_global

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
