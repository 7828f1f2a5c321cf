"""All figures as a file, each with its tag, source and time."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.web.access import FiguresView
from services.web.pages.figures.export_files import answer
from services.web.pages.figures.figure_pages import FiguresWanted, pages

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
