"""The text of a CSV file, as the spreadsheets of this world write it.

Excel separates by semicolons where the comma is the decimal sign (the Netherlands), may say so in a
first line ``sep=;``, and writes Windows-1252 unless asked for UTF-8; its "Unicode text" is UTF-16
with tabs. RFC 4180 knows the comma alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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
    """``skipped`` lines stood before ``text``; ``guessed`` names an encoding that no mark tells."""

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
