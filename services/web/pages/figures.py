"""Figures that can be defended: each with its tag, its source and its time."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from services.storage import own_words
from services.storage.campaign_figures import people_who_shared
from services.use_cases.statistics import statistics
from services.web.access import FiguresView
from services.web.pages.campaign_figures import SMALL_GROUP, read_recent
from services.web.pages.figure_rows import rows_of

router = APIRouter(prefix="/figures")

#: Campaigns that are shown, newest first.
LIMIT = 500


@router.get("")
async def figures(view: FiguresView) -> Response:
    async with view.parts.database.read() as transaction:
        totals = await statistics(transaction)
        shared = await people_who_shared(transaction)
        found = await read_recent(transaction, limit=LIMIT)
        own = await own_words.in_published(transaction)
    return view.page(
        "figures/figures.html",
        totals=totals,
        own_words=own,
        campaigns=[(shown, rows_of(shown, view.now)) for shown in found],
        small_group=SMALL_GROUP,
        detailed=shared >= SMALL_GROUP,
        now=view.now,
    )
