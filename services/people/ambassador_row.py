"""One person of a table or a form, checked: the same for both."""

from __future__ import annotations

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
from services.language import Language
from services.message import message
from services.people.ambassador_columns import language_code, year_of
from services.people.rules.ambassador import Ambassador, address_form
from services.text.mail_address import mailbox
from services.text.normal_form import on_one_line

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
