"""Read the analytics that LinkedIn lets a member download: XLSX, or the same sheets as CSV.

Two files exist (observed; LinkedIn documents neither). The analytics of all content have a sheet
with tables side by side, each with a column "Post URL" and one figure; those of a single post have
lines of a label and a value, "Post URL" among them. Sheets and columns are found by their words.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from services.errors import Rejected

#: LinkedIn's word → our metric.
_METRICS = {
    "impressions": "impressions",
    "members reached": "reach",
    "reactions": "reactions",
    "comments": "comments",
    "reposts": "reshares",
}
_ADDRESS = "post url"
_FOLLOWERS = "total followers"
#: LinkedIn lists 50 posts; a year of days is the longest sheet.
_MOST_ROWS, _MOST_COLUMNS = 5_000, 50
_MOST_BYTES = 50_000_000
_NO_EXPORT = "Download your analytics from LinkedIn, with LinkedIn in English, as XLSX or CSV."


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """``posts``: figures by our metric names, by the address of a post. ``followers`` None: not
    in this file."""

    posts: Mapping[str, Mapping[str, int]]
    followers: int | None = None


def read_export(content: bytes) -> Export:
    """Raises Rejected for a file that is no such export."""
    posts: dict[str, dict[str, int]] = {}
    followers = None
    for sheet in _sheets(content):
        for address, metric, value in _figures(sheet):
            posts.setdefault(address, {})[metric] = value
        followers = _followers(sheet) if followers is None else followers
    if not posts:
        raise Rejected("this file holds no figures of posts on LinkedIn", remedy=_NO_EXPORT)
    return Export(posts=posts, followers=followers)


_Row = Sequence[str]


def _figures(sheet: Sequence[_Row]) -> Iterator[tuple[str, str, int]]:
    yield from _of_one_post(sheet)
    tables: list[tuple[int, int, str]] = []  # the columns of address and figure, and its metric
    for row in sheet:
        words = [cell.casefold() for cell in row]
        if _ADDRESS in words:
            tables = _tables(words)
            continue
        for address_at, figure_at, metric in tables:
            if figure_at < len(row) and row[address_at].startswith("https://"):
                value = _number(row[figure_at])
                if value is not None:
                    yield row[address_at], metric, value


def _tables(words: Sequence[str]) -> list[tuple[int, int, str]]:
    """In a line of headings: each figure belongs to the nearest address on its left."""
    found, address_at = [], -1
    for place, word in enumerate(words):
        if word == _ADDRESS:
            address_at = place
        elif word in _METRICS and address_at >= 0:
            found.append((address_at, place, _METRICS[word]))
    return found


def _of_one_post(sheet: Sequence[_Row]) -> Iterator[tuple[str, str, int]]:
    address = ""
    for row in sheet:
        if len(row) < 2:
            continue
        label = row[0].casefold()
        if label == _ADDRESS and row[1].startswith("https://"):
            address = row[1]
        elif address and label in _METRICS and (value := _number(row[1])) is not None:
            yield address, _METRICS[label], value


def _followers(sheet: Sequence[_Row]) -> int | None:
    for row in sheet:
        if len(row) > 1 and row[0].casefold().startswith(_FOLLOWERS):
            return _number(row[1])
    return None


# The thousands of "5,537" and "5.537" are set apart; "0.05" is a rate and no count.
_COUNT = re.compile(r"\d{1,12}|\d{1,3}(?:[,.\u00a0\u202f ]\d{3}){1,3}")


def _number(cell: str) -> int | None:
    return int(re.sub(r"\D", "", cell)) if _COUNT.fullmatch(cell) and cell.isascii() else None


def _sheets(content: bytes) -> Iterator[list[_Row]]:
    if content.startswith(b"PK\x03\x04"):
        yield from _workbook(content)
        return
    try:
        text = content.decode("utf-8-sig")
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        yield _tidy(rows)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Rejected("this file is neither XLSX nor CSV", remedy=_NO_EXPORT) from error


def _delimiter(text: str) -> str:
    head = text[:10_000]
    return max(",;\t", key=head.count)


def _workbook(content: bytes) -> Iterator[list[_Row]]:
    import openpyxl  # noqa: PLC0415 - slow, and rarely needed

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # What is unpacked never grows over what the archive declares.
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
                raise Rejected("this file is too large once unpacked", remedy=_NO_EXPORT)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what the file says of its own size may be anything
            yield _tidy(sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True))
    except Rejected:
        raise
    except Exception as error:  # openpyxl raises whatever a broken file makes it stumble over
        raise Rejected("this file is no readable XLSX", remedy=_NO_EXPORT) from error


def _tidy(rows: Iterable[Sequence[object]]) -> list[_Row]:
    return [
        ["" if cell is None else str(cell).strip() for cell in islice(row, _MOST_COLUMNS)]
        for row in islice(rows, _MOST_ROWS)
    ]
