"""All figures as a file (CSV, XLSX or Parquet), each with its tag, source and time: in the memory of one
page of rows, however many there are.
"""

from __future__ import annotations

import asyncio
import csv
import io
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, Response, StreamingResponse
from starlette.background import BackgroundTask

from services.errors import Rejected
from services.message import message
from services.web.access import FiguresView
from services.web.pages.figures.figure_rows import FigureRow, FiguresWanted, pages

Pages = AsyncIterator[Sequence[FigureRow]]

COLUMNS = tuple(FigureRow.__dataclass_fields__)
#: Spreadsheets read UTF-8 only behind this mark.
_MARK = "\ufeff"
#: Of a sheet, its head among them.
_MOST_ROWS = 1_048_576
_LONGEST_CELL = 32_767
_TYPES = dict.fromkeys(COLUMNS, "VARCHAR") | {
    "value": "BIGINT",
    "at": "TIMESTAMP WITH TIME ZONE",
    "day": "DATE",
}


def has_parquet() -> bool:
    """Whether this installation can write Parquet (the extra ``parquet``)."""
    return find_spec("duckdb") is not None


async def answer(ending: str, pages: Pages, *, name: str) -> Response:
    """The file as a download. Raises Rejected where it cannot be made, and what ``pages`` raises
    before its first page."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    if ending == "csv":
        text = csv_text(pages)
        # Before the answer has begun: a database that is away is reported as such.
        head = await anext(text)
        return StreamingResponse(
            _after(head, text), media_type="text/csv; charset=utf-8", headers=headers
        )
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="zwaan-export-"))
    try:
        write, media_type = _FILES[ending]
        path = folder / f"figures.{ending}"
        async with aclosing(pages):  # type: ignore[type-var]
            await write(pages, path)
    except BaseException:
        shutil.rmtree(folder)
        raise
    clear = BackgroundTask(shutil.rmtree, folder)
    return FileResponse(path, media_type=media_type, headers=headers, background=clear)


async def _after(head: str, rest: AsyncIterator[str]) -> AsyncIterator[str]:
    yield head
    async for text in rest:
        yield text


async def csv_text(pages: Pages) -> AsyncIterator[str]:
    """One figure a line, so that no tool adds what must not be added by itself."""
    head = _MARK + _lines([COLUMNS])
    async for rows in pages:
        yield head + csv_lines(rows)
        head = ""


def csv_lines(rows: Iterable[FigureRow]) -> str:
    return _lines([_safe(cell) for cell in _cells(row)] for row in rows)


def _lines(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cells(row: FigureRow) -> list[str]:
    return [_text(getattr(row, name)) for name in COLUMNS]


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else str(value)


def _safe(text: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    Source: https://owasp.org/www-community/attacks/CSV_Injection
    """
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text


async def _write_xlsx(pages: Pages, path: Path) -> None:
    # Slow to import, and of no use elsewhere.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet("zwaan")

    def cell(value: object) -> Any:
        if isinstance(value, datetime):  # a sheet knows no zones
            value = value.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        made = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_CELL])
        made.data_type = "s"  # and no formula
        return made

    def append(rows: Sequence[FigureRow]) -> None:
        for row in rows:
            sheet.append([cell(getattr(row, name)) for name in COLUMNS])

    sheet.append(COLUMNS)
    written = 1
    try:
        async for rows in pages:
            written += len(rows)
            if written > _MOST_ROWS:
                raise Rejected(
                    message("export.too-long", "a sheet has no room for that many rows"),
                    remedy=message("do.take-csv", "Take the CSV, or fewer days."),
                )
            await asyncio.to_thread(append, rows)
    finally:  # also what is given up: the library's own temporary files go with it
        await asyncio.to_thread(book.save, path)


async def _write_parquet(pages: Pages, path: Path) -> None:
    if not has_parquet():
        raise Rejected(
            message("export.no-parquet", "this installation cannot write Parquet"),
            remedy=message(
                "do.install-parquet", 'Install it with "zwaan[parquet]", or take the CSV.'
            ),
        )
    source = path.with_suffix(".csv")
    with source.open("w", newline="", encoding="utf-8") as file:
        async for rows in pages:
            text = _lines(_cells(row) for row in rows)
            await asyncio.to_thread(file.write, text)
    await asyncio.to_thread(_copy, source, path)


def _copy(source: Path, target: Path) -> None:
    import duckdb  # noqa: PLC0415 - an extra

    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in _TYPES.items())
    with duckdb.connect(config={"threads": 1, "memory_limit": "256MB"}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{source}', header = false, delim = ',', quote = '\"',"  # noqa: S608 - ours
            f" escape = '\"', columns = {{{columns}}}, auto_detect = false))"
            f" TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
        )


_FILES: Mapping[str, tuple[Callable[[Pages, Path], Awaitable[None]], str]] = {
    "xlsx": (
        _write_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "parquet": (_write_parquet, "application/vnd.apache.parquet"),
}


router = APIRouter()

Ending = Literal["csv", "xlsx", "parquet"]
#: Campaigns that are read at a time: one has a few rows altogether, and one for each figure of each day.
ROUNDS = {"campaign": 200, "day": 5, "post": 5}


@router.get("/figures.{ending}")
async def figures_file(
    view: FiguresView,
    ending: Ending,
    by: Literal["campaign", "day"] = "campaign",
    first: Annotated[date, Query(alias="from")] = date.min,
    last: Annotated[date, Query(alias="to")] = date.max,
) -> Response:
    """``by`` day: what each day from ``from`` to ``to`` added."""
    asked = FiguresWanted(by=by, first=first, last=last, limit=ROUNDS[by])
    found = pages(view.parts.database, asked, now=view.now)
    return await answer(ending, found, name=f"zwaan-{view.now:%Y-%m-%d}")
