"""What the posts of a campaign are made of: chosen before its launch, read after it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from services.campaigns.choose_passages import choose_passages, propose_passages, version_of
from services.campaigns.store.campaigns import Campaign
from services.errors import Rejected, RetryLater
from services.events.incoming import StoryApproved
from services.message import message
from services.posts.deal import Foreseen, foresee, read_audience
from services.text.web_address import internal_host
from services.voice import Composer
from services.voice.checking.block_list import BlockedWord, BlockList
from services.voice.model import NotUsed
from services.voice.model.passages import KINDS, Proposed
from services.voice.store import blocked_words
from services.voice.writing.passage_rows import (
    LONGEST,
    MOST,
    SHORTEST,
    PassageRows,
    rows_of,
    with_proposed,
)
from services.web.access import CampaignManagerView
from services.web.pages.campaigns.campaign_page import campaign_of
from services.web.view import View

router = APIRouter(prefix="/{home}/{campaign_id}/passages")

_NOTHING_USABLE = message(
    "passages.model-nothing",
    "The language model proposed nothing usable. Choose yourself.",
)
#: No form of ours holds more rows, or longer ones.
_ROWS, _LETTERS, _SENTENCES = 60, 5_000, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPassages:
    """``foreseen`` None: the list is still empty. ``moved`` is the place of the row that was moved."""

    home: str
    campaign: Campaign
    rows: PassageRows
    foreseen: Foreseen | None
    version: str
    blocked: BlockList
    adding: str = ""
    moved: int = -1
    proposed: Proposed = field(default_factory=Proposed)

    @property
    def address(self) -> str:
        return f"/{self.home}/{self.campaign.id}/passages"

    @property
    def open(self) -> bool:
        """Whether they may still be chosen."""
        return self.campaign.state == "prepared"

    def held(self, text: str) -> Sequence[BlockedWord]:
        """The words for which a passage is passed over."""
        return self.blocked.found_in(text)

    @property
    def inside(self) -> str:
        """The host of its link, where outsiders cannot open that."""
        return internal_host(self.campaign.content.url or "")

    @property
    def author(self) -> str:
        """The person to ask for more."""
        content = self.campaign.content
        if isinstance(content, StoryApproved) and content.author is not None:
            return content.author.name
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """The rows as they came back, each with its tick; ``adding`` is a new one. ``untick`` what the
    model just said is private."""

    rows: Sequence[tuple[str, bool]]
    adding: str
    based_on: str
    moved: int
    proposed: Proposed = field(default_factory=Proposed)
    untick: bool = False


@router.get("")
async def look(
    view: CampaignManagerView, home: str, campaign_id: str, *, saved: str = ""
) -> Response:
    campaign = await campaign_of(view, home, campaign_id)
    return await _show(view, home, campaign, saved=bool(saved))


@router.post("")
async def choose(view: CampaignManagerView, home: str, campaign_id: str) -> Response:
    """Keep what is ticked. A request while typing is answered with the posts beside the form only."""
    campaign = await campaign_of(view, home, campaign_id)
    aside = view.partial and view.request.headers.get("HX-Target") == "carried"
    typed = await _typed(view, aside=aside)
    # An emptied row is not wanted.
    texts = [text for text, used in typed.rows if used and text]
    try:
        async with view.parts.database.write() as transaction:
            campaign = await choose_passages(
                transaction,
                campaign_id=campaign_id,
                texts=[*texts, *([typed.adding] if typed.adding else [])],
                based_on=typed.based_on,
                by=view.me,
                now=view.now,
            )
    except Rejected as refusal:
        return await _show(
            view, home, campaign, status=422, typed=typed, aside=aside, fault=view.fault(refusal)
        )
    if view.partial:
        left = replace(typed, based_on=version_of(campaign.content), adding="")
        return await _show(
            view,
            home,
            campaign,
            typed=left if typed.proposed.texts or typed.proposed.private else None,
            saved=True,
            moved=typed.moved,
            aside=aside,
        )
    return view.go(f"/{home}/{campaign_id}/passages?saved=yes#passages")


@router.post("/proposed")
async def propose(view: CampaignManagerView, home: str, campaign_id: str) -> Response:
    """Put what a language model proposes among the rows, unticked. Nothing is kept by that."""
    campaign = await campaign_of(view, home, campaign_id)
    ask, content = view.parts.ask_model, campaign.content
    if ask is None or campaign.state != "prepared":
        raise HTTPException(404)
    typed, fault = await _typed(view, aside=False), ""
    try:
        found = await propose_passages(view.parts.database, ask, campaign, by=view.me, now=view.now)
        there = {text for text, _ in typed.rows}
        more = [(text, False) for text in found.texts if text not in there]
        # What an editor chose before stays as it is.
        untick = not content.passages
        typed = replace(typed, rows=[*typed.rows, *more], proposed=found, untick=untick)
    except NotUsed:
        fault = view.messages.phrase(_NOTHING_USABLE)
    except RetryLater as away:
        fault = view.fault(away)
    return await _show(view, home, campaign, typed=typed, fault=fault)


async def foreseen_of(view: View, campaign: Campaign) -> Foreseen | None:
    """The posts it would have; None while its list is empty."""
    async with view.parts.database.read() as transaction:
        composer = await view.parts.templates.composer(transaction)
        them = await read_audience(transaction, campaign)
    if not them.people:
        return None
    # A composer of its own: they are not safe for several threads.
    own = Composer(composer.templates, composer.blocked, composer.networks)
    link = f"{view.parts.base_url}/r/voorbeeld"
    return await asyncio.to_thread(foresee, own, campaign, them, link=link)


async def _typed(view: View, *, aside: bool) -> _Typed:
    """Raises 422 for what no form of ours sends."""
    form = await view.request.form()
    ticked = {str(each) for each in form.getlist("use")}
    texts = [str(each).strip() for each in form.getlist("text")]
    adding = "" if aside else str(form.get("add", "")).strip()
    if len(texts) > _ROWS or any(len(text) > _LETTERS for text in (*texts, adding)):
        raise HTTPException(422)
    rows: Sequence[tuple[str, bool]] = [
        (text, str(number) in ticked) for number, text in enumerate(texts)
    ]
    moved = -1
    if not aside and (wish := str(form.get("move", ""))):
        rows, moved = _moved(rows, wish)
    return _Typed(
        rows=rows,
        adding=adding,
        based_on=str(form.get("based_on", "")),
        moved=moved,
        proposed=_carried(
            [str(each) for each in form.getlist("proposed")],
            [str(each) for each in form.getlist("private")],
        ),
    )


def _carried(texts: Sequence[str], private: Sequence[str]) -> Proposed:
    """What was proposed before, as the form carries it; each of ``private`` begins with its kind."""
    if len(texts) > _ROWS or len(private) > _SENTENCES:
        raise HTTPException(422)
    kinds = (each.partition(" ") for each in private)
    return Proposed(
        texts=tuple(texts),
        private={text: KINDS[kind] for kind, _, text in kinds if kind in KINDS and text},
    )


def _moved(rows: Sequence[tuple[str, bool]], wish: str) -> tuple[Sequence[tuple[str, bool]], int]:
    """``wish`` is "up-3" or "down-0"; past the ticked row before or after it. With its new place."""
    way, _, number = wish.partition("-")
    if way not in ("up", "down") or not (number.isascii() and number.isdigit()):
        raise HTTPException(422)
    used = [place for place, (_, ticked) in enumerate(rows) if ticked]
    if int(number) not in used:
        raise HTTPException(422)
    here = used.index(int(number))
    there = min(max(here + (-1 if way == "up" else 1), 0), len(used) - 1)
    changed = list(rows)
    changed[used[here]], changed[used[there]] = rows[used[there]], rows[used[here]]
    return changed, there


async def _show(
    view: View,
    home: str,
    campaign: Campaign,
    *,
    status: int = 200,
    typed: _Typed | None = None,
    aside: bool = False,
    saved: bool = False,
    moved: int = -1,
    fault: str = "",
) -> Response:
    is_open = campaign.state == "prepared"
    async with view.parts.database.read() as transaction:
        blocked = await blocked_words.read(transaction)
    ticks = typed.rows if typed is not None and is_open else ()
    rows = await asyncio.to_thread(rows_of, campaign.content, ticks)
    if typed is not None and is_open:
        rows = with_proposed(rows, typed.proposed, untick=typed.untick)
    shown = ShownPassages(
        home=home,
        campaign=campaign,
        rows=rows,
        foreseen=await foreseen_of(view, campaign) if is_open else None,
        version=typed.based_on if typed is not None else version_of(campaign.content),
        blocked=blocked,
        adding=typed.adding if typed is not None else "",
        moved=moved,
        proposed=typed.proposed if typed is not None else Proposed(),
    )
    template = "campaigns/passages.html"
    if view.partial:
        template = "campaigns/_carried.html" if aside else "campaigns/_passages.html"
    return view.page(
        template,
        status=status,
        shown=shown,
        fault=fault,
        saved=saved,
        aside=aside,
        limits={"shortest": SHORTEST, "longest": LONGEST, "most": MOST},
    )
