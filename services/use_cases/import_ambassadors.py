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
from pydantic_core import ErrorDetails

from services.domain.ambassador import Ambassador
from services.domain.identity import ambassador_id
from services.domain.post import printable
from services.errors import Rejected
from services.sentences import guesses, predicate
from services.use_cases.ambassador_columns import (
    COLUMNS,
    HEADINGS,
    column_of,
    language_code,
    year_of,
)
from services.use_cases.spreadsheet_text import read_spreadsheet_text

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
    language: Annotated[Literal["nl", "en"], BeforeValidator(language_code)]
    role: _Line = ""
    team: _Line = ""
    crafts: Annotated[tuple[_Line, ...], BeforeValidator(_split), Field(max_length=50)] = ()
    region: _Line = ""
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Amsterdam"
    address_form: Literal["je", "u", ""] = ""
    emoji: Annotated[int, Field(ge=0, le=2)] = 0
    length: Literal["short", "medium", "long"] = "medium"
    since: Annotated[int | None, BeforeValidator(year_of), Field(ge=1900, le=2100)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """``line`` counts from 1, the header included, as an editor shows it."""

    line: int
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """``guessed_encoding`` is one that the file does not tell: somebody should look at the names."""

    ambassadors: Sequence[Ambassador]
    bad_rows: Sequence[BadRow]
    guessed_encoding: str = ""


def read_ambassadors(content: bytes) -> Reading:
    """Read a CSV file: UTF-8 or as spreadsheets write it, separated by commas, semicolons or tabs.

    Raises Rejected when the file as a whole is no such table, or holds nobody.
    """
    if not content.strip():
        raise Rejected("the file is empty", remedy="Write a header and a line for each person.")
    sheet = read_spreadsheet_text(content)
    rows = csv.reader(io.StringIO(sheet.text, newline=""), delimiter=sheet.separator, strict=True)
    found: dict[str, Ambassador] = {}
    first_lines: dict[str, int] = {}
    bad_rows: list[BadRow] = []
    line = sheet.skipped
    try:
        names = _columns(next(rows, []))
        line = rows.line_num + sheet.skipped
        for row in rows:
            line = rows.line_num + sheet.skipped
            if not any(field.strip() for field in row):
                continue
            try:
                person = _ambassador(names, row)
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
            f"line {line + 1} is not CSV: {error}",
            remedy="Look for a quotation mark that is not closed.",
        ) from error
    if not found and not bad_rows:
        raise Rejected("the file holds a header and nobody", remedy="Write a line for each person.")
    return Reading(
        ambassadors=list(found.values()), bad_rows=bad_rows, guessed_encoding=sheet.guessed
    )


def _columns(headings: Sequence[str]) -> list[str]:
    """The column that each heading stands for. Raises Rejected where that is not clear."""
    columns = [column_of(heading) for heading in headings]
    unknown = [
        heading.strip() for heading, name in zip(headings, columns, strict=True) if name is None
    ]
    known = f"The columns are: {','.join(COLUMNS)}."
    missing = [name for name in COLUMNS if name in _REQUIRED and name not in columns]
    if missing:
        raise Rejected(
            f"the header lacks {', '.join(missing)}",
            remedy=f"{guesses(unknown, HEADINGS)} {known}".strip(),
        )
    doubled = [name for name in COLUMNS if columns.count(name) > 1]
    if doubled:
        named = [
            heading.strip()
            for heading, name in zip(headings, columns, strict=True)
            if name in doubled
        ]
        raise Rejected(
            f"the header names twice: {', '.join(doubled)} (in {', '.join(named)})",
            remedy="Remove one of the columns.",
        )
    if unknown:
        raise Rejected(
            f"the header has unknown columns: {', '.join(unknown)}",
            remedy=f"{guesses(unknown, HEADINGS)} Rename or remove them. {known}".strip(),
        )
    return [name for name in columns if name is not None]


def _ambassador(names: Sequence[str], row: Sequence[str]) -> Ambassador:
    if len(row) > len(names):
        raise Rejected("it has more fields than the header")
    values = {name: value for name, value in zip(names, row, strict=False) if value != ""}
    try:
        read = _Row.model_validate(values)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise Rejected("; ".join(map(_fault, faults))) from error
    fields = read.model_dump()
    if read.language == "nl" and not read.address_form:
        fields["address_form"] = "je"
    if read.language == "en":
        fields["address_form"] = ""
    return Ambassador(id=ambassador_id(read.email), **fields)


def _fault(fault: ErrorDetails) -> str:
    name = str(fault["loc"][0])
    if name == "email" and fault["type"] != "missing":
        return "email is not an e-mail address"
    return f"{name} {predicate(fault)}"
