"""One person of a table or a form, checked: the same for both. What the columns of a file with people
are called, and how some of their values are written.

A file of an organisation in the Netherlands has Dutch headings, languages in words and days as
01-03-2012; there is one thing that each can mean.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from services.identity import ambassador_id
from services.language import CODES, TRAITS, Language
from services.message import message
from services.people.rules.ambassador import Ambassador, address_form
from services.text.mail_address import mailbox
from services.text.normal_form import on_one_line

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

#: Columns of a name in parts, in the order in which it is said; they make a ``name`` where none is.
NAME_PARTS = ("given_name", "name_particle", "family_name")

#: A language with its country: "nl-NL", "en_US", "English (United Kingdom)".
_LANGUAGE = re.compile(r"([a-z]+)(?:[-_][a-z]{2}| \(.*\))")

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
_SHORT_DAY = re.compile(
    rf"(?:\d{{1,2}}[-/. ]\d{{1,2}}|(?:\d{{1,2}}[-/. ])?{_MONTH})[-/. ]'?(\d\d)", re.IGNORECASE
)
#: Excel's long form begins with the day of the week; XML Schema's days end with a zone.
_AROUND_DAY = re.compile(
    r"^(?:[^\W\d]*(?:dag|day)|mon|tue|wed|thu|fri|sat|sun)[, ]+|(?<=\d{2})[+-]\d\d:\d\d$",
    re.IGNORECASE,
)
#: Spreadsheets count days since the end of 1899; such a number is a day of these years.
_FIRST_SERIAL, _LAST_SERIAL = 18_264, 73_050  # 1950 – 2099
_THIS_CENTURY = 70


def _key(heading: str) -> str:
    """A heading without case, blanks and signs: spreadsheets have all kinds of them."""
    return re.sub(r"[\W_]+", "", heading.casefold())


_BY_KEY = {_key(column): column for column in (*COLUMNS, *NAME_PARTS)} | {
    key: column for one in TRAITS.values() for column, keys in one.headings.items() for key in keys
}

#: Every heading that is understood, as far as it is a word.
HEADINGS = (*COLUMNS, *(key for key in _BY_KEY if key not in COLUMNS))


def column_of(heading: str) -> str | None:
    """Return the column of a heading; None for an unknown one."""
    return _BY_KEY.get(_key(heading))


def language_code(value: Any) -> Any:
    """``nl`` for "Nederlands" or "NL"; what is no known language stays as it is."""
    if not isinstance(value, str):
        return value
    folded = value.strip().casefold()
    if with_country := _LANGUAGE.fullmatch(folded):
        folded = with_country[1]
    return CODES.get(folded, folded)


def year_of(value: Any) -> Any:
    """The year of a day such as 01-03-2012; other text stays as it is."""
    if not isinstance(value, str):
        return value
    written = _AROUND_DAY.sub("", value.strip())
    if found := _DAY.fullmatch(written):
        return next(filter(None, found.groups()))
    if found := _SHORT_DAY.fullmatch(written):
        year = int(found[1])
        return str(year + (2000 if year < _THIS_CENTURY else 1900))
    whole, _, part = written.replace(",", ".").partition(".")  # the part is the time of day
    if not whole.isdecimal() or not (part or "0").isdecimal():
        return written
    if _FIRST_SERIAL <= int(whole) <= _LAST_SERIAL:
        return str((date(1899, 12, 30) + timedelta(days=int(whole))).year)
    return written if part.strip("0") else whole


_ZONES = available_timezones()


def _known_zone(value: str) -> str:
    if value not in _ZONES:
        raise ValueError(
            message("field.no-time-zone", "is not a time zone; write for example Europe/Amsterdam")
        )
    return value


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(";") if part.strip())
    return value


def _languages(value: Any) -> Any:
    return tuple(map(language_code, split)) if isinstance(split := _split(value), tuple) else value


_Line = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(on_one_line)
]


class AmbassadorRow(BaseModel):
    """What is known of a person; the names are those of `Ambassador`. Lists may be one text."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    email: Annotated[
        str,
        StringConstraints(max_length=500),
        AfterValidator(mailbox),
    ]
    name: Annotated[_Line, StringConstraints(min_length=1)]
    language: Annotated[Language, BeforeValidator(language_code)]
    role: _Line = ""
    team: _Line = ""
    crafts: Annotated[tuple[_Line, ...], BeforeValidator(_split), Field(max_length=50)] = ()
    region: _Line = ""
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Amsterdam"
    address_form: Literal["je", "u", ""] = ""
    emoji: Annotated[int, Field(ge=0, le=2)] = 0
    length: Literal["short", "medium", "long"] = "medium"
    since: Annotated[int | None, BeforeValidator(year_of), Field(ge=1900, le=2100)] = None

    topics: Annotated[tuple[_Line, ...], BeforeValidator(_split), Field(max_length=50)] = ()
    other_languages: Annotated[
        tuple[Language, ...], BeforeValidator(_languages), Field(max_length=10)
    ] = ()

    def ambassador(self) -> Ambassador:
        """This person; readers are addressed in the usual form where nothing is said."""
        fields = self.model_dump()
        fields["address_form"] = address_form(self.language, self.address_form)
        others = dict.fromkeys(self.other_languages)
        fields["other_languages"] = tuple(each for each in others if each != self.language)
        return Ambassador(id=ambassador_id(self.email), **fields)
