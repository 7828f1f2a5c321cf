"""A campaign's page: the form that opens it, stated once however often it is sent and with how it begins; then
it waits for its event to arrive, and follows what becomes of the posts, or says why its audience is empty and what
can be done about it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import HTTPException
from fastapi.responses import Response

from services.campaigns.announce import Before, announced, facts_of, with_this_title
from services.campaigns.rules.matching import Content, source_of
from services.campaigns.store import audience, campaigns
from services.campaigns.store.audience import Sizes
from services.campaigns.store.campaigns import Campaign
from services.errors import Rejected
from services.events.incoming import (
    Launch,
    LaunchPlan,
    StoryApproved,
    VacancyOpened,
    read_launch_plan,
)
from services.identity import derive_id
from services.language import LANGUAGES, primary_language
from services.message import label, message
from services.voice import refusal_of
from services.voice.writing.passage_rows import unsourced
from services.web.access import CAMPAIGN_HOMES
from services.web.messages import language_name
from services.web.pages.campaigns.event_forms import (
    Filled,
    form_fault_text,
    read_fields,
    state_event,
)
from services.web.pages.figures.campaign_figures import read_one
from services.web.view import View

_TAKEN = message("form.fault.taken", "There is a campaign with this number already.")
_NOT_IN_TEXT = label(
    "form.fault.not-in-text",
    "This is not in the text like that: “{passage}”. Look first at who it will be; there you vouch for it.",
)
#: What the button says that makes another one: which one it is another than.
ANOTHER = "another"
_PAGES = {"vacancy": "/vacancies/{}", "story": "/stories/{}/campaign"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """One with the same title, to be asked about."""

    campaign_id: str
    address: str
    before: Before


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """``address``: the campaign's page. Without one: what has to be mended or asked first."""

    address: str = ""
    taken: bool = False
    twin: Twin | None = None
    fault: str = ""


async def wish_for_another(view: View) -> str:
    """The campaign that the form has to differ from; empty where no person was asked."""
    return (await read_fields(view, (ANOTHER,)))[ANOTHER]


def show_form(
    view: View,
    template: str,
    filled: Filled[StoryApproved] | Filled[VacancyOpened],
    *,
    status: int = 200,
    opening: Opening | None = None,
) -> Response:
    """The form as it was filled in, with what has to be mended or asked."""
    return view.page(
        template,
        status=status,
        fields=filled.fields,
        faults={**dict.fromkeys(filled.fields, ""), **filled.faults},
        wrong=len(filled.faults),
        widen_after=WIDEN_AFTER_HOURS,
        opening=opening or Opening(fault=form_fault_text(view)),
    )


async def open_by_form(
    view: View,
    template: str,
    filled: Filled[StoryApproved] | Filled[VacancyOpened],
    *,
    source: str,
    name: str,
    number: str = "",
) -> Response:
    """State what the form says, as an event ``name``, and go to its campaign; or show the form again.

    ``number`` is the field in which its id may be typed.
    """
    if view.form_fault is not None:
        return show_form(view, template, filled.untouched(), status=view.form_fault.status_code)
    plan = await read_plan(view)
    if filled.data is None:
        return show_form(view, template, filled, status=422)
    if plan.launch is not Launch.REVIEW and (
        own := await asyncio.to_thread(unsourced, filled.data)
    ):
        fault = view.messages.phrase(_NOT_IN_TEXT, passage=own[0].text)
        return show_form(view, template, filled.with_fault("passages", fault), status=422)
    numbered = bool(number and filled.fields[number])
    opening = await _state_once(
        view, filled.data, plan, source=source, name=name, numbered=numbered
    )
    if opening.taken:
        filled = filled.with_fault(number, view.messages.phrase(_TAKEN))
    if not opening.address:
        status = 409 if opening.twin else 422
        return show_form(view, template, filled, status=status, opening=opening)
    return view.go(opening.address)


async def _state_once(
    view: View, content: Content, plan: LaunchPlan, *, source: str, name: str, numbered: bool
) -> Opening:
    """``numbered``: its id was typed, so that it is known with these facts or it is another's."""
    kind, source_id = source_of(content)
    campaign_id = derive_id("campaign", kind, source_id)
    another = await wish_for_another(view)
    async with view.parts.database.read() as transaction:
        before = await announced(transaction, campaign_id, content, now=view.now)
        twin = before or await with_this_title(transaction, content, now=view.now)
    if before is not None and before.same:
        return Opening(address=_address(kind, before))
    if before is not None and numbered:
        return Opening(taken=True)
    if twin is not None and twin.campaign_id != another:
        address = _address(kind, twin)
        return Opening(twin=Twin(campaign_id=twin.campaign_id, address=address, before=twin))
    try:
        await state_event(
            view,
            source=source,
            name=name,
            data=content,
            campaign_id=campaign_id,
            event_id=derive_id("opening", campaign_id, facts_of(content)),
            extensions=plan.as_extensions(),
            detail={"title": content.title, "facts": facts_of(content)},
        )
    except Rejected as refusal:
        return Opening(fault=view.fault(refusal))
    return Opening(address=f"{_PAGES[kind].format(campaign_id)}?opened={waiting_since(view)}")


