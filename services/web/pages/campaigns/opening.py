"""A story or vacancy from a form: stated once, however often the form is sent; and the part of a form
that says how a campaign begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from fastapi.responses import Response

from services.campaigns.announce import Before, announced, facts_of, with_this_title
from services.campaigns.rules.audience import Content, source_of
from services.errors import Rejected
from services.events.incoming import StoryApproved, VacancyOpened
from services.events.launch import Launch, LaunchPlan, read_launch_plan
from services.identity import derive_id
from services.message import message
from services.web.pages.campaigns.campaign_page import waiting_since
from services.web.pages.campaigns.event_forms import (
    Filled,
    form_fault_text,
    read_fields,
    state_event,
)
from services.web.view import View

_TAKEN = message("form.fault.taken", "There is a campaign with this number already.")
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
    """What the form is to be another one than; empty where nobody was asked."""
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
