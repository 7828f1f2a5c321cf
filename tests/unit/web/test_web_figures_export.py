"""Figures as files: each with its tag, whole, as text, and in the memory of a few."""

from __future__ import annotations

import csv
import io
import os
import re
import sys
import tempfile
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from services.database.engine import Database
from services.database.schema import click_cells, figure_groups
from services.errors import Rejected
from services.figures.store import applications
from services.figures.store.applications import Step
from services.message import said
from services.post import PostState
from services.web.pages.figures import figures_export
from services.web.pages.figures.figure_rows import FigureRow, FiguresWanted, pages
from services.web.pages.figures.figures_export import COLUMNS, csv_text
from tests.builders import NOW
from tests.unit.web.organisation import Organisation, story, vacancy
from tests.unit.web.test_web_managers import team

ODD = "=1+1, \"zei\" ze; 'ja'\u200b"


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


async def _files(organisation: Organisation, query: str = "") -> tuple[Any, ...]:
    async with organisation.staff("mia@example.org", "marketing") as browser:
        answers = [
            await browser.get(f"/figures.{ending}{query}") for ending in ("csv", "xlsx", "parquet")
        ]
    assert [answer.status_code for answer in answers] == [200] * 3
    return tuple(answers)


@pytest.mark.parametrize("query", ["", "?by=day"])
async def test_all_files_hold_the_same_rows(
    organisation: Organisation, tmp_path: Path, query: str
) -> None:
    """CSV, XLSX and Parquet tell the same figures with the same tags; no cell is a formula."""
    await team(organisation, [PostState.PUBLISHED] * 6)
    await organisation.campaign(story(story_id="odd", title=ODD))
    written, sheet, parquet = await _files(organisation, query)
    rows = read_csv(written.text)
    assert rows
    (tmp_path / "p.parquet").write_bytes(parquet.content)
    table = duckdb.read_parquet(str(tmp_path / "p.parquet"))
    assert tuple(table.columns) == COLUMNS
    book = openpyxl.load_workbook(io.BytesIO(sheet.content))
    head, *cells = book["zwaan"].iter_rows()
    assert tuple(cell.value for cell in head) == COLUMNS
    assert all(cell.data_type in "snd" for line in cells for cell in line)
    assert len(cells) == len(rows)
    for row, line, of in zip(rows, cells, table.fetchall(), strict=True):
        told = [row[name] for name in ("campaign", "figure", "tag", "source", "day", "value")]
        by_sheet = dict(zip(COLUMNS, (cell.value for cell in line), strict=True))
        by_table = dict(zip(COLUMNS, of, strict=True))
        for by in (by_sheet, by_table):
            texts = ["" if by[name] is None else str(by[name]) for name in by]
            kept = dict(zip(by, texts, strict=True))
            assert [
                kept[name] for name in ("campaign", "figure", "tag", "source", "day", "value")
            ] == told
            assert by["title"] == row["title"].removeprefix("'")
        assert by_table["at"].isoformat() == row["at"]
    assert {row["tag"] for row in rows} == (
        {"measured"} if query else {"measured", "unknown", "hidden"}
    )


async def test_a_day_counts_from_five_people_on(organisation: Organisation) -> None:
    """What came before the fifth person had shared is on that day, and adds up to what is shown
    altogether; of a smaller group there is no day."""
    large = await team(organisation, [PostState.PUBLISHED] * 6)
    await team(organisation, [PostState.PUBLISHED] * 4, "small")
    fifth = NOW + timedelta(days=2)
    async with organisation.database.write() as transaction:
        await transaction.execute(
            figure_groups.update()
            .where(figure_groups.c.campaign_id == large)
            .values(since=f"{fifth:%Y-%m-%d}")
        )
        await applications.add_steps(
            transaction,
            [Step(application_id="1", vacancy_id="v-12", stage="applied", at=NOW)],
        )
    query = f"?by=day&to={fifth:%Y-%m-%d}"
    rows = read_csv((await _files(organisation, query))[0].text)
    assert {row["campaign"] for row in rows} == {large}
    assert {(row["day"], row["figure"], row["value"]) for row in rows} == {
        ("2026-11-24", "applicants_applied", "1"),
        ("2026-11-26", "clicks_human", "6"),
        ("2026-11-26", "clicks_bot", "6"),
        ("2026-11-26", "reach", "500"),
    }
    before = f"?by=day&to={fifth - timedelta(days=1):%Y-%m-%d}"
    rows = read_csv((await _files(organisation, before))[0].text)
    assert {row["figure"] for row in rows} == {"applicants_applied"}


