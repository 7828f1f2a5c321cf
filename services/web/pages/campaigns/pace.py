"""The pace of one's posts: a pause, a maximum, one's own hours, and a standing consent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, tzinfo
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.database.transaction import Transaction
from services.errors import Rejected
from services.message import message
from services.people.rules.ambassador import HIGHEST_CAP, SharingPreferences
from services.people.store import people, sharing_preferences
from services.posts import choose_pace
from services.scheduling import WorkingHours
from services.web.access import AmbassadorView
from services.web.view import View

router = APIRouter(prefix="/profile/pace")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceFields:
    """What the form shows: the person's own choices, or the organisation's."""

    cap: str
    organisations_cap: int
    weekdays: frozenset[int]
    start: str
    end: str


@router.get("")
async def pace(view: AmbassadorView) -> Response:
    return await _show(view)


@router.post("")
async def choose(view: AmbassadorView) -> Response:
    form = await view.request.form()

    async def change(transaction: Transaction) -> object:
        hours = _hours(form)
        return await choose_pace.choose(
            transaction,
            ambassador_id=view.me.id,
            weekly_cap=_cap(form),
            hours=None if hours == view.parts.pace.hours else hours,
            now=view.now,
        )

    return await _change(view, change)


@router.post("/pause")
async def pause(view: AmbassadorView) -> Response:
    """Until the day in ``until``, from its first moment on the person's clock; or without end."""
    form = await view.request.form()
    typed = str(form.get("until", "")).strip()

    async def change(transaction: Transaction) -> object:
        until = _first_moment(typed, await _zone(transaction, view)) if typed else None
        return await choose_pace.pause(
            transaction, view.parts.pace, ambassador_id=view.me.id, until=until, now=view.now
        )

    return await _change(view, change)


@router.post("/resume")
async def resume(view: AmbassadorView) -> Response:
    return await _change(
        view,
        lambda transaction: choose_pace.resume(
            transaction, view.parts.pace, ambassador_id=view.me.id, now=view.now
        ),
    )


@router.post("/consent")
async def consent(view: AmbassadorView) -> Response:
    """Give a standing consent, or renew it; only where the organisation offers one."""
    if not view.parts.standing_consent:
        raise HTTPException(404)
    return await _change(
        view,
        lambda transaction: choose_pace.give_consent(
            transaction, ambassador_id=view.me.id, now=view.now
        ),
    )


@router.post("/withdraw")
async def withdraw(view: AmbassadorView) -> Response:
    return await _change(
        view,
        lambda transaction: choose_pace.withdraw_consent(
            transaction, ambassador_id=view.me.id, now=view.now
        ),
    )


async def _zone(transaction: Transaction, view: View) -> tzinfo:
    """The person's time zone; the organisation's where they have no profile."""
    found = (await people.ambassadors_by_id(transaction, [view.me.id])).get(view.me.id)
    return ZoneInfo(found.timezone) if found else view.zone


async def _change(view: View, change: Callable[[Transaction], Awaitable[object]]) -> Response:
    try:
        async with view.parts.database.write() as transaction:
            await change(transaction)
    except Rejected as refusal:
        return await _show(view, status=422, fault=view.fault(refusal))
    return view.go("/profile/pace")


async def _show(view: View, *, status: int = 200, fault: str = "") -> Response:
    async with view.parts.database.read() as transaction:
        chosen = await sharing_preferences.get(transaction, view.me.id)
        zone = await _zone(transaction, view)
    return replace(view, zone=zone).page(
        "profile/pace.html",
        status=status,
        fault=fault,
        chosen=chosen,
        fields=_fields(view, chosen),
        paused=chosen.is_paused(view.now),
        automatic=chosen.is_automatic(view.now),
        ends_soon=chosen.consent_ends_soon(view.now),
        offered=view.parts.standing_consent,
        highest_cap=HIGHEST_CAP,
    )


def _fields(view: View, chosen: SharingPreferences) -> PaceFields:
    hours = chosen.hours or view.parts.pace.hours
    return PaceFields(
        cap="" if chosen.weekly_cap is None else str(chosen.weekly_cap),
        organisations_cap=view.parts.pace.weekly_cap,
        weekdays=hours.weekdays,
        start=hours.start.isoformat("minutes"),
        end=hours.end.isoformat("minutes"),
    )


def _cap(form: FormData) -> int | None:
    typed = str(form.get("cap", "")).strip()
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) <= 3):
        raise Rejected(
            message("pace.no-number", "that is no number of posts"),
            remedy=message("do.choose-from-list", "Choose one from the list."),
        )
    return int(typed) if typed else None


def _hours(form: FormData) -> WorkingHours:
    days = {str(value) for value in form.getlist("weekdays")}
    try:
        start, end = (time.fromisoformat(str(form.get(name, ""))) for name in ("start", "end"))
    except ValueError as error:
        raise Rejected(
            message("time.unreadable", "that is no time of day"),
            remedy=message("do.write-time", "Write it as 09:00."),
        ) from error
    return WorkingHours(
        weekdays=frozenset(day for day in range(7) if str(day) in days),
        start=start.replace(second=0, microsecond=0, tzinfo=None),
        end=end.replace(second=0, microsecond=0, tzinfo=None),
    )


def _first_moment(typed: str, zone: tzinfo) -> datetime:
    try:
        return datetime.strptime(typed, "%Y-%m-%d").replace(tzinfo=zone)
    except (ValueError, OverflowError) as error:
        raise Rejected(
            message("day.unreadable", "that is no day"),
            remedy=message("do.choose-from-calendar", "Choose a day from the calendar."),
        ) from error
