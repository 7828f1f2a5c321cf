"""The text of a CSV file, as the spreadsheets of this world write it.

Excel separates by semicolons where the comma is the decimal sign (the Netherlands), may say so in a
first line ``sep=;``, and writes Windows-1252 unless asked for UTF-8; its "Unicode text" is UTF-16
with tabs. RFC 4180 knows the comma alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.errors import Rejected

_SEPARATORS = ",;\t"
_SAID = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)
_ZIP = b"PK\x03\x04"
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadsheetText:
    """``skipped`` lines stood before ``text``; ``guessed`` names an encoding that no mark tells."""

    text: str
    separator: str
    skipped: int = 0
    guessed: str = ""


def read_spreadsheet_text(content: bytes) -> SpreadsheetText:
    """Raises Rejected for what is no text."""
    if content.startswith(_ZIP):
        raise Rejected(
            "the file is a workbook, not CSV", remedy='Save it as "CSV UTF-8" and import that.'
        )
    text, guessed = _decode(content)
    said = _SAID.match(text)
    if said:
        return SpreadsheetText(
            text=text[said.end() :], separator=said[1], skipped=1, guessed=guessed
        )
    header = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=header.count)
    return SpreadsheetText(text=text, separator=separator, guessed=guessed)


def _decode(content: bytes) -> tuple[str, str]:
    try:
        marked = _BYTE_ORDER_MARKS.get(content[:2])
        return content.decode(marked or "utf-8-sig"), ""
    except UnicodeDecodeError as error:
        fault = Rejected(
            f"the file is not UTF-8 (byte {error.start})", remedy="Save it as UTF-8 CSV."
        )
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise fault from None
    if "\x00" in text:
        raise fault
    return text, "Windows-1252"