async def test_many_rows_take_the_memory_of_a_few(organisation: Organisation) -> None:
    """The CSV of five times as many campaigns is written in the same memory."""
    peaks = []
    for campaigns in (range(10), range(10, 50)):
        for number in campaigns:
            made = await organisation.campaign(vacancy(vacancy_id=f"v-{number}"))
            await _fill(organisation.database, made.id)
        tracemalloc.start()
        lines = 0
        async for text in csv_text(_by_day(organisation.database)):
            lines += text.count("\n")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert lines == (campaigns.stop) * _DAYS + 1
    assert peaks[1] < 1.5 * peaks[0], peaks


_DAYS = 1_000


async def _fill(database: Database, campaign_id: str) -> None:
    async with database.write() as transaction:
        await transaction.execute(
            figure_groups.insert().values(
                campaign_id=campaign_id, metric="", tag="", people=5, since="2000-01-01"
            )
        )
        await transaction.insert_many(
            click_cells.insert(),
            [
                {
                    "dimension": "campaign",
                    "value": campaign_id,
                    "span": f"{NOW + timedelta(days=day):%Y-%m-%d}",
                    "click_class": "human",
                    "reason": "",
                    "clicks": 1,
                }
                for day in range(_DAYS)
            ],
        )


def _by_day(database: Database) -> AsyncIterator[Sequence[FigureRow]]:
    return pages(database, FiguresWanted(by="day", limit=5), now=NOW)


async def test_without_the_extra_parquet_says_what_to_do(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page does not offer it, and who asks reads how to get it."""
    monkeypatch.setitem(sys.modules, "duckdb", None)
    monkeypatch.setattr(figures_export, "has_parquet", lambda: False)
    async with organisation.staff("mia@example.org", "marketing") as browser:
        answer = await browser.get("/figures.parquet")
    assert answer.status_code == 422
    assert "zwaan[parquet]" in answer.text


async def test_a_file_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither does one that was read."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    async def broken() -> AsyncIterator[Sequence[FigureRow]]:
        yield []
        raise Rejected(said("no"))

    for ending in ("xlsx", "parquet"):
        with pytest.raises(Rejected):
            await figures_export.answer(ending, broken(), name="zwaan")
    assert list(os.scandir(tmp_path)) == []


async def test_the_queries_of_the_documentation_give_the_figures_of_the_page(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the three runs as it is written there, over the two files that are asked for there."""
    await team(organisation, [PostState.PUBLISHED] * 6)
    await team(organisation, [PostState.PUBLISHED] * 4, "small")
    (tmp_path / "figures.parquet").write_bytes((await _files(organisation))[2].content)
    (tmp_path / "days.parquet").write_bytes((await _files(organisation, "?by=day"))[2].content)
    queries = re.findall(r"```sql\n(.*?)```", _DOCUMENT, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    funnel, reach, weeks = (duckdb.sql(query).fetchall() for query in queries)
    assert [row[1:] for row in funnel] == [(6, 6, None, None), (None, None, None, None)]
    assert reach == [("reach", "measured", 500, 1, NOW)]
    assert weeks == [(date(2026, 11, 23), "vacancy", 6)]


_DOCUMENT = (Path(__file__).parents[3] / "docs" / "figures.md").read_text()
