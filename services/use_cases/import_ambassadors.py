"""Ambassadors from a CSV file: every bad row is named, and none is imported unless asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from services.domain.ambassador import Ambassador
from services.domain.identity import ambassador_id
from services.domain.post import printable
from services.errors import Rejected

#: The header, in any order. Lists are separated by ";".
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
)
_REQUIRED = frozenset({"email", "name", "language"})
_ZONES = available_timezones()


def _known_zone(value: str) -> str:
    if value not in _ZONES:
        raise ValueError("is not a time zone; write for example Europe/Amsterdam")
    return value


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(";") if part.strip())
    return value


def _plain(value: str) -> str:
    if printable(value) != value or "\n" in value:
        raise ValueError("holds control characters; type it again")
    return value


_Line = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_plain)
]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    email: Annotated[
        str,
        StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254),
        AfterValidator(_plain),
    ]
    name: Annotated[_Line, StringConstraints(min_length=1)]
    language: Literal["nl", "en"]
    role: _Line = ""
    team: _Line = ""
    crafts: Annotated[tuple[_Line, ...], BeforeValidator(_split), Field(max_length=50)] = ()
    region: _Line = ""
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Amsterdam"
    address_form: Literal["je", "u", ""] = ""
    emoji: Annotated[int, Field(ge=0, le=2)] = 0
    length: Literal["short", "medium", "long"] = "medium"
    since: Annotated[int, Field(ge=1900, le=2100)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """``line`` counts from 1, the header included, as an editor shows it."""

    line: int
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    ambassadors: Sequence[Ambassador]
    bad_rows: Sequence[BadRow]


def read_ambassadors(content: bytes) -> Reading:
    """Read a CSV file (UTF-8, with or without a byte order mark).

    Raises Rejected when the file as a whole is no such table.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Rejected(
            f"the file is not UTF-8 (byte {error.start})", remedy="Save it as UTF-8 CSV."
        ) from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    found: dict[str, Ambassador] = {}
    first_lines: dict[str, int] = {}
    bad_rows: list[BadRow] = []
    try:
        _check_header(reader.fieldnames)
        for row in reader:
            line = reader.line_num
            try:
                person = _ambassador(row)
            except Rejected as fault:
                bad_rows.append(BadRow(line=line, fault=str(fault)))
                continue
            if person.id in found:
                fault_text = f"{person.email} stands on line {first_lines[person.id]} already"
                bad_rows.append(BadRow(line=line, fault=fault_text))
                continue
            found[person.id] = person
            first_lines[person.id] = line
    except csv.Error as error:
        raise Rejected(
            f"line {reader.line_num + 1} is not CSV: {error}",
            remedy="Look for a quotation mark that is not closed.",
        ) from error
    return Reading(ambassadors=list(found.values()), bad_rows=bad_rows)


def _check_header(names: Sequence[str] | None) -> None:
    missing = sorted(_REQUIRED - set(names or ()))
    if missing:
        raise Rejected(
            f"the header lacks {', '.join(missing)}", remedy=f"It is: {','.join(COLUMNS)}"
        )
    doubled = sorted({name for name in names or () if (names or ()).count(name) > 1})
    if doubled:
        raise Rejected(
            f"the header names twice: {', '.join(doubled)}", remedy="Remove one of the columns."
        )
    unknown = [name for name in names or () if name not in COLUMNS]
    if unknown:
        raise Rejected(
            f"the header has unknown columns: {', '.join(map(str, unknown))}",
            remedy=f"It is: {','.join(COLUMNS)}",
        )


def _ambassador(row: dict[Any, Any]) -> Ambassador:
    if None in row:
        raise Rejected("it has more fields than the header")
    values = {name: value for name, value in row.items() if value not in (None, "")}
    try:
        read = _Row.model_validate(values)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise Rejected("; ".join(_fault(dict(fault)) for fault in faults)) from error
    fields = read.model_dump()
    if read.language == "nl" and not read.address_form:
        fields["address_form"] = "je"
    if read.language == "en":
        fields["address_form"] = ""
    return Ambassador(id=ambassador_id(read.email), **fields)


def _fault(fault: dict[str, Any]) -> str:
    name = fault["loc"][0]
    if fault["type"] == "missing":
        return f"{name} is missing"
    if name == "email":
        return "email is not an e-mail address"
    message = str(fault["msg"]).removeprefix("Value error, ")
    return f"{name}: {message[:1].lower()}{message[1:]}"
