"""The recruiter's pages: open a vacancy, follow its campaign, close it."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from services.campaigns.announce import form_id
from services.campaigns.store import campaigns
from services.events.incoming import VacancyClosed, VacancyOpened
from services.message import message
from services.web.access import RecruiterView, keeps_form
from services.web.pages.campaigns import campaign_page
from services.web.pages.campaigns.campaign_page import (
    open_by_form,
    show_campaign,
    show_form,
    waiting_since,
    wish_for_another,
)
from services.web.pages.campaigns.event_forms import (
    Filled,
    check,
    end_of_day,
    in_its_language,
    lines,
    read_fields,
    state_event,
    words,
)
from services.web.pages.figures.campaign_figures import read_recent
from services.web.pages.posts.remarks import remarks_on_content
from services.web.view import View

router = APIRouter(prefix="/vacancies")

SOURCE = "/zwaan/recruiter"

_NO_DATE = message("form.fault.date", "Write a date as 2026-12-31.")
_PAST = message("form.fault.past", "Choose a day that is still to come.")
_FORM = "vacancies/new.html"

_FIELDS = (
    "vacancy_id",
    "title",
    "description",
    "url",
    "language",
    "team",
    "crafts",
    "passages",
    "location",
    "hours",
    "salary",
    "closes_at",
    "challenge",
)


@router.get("")
async def vacancies(view: RecruiterView) -> Response:
    async with view.parts.database.read() as transaction:
        found = await read_recent(transaction, kind="vacancy")
    return view.page("vacancies/vacancies.html", campaigns=found)


@router.get("/new")
async def new(view: RecruiterView) -> Response:
    fields = dict.fromkeys(_FIELDS, "") | {"language": view.messages.language}
    fields |= campaign_page.PROPOSED
    blank: Filled[VacancyOpened] = Filled(fields=fields, faults={}, data=None)
    return show_form(view, _FORM, blank)


@router.post("/new")
@keeps_form
async def open_vacancy(view: RecruiterView) -> Response:
    """State ``vacancy.opened``; the campaign follows from the event, as for any other system."""
    filled = await _read_form(view)
    return await open_by_form(
        view, _FORM, filled, source=SOURCE, name="vacancy.opened", number="vacancy_id"
    )


@router.post("/remarks")
async def remarks(view: RecruiterView) -> Response:
    """Advice about a vacancy that is being typed; nothing is stored."""
    typed = await read_fields(view, _FIELDS)
    vacancy = VacancyOpened.model_construct(
        vacancy_id="",
        title=typed["title"],
        description=typed["description"],
        challenge=typed["challenge"],
        language=typed["language"],
        url="",
    )
    text = f"{vacancy.title}\n{vacancy.description}\n{vacancy.challenge}"
    return view.page(
        "boasts.html", remarks=await asyncio.to_thread(remarks_on_content, vacancy, text)
    )


@router.get("/{campaign_id}")
async def vacancy(
    view: RecruiterView, campaign_id: str, opened: str = "", closed: str = ""
) -> Response:
    return await show_campaign(
        view,
        campaign_id,
        kind="vacancy",
        template="vacancies/vacancy.html",
        address=f"/vacancies/{campaign_id}",
        opened=opened,
        closed=closed,
    )


@router.post("/{campaign_id}/close")
async def close_vacancy(view: RecruiterView, campaign_id: str) -> Response:
    """State ``vacancy.closed``: what was not sent is cancelled, links lead to the careers page."""
    async with view.parts.database.read() as transaction:
        campaign = await campaigns.get(transaction, campaign_id)
    if campaign is None or campaign.kind != "vacancy":
        raise HTTPException(404)
    data = VacancyClosed(vacancy_id=campaign.source_id)
    await state_event(
        view, source=SOURCE, name="vacancy.closed", data=data, campaign_id=campaign_id
    )
    return view.go(f"/vacancies/{campaign_id}?closed={waiting_since(view)}")


async def _read_form(view: View) -> Filled[VacancyOpened]:
    form = await read_fields(view, (*_FIELDS, *campaign_page.LAUNCH_FIELDS))
    fields = {name: form[name] for name in _FIELDS}
    faults: dict[str, str] = {}
    closes_at = None
    try:
        closes_at = end_of_day(fields["closes_at"], view.zone)
    except ValueError:
        faults["closes_at"] = view.messages.phrase(_NO_DATE)
    if closes_at is not None and closes_at <= view.now:
        faults["closes_at"] = view.messages.phrase(_PAST)
    another = await wish_for_another(view)
    said = (view.me.id, *fields.values(), another)
    data = fields | {
        "vacancy_id": fields["vacancy_id"] or form_id("vacancy", *said),
        "crafts": words(fields["crafts"]),
        "passages": lines(fields["passages"]),
        "closes_at": closes_at,
    }
    return in_its_language(check(VacancyOpened, form, data, view.messages, faults), view.messages)
