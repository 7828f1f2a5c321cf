"""Ambassadors from a CSV file: every bad row is named, and none is imported unless asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.domain.ambassador import Ambassador
from services.errors import Rejected
from services.sentences import guesses, predicate
from services.use_cases.ambassador_columns import COLUMNS, HEADINGS, column_of
from services.use_cases.ambassador_row import AmbassadorRow
from services.use_cases.spreadsheet_text import read_spreadsheet_text

_REQUIRED = frozenset({"email", "name", "language"})


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
        read = AmbassadorRow.model_validate(values)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise Rejected("; ".join(map(_fault, faults))) from error
    return read.ambassador()


def _fault(fault: ErrorDetails) -> str:
    name = str(fault["loc"][0])
    if name == "email" and fault["type"] != "missing":
        return "email is not an e-mail address"
    return f"{name} {predicate(fault)}"
