"""Figures that can be defended: each with its tag, its source and its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from fastapi import APIRouter
from fastapi.responses import Response

from services.accounts.store import charges
from services.accounts.store.charges import Charge, UnitCharge
from services.figures.store.campaign_figures import people_who_shared
from services.price import MICROS
from services.voice.store import own_words
from services.voice.store.own_words import OwnWords
from services.web.access import FiguresView
from services.web.pages.figures.campaign_figures import SMALL_GROUP, read_recent, totals_of
from services.web.pages.figures.figure_rows import rows_of
from services.web.pages.figures.figures_export import has_parquet
from services.web.pages.figures.figures_over_time import FIRST_ROWS, read_over_time

router = APIRouter(prefix="/figures")

#: Campaigns that are counted, newest first: five hundred were 1.3 MB and four tenths of a second.
SHOWN = 50
#: Those that are exported.
LIMIT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What networks charged: by our count, at the prices in the settings of that time.

    ``lines`` are numbers of posts and their price, ``units`` what else was charged for and the same.
    ``unknown`` posts were published at an unknown price.
    """

    lines: Sequence[tuple[int, Decimal]]
    units: Sequence[tuple[str, int, Decimal]]
    unknown: int

    @classmethod
    def of(cls, charged: Sequence[Charge], units: Sequence[UnitCharge]) -> Bill:
        return cls(
            lines=[
                (one.posts, Decimal(one.each) / MICROS) for one in charged if one.each is not None
            ],
            units=[(one.unit, one.number, Decimal(one.each) / MICROS) for one in units],
            unknown=sum(one.posts for one in charged if one.each is None),
        )

    @property
    def total(self) -> Decimal:
        posts = sum((number * each for number, each in self.lines), Decimal())
        return posts + sum((number * each for _, number, each in self.units), Decimal())


@router.get("")
async def figures(view: FiguresView) -> Response:
    async with view.parts.database.read() as transaction:
        found = await read_recent(transaction, limit=SHOWN)
        # Of what is shown below and of nothing else: a count over all would give the others away.
        ids = [shown.campaign.id for shown in found if shown.counted]
        # Five of one campaign are five of all.
        enough = any(shown.counted and shown.detailed for shown in found) or (
            await people_who_shared(transaction, ids) >= SMALL_GROUP
        )
        paid = sorted(name for name, prices in view.parts.prices.items() if prices.for_posts)
        charged = await charges.of_networks(transaction, paid, campaign_ids=ids)
        totals = totals_of(found)
        # They are counted over all posts, and would tell how many those of a hidden campaign are.
        units = [] if totals.hidden else await charges.of_units(transaction)
        own = await own_words.in_published(transaction, campaign_ids=ids)
        over_time = await read_over_time(view, transaction)
    shown = found if over_time.question.all == "campaigns" else found[:FIRST_ROWS]
    return view.page(
        "figures/figures.html",
        over=over_time,
        totals=totals,
        # An average over everybody, which no page divides by campaign.
        own_words=own if enough else OwnWords(posts=0, changed=0, share=0.0),
        campaigns=[(each, rows_of(each, view.now)) for each in shown],
        counted=len(found),
        bill=Bill.of(charged, units),
        parquet=has_parquet(),
        small_group=SMALL_GROUP,
        limit=SHOWN,
        now=view.now,
    )
