"""Ambassadors from a CSV file or a workbook: every bad row is named, and none is
imported unless asked. The operator lets them in, and that is remembered.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice, product, zip_longest
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.database.record import record
from services.database.transaction import Transaction
from services.errors import Rejected
from services.field_faults import guesses, predicate, together
from services.message import Message, both, message
from services.people.ambassador_row import COLUMNS, HEADINGS, NAME_PARTS, AmbassadorRow, column_of
from services.people.rules.ambassador import Ambassador
from services.people.store import people
from services.text.spreadsheet import (
    SEPARATORS,
    SIGNATURE,
    SpreadsheetText,
    read_sheets,
    read_spreadsheet_text,
)

_REQUIRED = frozenset({"email", "name", "language"})
_MOST_ROWS, _MOST_COLUMNS = 200_000, 100
#: Rows among which the header is looked for: above it a title may stand.
_LOOKED_AT = 10


class _Row(NamedTuple):
    line: int
    fields: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """``line`` counts from 1, the header included, as an editor shows it."""

    line: int
    fault: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """``guessed_encoding`` is set when the file does not name its encoding: the names should be checked."""

    ambassadors: Sequence[Ambassador]
    bad_rows: Sequence[BadRow]
    guessed_encoding: str = ""


def read_ambassadors(content: bytes) -> Reading:
    """Read an XLSX file, or CSV as spreadsheets write it, separated by commas, semicolons or tabs.

    Raises Rejected when the file is no such table, or has no person.
    """
    if not content.strip():
        raise Rejected(
            message("people-file.empty", "the file is empty"),
            remedy=message("do.write-header", "Write a header and a line for each person."),
        )
    if content.startswith(SIGNATURE):
        return _read(_rows_of_workbook(content))
    sheet = read_spreadsheet_text(content)
    reading = _read(_rows_of_text(sheet))
    return replace(reading, guessed_encoding=sheet.guessed)


async def admit_ambassadors(
    transaction: Transaction, ambassadors: Sequence[Ambassador], *, actor: str, now: datetime
) -> int:
    """Add them, or overwrite the profile of those that are there; returns how many were there."""
    updated = await people.save_ambassadors(transaction, ambassadors, now=now)
    detail = {"imported": len(ambassadors) - updated, "updated": updated}
    await record(transaction, "person.imported", "", actor=actor, now=now, **detail)
    return updated


def _rows_of_text(sheet: SpreadsheetText) -> Iterator[_Row]:
    separator = _separator(sheet)
    rows = csv.reader(io.StringIO(sheet.text, newline=""), delimiter=separator, strict=True)
    line = sheet.skipped
    try:
        for row in rows:
            line = rows.line_num + sheet.skipped
            yield _Row(line, row)
    except csv.Error as error:
        raise Rejected(
            message(
                "people-file.no-csv",
                "line {line} is not CSV: {fault}",
                line=line + 1,
                fault=str(error),
            ),
            remedy=message("do.close-quotation", "Look for a quotation mark that is not closed."),
        ) from error


def _separator(sheet: SpreadsheetText) -> str:
    """The one that makes a header of a line, else what the file has most of."""
    lines = islice(filter(str.strip, sheet.text.splitlines()), _LOOKED_AT)
    for line, sign in product(lines, SEPARATORS):
        if _is_header([field.strip('"') for field in line.split(sign)]):
            return sign
    return sheet.separator


def _rows_of_workbook(content: bytes) -> Iterator[_Row]:
    """Those of the first sheet with a header, else of the first that holds something."""
    first: list[Sequence[str]] = []
    try:
        for sheet in read_sheets(content, rows=_MOST_ROWS, columns=_MOST_COLUMNS):
            if not first and any(any(row) for row in sheet):
                first = sheet
            if any(map(_is_header, filter(any, sheet[:_LOOKED_AT]))):
                first = sheet
                break
        yield from (_Row(line, row) for line, row in enumerate(first, start=1))
    except Rejected as fault:
        raise Rejected(
            fault.message,
            remedy=message("do.save-as-csv", 'Save it as "CSV UTF-8" and import that.'),
        ) from fault


def _read(rows: Iterator[_Row]) -> Reading:
    filled = iter([row for row in rows if any(field.strip() for field in row.fields)])
    head = list(islice(filled, _LOOKED_AT))
    place = next((place for place, row in enumerate(head) if _is_header(row.fields)), 0)
    names = _columns(head[place].fields if head else [])
    filled = chain(head[place + 1 :], filled)
    found: dict[str, Ambassador] = {}
    first_lines: dict[str, int] = {}
    bad_rows: list[BadRow] = []
    for row in filled:
        try:
            person = _ambassador(names, row.fields)
        except Rejected as fault:
            bad_rows.append(BadRow(line=row.line, fault=fault.message))
            continue
        if person.id in found:
            twice = message(
                "people-file.person-twice",
                "{address} stands on line {line} already",
                address=person.email,
                line=first_lines[person.id],
            )
            bad_rows.append(BadRow(line=row.line, fault=twice))
            continue
        found[person.id] = person
        first_lines[person.id] = row.line
    if not found and not bad_rows:
        raise Rejected(
            message("people-file.nobody", "the file holds a header and nobody"),
            remedy=message("do.write-lines", "Write a line for each person."),
        )
    return Reading(ambassadors=list(found.values()), bad_rows=bad_rows)


def _is_header(fields: Sequence[str]) -> bool:
    return not _missing([column_of(field) for field in fields])


def _missing(columns: Sequence[str | None]) -> list[str]:
    """The columns that a file has to have and this one lacks, in their order."""
    in_parts = {"given_name", "family_name"}.issubset(columns)
    lacking = _REQUIRED.difference(columns, ["name"] if in_parts else [])
    return [name for name in COLUMNS if name in lacking]


def _columns(headings: Sequence[str]) -> list[str]:
    """Return the column of each heading, empty where the heading is.

    Raises Rejected for an ambiguous heading.
    """
    columns = [column_of(heading) if heading.strip() else "" for heading in headings]
    unknown = [
        heading.strip() for heading, name in zip(headings, columns, strict=True) if name is None
    ]
    known = message("do.name-columns", "The columns are: {names}.", names=",".join(COLUMNS))
    if missing := _missing(columns):
        raise Rejected(
            message(
                "people-file.columns-missing", "the header lacks {names}", names=tuple(missing)
            ),
            remedy=both(guesses(unknown, HEADINGS), known),
        )
    doubled = [name for name in (*COLUMNS, *NAME_PARTS) if columns.count(name) > 1]
    if doubled:
        named = [
            heading.strip()
            for heading, name in zip(headings, columns, strict=True)
            if name in doubled
        ]
        raise Rejected(
            message(
                "people-file.columns-twice",
                "the header names twice: {names} (in {headings})",
                names=tuple(doubled),
                headings=", ".join(named),
            ),
            remedy=message("do.remove-a-column", "Remove one of the columns."),
        )
    if unknown:
        raise Rejected(
            message(
                "people-file.columns-unknown",
                "the header has unknown columns: {names}",
                names=tuple(unknown),
            ),
            remedy=both(
                guesses(unknown, HEADINGS),
                both(message("do.rename-columns", "Rename or remove them."), known),
            ),
        )
    return [name for name in columns if name is not None]


def _ambassador(names: Sequence[str], row: Sequence[str]) -> Ambassador:
    fields = list(zip_longest(names, row[: len(names)], fillvalue=""))
    beside = [*(value for name, value in fields if not name), *row[len(names) :]]
    if any(value.strip() for value in beside):
        raise Rejected(message("people-file.row-too-long", "it has more fields than the header"))
    values = {name: value for name, value in fields if name and value != ""}
    parts = [values.pop(name, "").strip() for name in NAME_PARTS]
    if any(parts):
        values.setdefault("name", " ".join(filter(None, parts)))
    try:
        read = AmbassadorRow.model_validate(values)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise Rejected(together(map(_fault, faults))) from error
    return read.ambassador()


def _fault(fault: ErrorDetails) -> Message:
    name = str(fault["loc"][0])
    if name == "email" and fault["type"] != "missing":
        return message("people-file.no-email", "email is not an e-mail address")
    return message("people-file.field", "{name} {fault}", name=name, fault=predicate(fault))
