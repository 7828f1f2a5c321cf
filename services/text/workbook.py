"""The sheets of an XLSX file, as the texts that its cells show."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice

from services.errors import Rejected
from services.message import message

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
    except Exception as error:  # openpyxl raises whatever a broken file makes it stumble over
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
