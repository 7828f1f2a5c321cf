"""What the columns of a file with people are called, and how some of their values are written.

A file of an organisation in the Netherlands has Dutch headings, languages in words and days as
01-03-2012; there is one thing that each can mean.
"""

from __future__ import annotations

import re
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

#: A day with its year last, as people write it, or first, as programs do.
_DAY = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.](\d{4})|(\d{4})-\d{2}-\d{2}")


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
    found = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    return (found[1] or found[2]) if found else value
