"""All figures as CSV, each with its tag, source and time."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import Response

from services.web.access import FiguresView
from services.web.pages.figures.campaign_figures import read_recent
from services.web.pages.figures.figure_rows import FigureRow, rows_of
from services.web.pages.figures.figures import LIMIT

router = APIRouter()


@router.get("/figures.csv")
async def figures_csv(view: FiguresView) -> Response:
    """One figure a line, so that no tool adds what must not be added by itself."""
    async with view.parts.database.read() as transaction:
        found = await read_recent(transaction, limit=LIMIT)
    rows = [row for shown in found for row in rows_of(shown, view.now)]
    name = f"zwaan-{view.now:%Y-%m-%d}.csv"
    return Response(
        write_csv(rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def write_csv(rows: Sequence[FigureRow]) -> str:
    text = io.StringIO()
    text.write("\ufeff")  # spreadsheets read UTF-8 only when told
    writer = csv.writer(text)
    names = list(FigureRow.__dataclass_fields__)
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(getattr(row, name)) for name in names])
    return text.getvalue()


def _cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula.

    Source: https://owasp.org/www-community/attacks/CSV_Injection
    """
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text
