"""One's own figures: bring them from LinkedIn as a file, and tell how many follow."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from services.errors import Rejected
from services.figures.import_reach import (
    METRICS,
    NETWORK,
    Imported,
    UnknownWords,
    import_reach,
    read_export,
)
from services.figures.rules.estimate import FollowerCount
from services.figures.store import figures
from services.message import message
from services.web.access import AmbassadorView, keeps_form
from services.web.pages.campaigns.event_forms import form_fault_text
from services.web.view import View

router = APIRouter(prefix="/profile/reach")

_BY_HAND = "told by the member"


@router.get("")
async def show(view: AmbassadorView) -> Response:
    return await _show(view)


@router.post("")
@keeps_form
async def take(view: AmbassadorView) -> Response:
    """The file is read and let go; only figures of posts that came from here are kept."""
    form = await view.request.form()
    given, meanings = form.get("file"), _meanings(form)
    if view.form_fault is not None:
        return await _show(
            view,
            status=view.form_fault.status_code,
            fault=form_fault_text(view),
            fault_at="file",
            headings=[str(each) for each in form.getlist("heading")],
            meanings=meanings,
        )
    content = await given.read() if isinstance(given, UploadFile) else b""
    try:
        if not content:
            raise Rejected(
                message("file.none-chosen", "no file was chosen"),
                remedy=message("do.choose-export", "Choose the file that LinkedIn gave you."),
            )
        export = await asyncio.to_thread(read_export, content, meanings)
    except UnknownWords as words:
        return await _show(
            view, status=422, fault=view.fault(words), fault_at="file", headings=words.headings
        )
    except Rejected as refusal:
        return await _show(view, status=422, fault=view.fault(refusal), fault_at="file")
    imported = await import_reach(
        view.parts.database,
        export,
        ambassador_id=view.me.id,
        estimated=NETWORK in view.parts.reach_rates,
        now=view.now,
    )
    return await _show(view, imported=imported)


@router.post("/followers/{network}")
async def count_followers(view: AmbassadorView, network: str) -> Response:
    """Asked only where the organisation estimates; an empty number takes the answer back."""
    if network not in view.parts.reach_rates:
        raise HTTPException(404)
    typed = str((await view.request.form()).get("followers", "")).strip()
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) <= 9):
        refusal = Rejected(
            message("followers.no-number", "that is no number of followers"),
            remedy=message("do.write-digits", "Write it in digits alone."),
        )
        return await _show(view, status=422, fault=view.fault(refusal), fault_at=network)
    async with view.parts.database.write() as transaction:
        if typed:
            count = FollowerCount(followers=int(typed), source=_BY_HAND, counted_at=view.now)
            await figures.save_followers(transaction, view.me.id, network, count)
        else:
            await figures.forget_followers(transaction, view.me.id, network)
    return view.go("/profile/reach")


def _meanings(form: FormData) -> dict[str, str]:
    """What the member said that the file's headings mean."""
    pairs = zip(form.getlist("heading"), form.getlist("metric"), strict=False)
    return {str(heading): str(metric) for heading, metric in pairs if metric in METRICS}


async def _show(
    view: View,
    *,
    status: int = 200,
    imported: Imported | None = None,
    fault: str = "",
    fault_at: str = "",
    headings: Sequence[str] = (),
    meanings: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    async with view.parts.database.read() as transaction:
        counts = await figures.followers_of(transaction, view.me.id)
    return view.page(
        "profile/reach.html",
        status=status,
        imported=imported,
        fault=fault,
        fault_at=fault_at,
        headings=headings,
        meanings=meanings,
        metrics=METRICS,
        estimated=[(name, counts.get(name)) for name in sorted(view.parts.reach_rates)],
    )
