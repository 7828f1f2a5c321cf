"""The audience of a campaign: shown and changed before its launch, and widened after it.

The list shows each person and the reason; never anybody's decision, now or before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter
from fastapi.responses import Response

from services.campaigns.change_audience import add_to_audience, move_possible, remove_from_audience
from services.campaigns.rules.matching import Strength
from services.campaigns.rules.selection import ASKED_OFTEN
from services.campaigns.start_campaign import launch, widen
from services.campaigns.store import audience
from services.campaigns.store.audience import Found, Listed, Sizes, Standing
from services.campaigns.store.campaigns import Campaign
from services.campaigns.store.sharing_history import asked_lately, often_asked
from services.errors import Rejected
from services.posts.deal import Foreseen
from services.voice import Thin, lacking
from services.voice.writing.passage_rows import PassageRow, unsourced
from services.web.access import CampaignManagerView
from services.web.pages.campaigns.campaign_page import (
    WIDEN_AFTER_HOURS,
    campaign_of,
    read_plan,
    why_empty,
)
from services.web.pages.campaigns.event_forms import read_fields
from services.web.pages.campaigns.passages import foreseen_of
from services.web.view import View

router = APIRouter(prefix="/{home}/{campaign_id}")

_PAGE = 50
_FOUND = 12
_REMOVED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMove:
    """Taken off the list (``removed``), or put on it: one person, or all ``people`` who fit perhaps."""

    removed: bool
    ambassador_id: str = ""
    name: str = ""
    people: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAudience:
    """One page of a campaign's list.

    ``empty`` says why the list is empty, ``lately`` how often each was asked in the last week, ``moved``
    whom the last tap took off or put on, which can be undone, ``possible`` how many of those beside the
    list fit perhaps and were not asked often lately; ``foreseen`` before the launch how many posts the source carries; ``thin``: it carries none, and
    each person is asked a question. ``unsourced`` are the passages for which somebody has to vouch.
    """

    home: str
    campaign: Campaign
    sizes: Sizes
    empty: str
    standing: Standing
    people: Sequence[Listed]
    lately: Mapping[str, int]
    removed: Sequence[Listed]
    possible: int
    page: int
    pages: int
    find: str
    found: Sequence[Found]
    moved: ListMove | None = None
    foreseen: Foreseen | None = None
    thin: bool = False
    unsourced: Sequence[PassageRow] = ()

    @property
    def address(self) -> str:
        return f"/{self.home}/{self.campaign.id}/audience"


@router.get("/audience")
async def look(
    view: CampaignManagerView,
    home: str,
    campaign_id: str,
    *,
    standing: str = "",
    page: int = 1,
    find: str = "",
    off: str = "",
) -> Response:
    """``off`` was taken off the list a moment ago."""
    moved = ListMove(removed=True, ambassador_id=off) if off else None
    return await _show(
        view, home, campaign_id, standing=standing, page=page, find=find, moved=moved
    )


@router.post("/audience/remove")
async def remove(view: CampaignManagerView, home: str, campaign_id: str) -> Response:
    return await _change(view, home, campaign_id, added=False)


@router.post("/audience/add")
async def add(view: CampaignManagerView, home: str, campaign_id: str) -> Response:
    return await _change(view, home, campaign_id, added=True)


@router.post("/launch")
async def launch_campaign(view: CampaignManagerView, home: str, campaign_id: str) -> Response:
    await campaign_of(view, home, campaign_id)
    plan = await read_plan(view)
    vouched = (await read_fields(view, ("vouched",)))["vouched"] == "yes"
    async with view.parts.database.write() as transaction:
        await launch(
            transaction,
            campaign_id=campaign_id,
            plan=plan,
            by=view.me,
            now=view.now,
            vouched=vouched,
        )
    return view.go(_page_of(home, campaign_id))


@router.post("/widen")
async def widen_campaign(view: CampaignManagerView, home: str, campaign_id: str) -> Response:
    await campaign_of(view, home, campaign_id)
    async with view.parts.database.write() as transaction:
        await widen(transaction, campaign_id=campaign_id, by=view.me.id, now=view.now)
    return view.go(f"/{home}/{campaign_id}/audience")


async def _change(view: View, home: str, campaign_id: str, *, added: bool) -> Response:
    """Answer htmx with the list as it is now, and a browser without it with its page."""
    await campaign_of(view, home, campaign_id)
    fields = await read_fields(view, ("ambassador_id", "group", "standing", "page", "find"))
    person, fault, moved = fields["ambassador_id"], "", None
    change = add_to_audience if added else remove_from_audience
    try:
        async with view.parts.database.write() as transaction:
            if fields["group"] == Strength.POSSIBLE:
                people = await move_possible(
                    transaction,
                    campaign_id=campaign_id,
                    removed=not added,
                    by=view.me,
                    now=view.now,
                )
                moved = ListMove(removed=not added, people=people)
            else:
                await change(
                    transaction,
                    campaign_id=campaign_id,
                    ambassador_id=person,
                    by=view.me,
                    now=view.now,
                )
                moved = None if added else ListMove(removed=True, ambassador_id=person)
    except Rejected as error:
        if not view.partial:
            raise
        fault = view.fault(error)
    if not view.partial:
        off = f"?off={person}" if moved is not None and moved.ambassador_id else ""
        return view.go(f"/{home}/{campaign_id}/audience{off}")
    page = int(fields["page"]) if fields["page"].isdecimal() else 1
    return await _show(
        view,
        home,
        campaign_id,
        standing=fields["standing"],
        page=page,
        find=fields["find"],
        fault=fault,
        moved=moved,
    )


async def _show(
    view: View,
    home: str,
    campaign_id: str,
    *,
    standing: str = "",
    page: int = 1,
    find: str = "",
    fault: str = "",
    moved: ListMove | None = None,
) -> Response:
    campaign = await campaign_of(view, home, campaign_id)
    chosen = _standing(campaign, standing)
    find = find.strip()[:100]
    async with view.parts.database.read() as transaction:
        sizes = await audience.sizes(transaction, campaign_id)
        number = sizes.asked if chosen is Standing.ASKED else sizes.proposed
        pages = max(1, -(-number // _PAGE))
        page = min(max(page, 1), pages)
        people = await audience.listed(
            transaction, campaign_id, chosen, offset=(page - 1) * _PAGE, limit=_PAGE
        )
        found = await audience.search(transaction, campaign_id, find, limit=_FOUND) if find else []
        removed = await audience.listed(transaction, campaign_id, Standing.REMOVED, limit=_REMOVED)
        if moved is not None and moved.ambassador_id:
            gone = await audience.listed(
                transaction, campaign_id, Standing.REMOVED, limit=1, only=moved.ambassador_id
            )
            moved = replace(moved, name=gone[0].name) if gone else None
        shown = ShownAudience(
            home=home,
            campaign=campaign,
            sizes=sizes,
            empty=why_empty(view, campaign, sizes),
            standing=chosen,
            people=people,
            lately=await asked_lately(
                transaction,
                [
                    *(each.ambassador_id for each in (*people, *removed)),
                    *(each.ambassador_id for each in found),
                ],
                now=view.now,
                besides=campaign_id,
            ),
            removed=removed,
            page=page,
            pages=pages,
            find=find,
            found=found,
            moved=moved,
            possible=await audience.possible_beside(
                transaction, campaign_id, often_asked(campaign_id, view.now)
            ),
        )
    if campaign.state == "prepared":
        refusal = await asyncio.to_thread(lacking, campaign.content)
        own = await asyncio.to_thread(unsourced, campaign.content)
        shown = replace(shown, thin=isinstance(refusal, Thin), unsourced=own)
        if not view.partial:
            shown = replace(shown, foreseen=await foreseen_of(view, campaign))
    return view.page(
        "campaigns/_audience.html" if view.partial else "campaigns/audience.html",
        shown=shown,
        fault=fault,
        widen_after=WIDEN_AFTER_HOURS,
        asked_often=ASKED_OFTEN,
    )


def _standing(campaign: Campaign, asked_for: str) -> Standing:
    """Before the launch those who would be asked; after it those who were, or who wait."""
    if campaign.state == "prepared" or asked_for == Standing.PROPOSED:
        return Standing.PROPOSED
    return Standing.ASKED


def _page_of(home: str, campaign_id: str) -> str:
    page = f"/{home}/{campaign_id}"
    return f"{page}/campaign" if home == "stories" else page
