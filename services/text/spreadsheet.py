"""What spreadsheets write: the text of a CSV file, and the sheets of an XLSX file as the texts that its
cells show.

Excel separates by semicolons where the comma is the decimal sign (the Netherlands), may say so in a
first line ``sep=;``, and writes Windows-1252 unless asked for UTF-8; its "Unicode text" is UTF-16
with tabs. RFC 4180 knows the comma alone.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice

from services.errors import Rejected
from services.message import message

SEPARATORS = ",;\t|"
# Alone, in quotation marks, or with the empty fields that a spreadsheet adds on saving.
_SAID = re.compile(r"\s*\"?sep ?= ?([,;\t|])\"?[ ,;\t|]*(?:\r\n|\r|\n)", re.IGNORECASE)
#: Programs of DOS days end a text so, or fill its last block.
_END_OF_FILE = "\x1a\x00\r\n"
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadsheetText:
    """``skipped`` lines preceded ``text``; ``guessed`` names an encoding without a mark in the file."""

    text: str
    separator: str
    skipped: int = 0
    guessed: str = ""


def read_spreadsheet_text(content: bytes) -> SpreadsheetText:
    """Raises Rejected for what is no text."""
    text, guessed = _decode(content)
    text = text.rstrip(_END_OF_FILE)
    said = _SAID.match(text)
    if said:
        return SpreadsheetText(
            text=text[said.end() :], separator=said[1], skipped=1, guessed=guessed
        )
    header = next(filter(str.strip, text.splitlines()), "")
    separator = max(SEPARATORS, key=header.count)
    return SpreadsheetText(text=text, separator=separator, guessed=guessed)


def _decode(content: bytes) -> tuple[str, str]:
    for encoding, zeros in (("utf-16-le", content[1:200:2]), ("utf-16-be", content[0:200:2])):
        # Most letters of a table are ASCII, of which UTF-16 makes every other byte a zero.
        if not content.startswith(tuple(_BYTE_ORDER_MARKS)) and zeros.count(0) > len(zeros) // 2:
            try:
                return content.decode(encoding), "UTF-16"
            except UnicodeDecodeError:
                break
    try:
        marked = _BYTE_ORDER_MARKS.get(content[:2])
        return content.decode(marked or "utf-8-sig"), ""
    except UnicodeDecodeError as error:
        fault = Rejected(
            message("file.not-utf8", "the file is not UTF-8 (byte {place})", place=error.start),
            remedy=message("do.save-as-utf8", "Save it as UTF-8 CSV."),
        )
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise fault from None
    if "\x00" in text:
        raise fault
    return text, "Windows-1252"


#: How an XLSX file begins.
SIGNATURE = b"PK\x03\x04"
_MOST_BYTES = 50_000_000


def read_sheets(content: bytes, *, rows: int, columns: int) -> Iterator[list[Sequence[str]]]:
    """At most so many rows and columns of each sheet. Raises Rejected for no readable workbook."""
    import openpyxl  # noqa: PLC0415 - slow, and rarely needed

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # What is unpacked never grows over what the archive declares.
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
                raise Rejected(
                    message(
                        "export.too-large",
                        "this file is too large: unpacked it may be at most {limit} MB",
                        limit=_MOST_BYTES // 1_000_000,
                    ),
                    remedy=message("do.leave-sheets-out", "Leave sheets, rows or images out."),
                )
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what the file says of its own size may be anything
            cells = sheet.iter_rows(max_col=columns, values_only=True)
            yield [[_shown(cell) for cell in row] for row in islice(cells, rows)]
    except Rejected:
        raise
    except Exception as error:  # openpyxl raises errors of any kind for a broken file
        raise Rejected(message("export.unreadable", "this file is no readable XLSX")) from error


def _shown(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    if isinstance(cell, date):
        return cell.isoformat()
    # Lines in a cell are its layout; a return is written as "_x000D_".
    return " ".join(str(cell).replace("_x000D_", " ").split())
