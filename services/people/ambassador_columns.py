"""What the columns of a file with people are called, and how some of their values are written.

A file of an organisation in the Netherlands has Dutch headings, languages in words and days as
01-03-2012; there is one thing that each can mean.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

#: The header, in any order and case. Lists are separated by ";".
COLUMNS = (
    "email",
    "name",
    "role",
    "team",
    "crafts",
    "region",
    "language",
    "timezone",
    "address_form",
    "emoji",
    "length",
    "since",
    "topics",
    "other_languages",
)

#: Other headings for them, as `_key` writes these.
_ALSO = {
    "email": "emailadres emailaddress mail mailadres",
    "name": "naam volledigenaam fullname",
    "role": "functie functienaam functietitel rol jobtitle",
    "team": "teamnaam afdeling department",
    "crafts": "craft vak vakken vakgebied vakgebieden",
    "region": "regio plaats standplaats locatie location",
    "language": "taal voorkeurstaal",
    "timezone": "tijdzone",
    "address_form": "aanspreekvorm",
    "length": "lengte tekstlengte",
    "topics": "topic onderwerp onderwerpen thema themas interesse interesses interests",
    "other_languages": "otherlanguage anderetaal anderetalen tweedetaal",
    "since": "sinds indienst indienstsinds datumindienst indiensttreding startdatum startdate",
}

_LANGUAGES = {
    "nederlands": "nl",
    "dutch": "nl",
    "engels": "en",
    "english": "en",
}

_MONTH = r"(?:jan|feb|m[aä]?[ar]|apr|mei|may|ju[nl]|aug|sep|o[kc]t|nov|de[cz])[^\W\d]*"
#: A day or a month, in figures or with a month's name, perhaps with a time behind it.
_DAY = re.compile(
    r"(?:\d{1,2}[-/. ]+){0,2}"
    rf"(?:{_MONTH}[-/. ,]+)?"
    r"(?:\d{1,2}[-/. ,]+)?((?:19|20)\d\d)"
    r"|((?:19|20)\d\d)[-/.]?\d{1,2}(?:[-/.]?\d{1,2})?(?:[T ]+\d{1,2}:\d\d\S*)?"
    r"|(?:\d{1,2}[-/. ]+){2}((?:19|20)\d\d)[T ]+\d{1,2}:\d\d.*",
    re.IGNORECASE,
)
_SHORT_DAY = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ]'?(\d\d)")
#: Spreadsheets count days since the end of 1899; such a number is a day of these years.
_FIRST_SERIAL, _LAST_SERIAL = 18_264, 73_050  # 1950 – 2099
_THIS_CENTURY = 70


def _key(heading: str) -> str:
    """A heading without case, blanks and signs: spreadsheets have all kinds of them."""
    return re.sub(r"[\W_]+", "", heading.casefold())


_BY_KEY = {_key(column): column for column in COLUMNS} | {
    key: column for column, keys in _ALSO.items() for key in keys.split()
}

#: Every heading that is understood, as far as it is a word.
HEADINGS = (*COLUMNS, *(key for key in _BY_KEY if key not in COLUMNS))


def column_of(heading: str) -> str | None:
    """The column that a heading stands for; None where nothing is known by that name."""
    return _BY_KEY.get(_key(heading))


def language_code(value: Any) -> Any:
    """``nl`` for "Nederlands" or "NL"; what is no known language stays as it is."""
    if not isinstance(value, str):
        return value
    folded = value.strip().casefold()
    return _LANGUAGES.get(folded, folded)


def year_of(value: Any) -> Any:
    """The year of a day such as 01-03-2012; whatever is no day stays as it is."""
    if not isinstance(value, str):
        return value
    written = value.strip().removesuffix(".0")
    if found := _DAY.fullmatch(written):
        return next(filter(None, found.groups()))
    if found := _SHORT_DAY.fullmatch(written):
        year = int(found[1])
        return str(year + (2000 if year < _THIS_CENTURY else 1900))
    if written.isdecimal() and _FIRST_SERIAL <= int(written) <= _LAST_SERIAL:
        return str((date(1899, 12, 30) + timedelta(days=int(written))).year)
    return written