def _address(kind: str, before: Before) -> str:
    page = _PAGES[kind].format(before.campaign_id)
    return page if before.arrived else f"{page}?opened={int(before.at.timestamp())}"


LAUNCH_FIELDS = ("launch", "widen")
#: After how many hours a handful may widen by itself, as the form offers it.
WIDEN_AFTER_HOURS = (24, 72, 168)
#: What the form proposes: look first, and widen when somebody says so.
PROPOSED = {"launch": Launch.REVIEW.value, "widen": ""}


async def read_plan(view: View) -> LaunchPlan:
    """The plan that was chosen; a form without the choice asks everybody, as an event does.

    Raises Rejected for a choice that the form does not offer.
    """
    fields = await read_fields(view, LAUNCH_FIELDS)
    plan = read_launch_plan({"launch": fields["launch"]} if fields["launch"] else {})
    hours = fields["widen"]
    if plan.launch is not Launch.HANDFUL or not hours:
        return plan
    after = next((each for each in WIDEN_AFTER_HOURS if str(each) == hours), None)
    if after is None:
        return read_launch_plan({"launch": plan.launch.value, "widenafterhours": hours})
    return LaunchPlan(launch=plan.launch, widen_after=timedelta(hours=after))


#: After this a page that waits for its campaign says that something is in the way.
_PATIENCE = timedelta(seconds=30)
#: How long a page says to the manager who began a campaign that it began.
_NEWS = timedelta(minutes=5)


async def show_campaign(
    view: View,
    campaign_id: str,
    *,
    kind: str,
    template: str,
    address: str,
    opened: str = "",
    closed: str = "",
) -> Response:
    """``opened`` and ``closed`` (seconds since 1970) say since when an event is on its way."""
    async with view.parts.database.read() as transaction:
        found = await read_one(transaction, campaign_id, kind=kind)
        sizes = await audience.sizes(transaction, campaign_id)
    if found is None:
        return _wait(view, address, opened)
    if view.partial and opened:
        return Response(headers={"HX-Redirect": f"{address}?opened={opened}"})
    closing = bool(closed) and _moment(closed) <= view.now and found.campaign.state != "closed"
    if found.campaign.state == "prepared" and not closing:
        # Nothing came of it yet: what there is to see is whom it would ask.
        return view.go(found.audience_address)
    empty = why_empty(view, found.campaign, sizes)
    return view.page(
        "campaigns/_campaign.html" if view.partial else template,
        shown=found,
        address=f"{address}?closed={closed}" if closing else address,
        closing=closing,
        empty=empty,
        # Whom a campaign that began with a handful has still to ask.
        waiting=sizes.proposed if found.campaign.state == "open" else 0,
        just_opened=bool(opened) and not empty and view.now - _moment(opened) < _NEWS,
        now=view.now,
    )


async def campaign_of(view: View, home: str, campaign_id: str) -> Campaign:
    """Raises 404 when there is no such campaign, or not in this part of the house."""
    async with view.parts.database.read() as transaction:
        campaign = await campaigns.get(transaction, campaign_id)
    if campaign is None or campaign.kind != CAMPAIGN_HOMES[home]:
        raise HTTPException(404)
    return campaign


def _wait(view: View, address: str, opened: str) -> Response:
    if not opened:
        raise HTTPException(404)
    since = _moment(opened)
    return view.page(
        "campaigns/_waiting.html" if view.partial else "campaigns/waiting.html",
        address=f"{address}?opened={opened}",
        late=view.now - since > _PATIENCE,
    )


def waiting_since(view: View) -> int:
    """What ``opened`` and ``closed`` hold."""
    return int(view.now.timestamp())


def _moment(text: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise HTTPException(404) from error


_NOT_WRITTEN = label(
    "audience.nobody-because.not-written",
    "Nobody writes in this language ({language}), and a story is told in its own. Start another one in Dutch or English.",
)
_NO_WRITER = label(
    "audience.nobody-because.language",
    "Nobody writes in this language ({language}). A colleague can add it under “Your voice”; then put them on the list.",
)
_NO_WORK = label(
    "audience.nobody-because.work",
    "Nobody shares its craft, team or place, or writes in its language ({language}). Put a colleague on the list yourself.",
)


def why_empty(view: View, campaign: Campaign, sizes: Sizes) -> str:
    """Why the audience is empty, in one or two sentences; empty while it is not."""
    if sizes.proposed or sizes.asked or sizes.removed:
        return ""
    content = campaign.content
    language = language_name(content.language, view.messages.language)
    written = primary_language(content.language) in LANGUAGES
    if isinstance(content, StoryApproved) and not written:
        return view.messages.phrase(_NOT_WRITTEN, language=language)
    if refusal := refusal_of(content):
        return view.fault(refusal)
    if isinstance(content, StoryApproved):
        return view.messages.phrase(_NO_WRITER, language=language)
    return view.messages.phrase(_NO_WORK, language=language)
