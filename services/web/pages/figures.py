"""Figures that can be defended: each with its tag, its source and its time."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from services.storage import own_words
from services.storage.campaign_figures import people_who_shared
from services.storage.own_words import OwnWords
from services.web.access import FiguresView
from services.web.pages.campaign_figures import SMALL_GROUP, read_recent, totals_of
from services.web.pages.figure_rows import rows_of

router = APIRouter(prefix="/figures")

#: Campaigns that are shown, newest first.
LIMIT = 500


@router.get("")
async def figures(view: FiguresView) -> Response:
    async with view.parts.database.read() as transaction:
        shared = await people_who_shared(transaction)
        found = await read_recent(transaction, limit=LIMIT)
        own = await own_words.in_published(transaction)
    return view.page(
        "figures/figures.html",
        totals=totals_of(found),
        # An average over everybody, which no page divides by campaign.
        own_words=own if shared >= SMALL_GROUP else OwnWords(posts=0, changed=0, share=0.0),
        campaigns=[(shown, rows_of(shown, view.now)) for shown in found],
        small_group=SMALL_GROUP,
        limit=LIMIT,
        now=view.now,
    )
