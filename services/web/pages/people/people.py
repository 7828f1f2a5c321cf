"""People, for administrators: find, add and correct them, end their access, and delete them; and the form
of one person, what the organisation keeps of them and their roles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response

from services.accounts.rules import OURS
from services.language import DEFAULT, FIRST
from services.message import message
from services.people.ambassador_row import AmbassadorRow
from services.people.rules.ambassador import Ambassador
from services.people.sign_in import end_all_access
from services.people.store import people
from services.people.store.people import ROLES, Person
from services.privacy import edit_person
from services.voice.store import voice_profiles
from services.web.access import AdministratorView
from services.web.messages import Messages
from services.web.pages.campaigns.event_forms import Filled, check, read_fields
from services.web.view import View

router = APIRouter(prefix="/administration/people")

_PAGE = 50
#: What a page says was done; each has words.
_DONE = ("saved", "signed_out", "deactivated", "reactivated", "deleted")


@router.get("")
async def everybody(
    view: AdministratorView,
    find: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    words = find.strip()
    async with view.parts.database.read() as transaction:
        number = await people.count(transaction, words)
        pages = max(1, -(-number // _PAGE))
        page = min(page, pages)
        found = await people.find(transaction, words, offset=(page - 1) * _PAGE, limit=_PAGE)
    return view.page(
        "administration/people.html",
        found=found,
        count=number,
        find=words,
        page=page,
        pages=pages,
        **_said(view),
    )


@router.get("/new")
async def new(view: AdministratorView) -> Response:
    return _form(view, None, empty(), {})


@router.post("/new")
async def add(view: AdministratorView) -> Response:
    form = await read_form(view)
    if form.data is None:
        return _form(view, None, form.fields, form.faults, status=422)
    wanted = form.data.ambassador()
    async with view.parts.database.write() as transaction:
        await edit_person.add(
            transaction, wanted, roles_in(form.fields), actor=view.me.id, now=view.now
        )
    return view.go(f"/administration/people/{wanted.id}?done=saved")


@router.get("/{person_id}")
async def look(view: AdministratorView, person_id: str) -> Response:
    async with view.parts.database.read() as transaction:
        person = await _person(view, person_id)
        kept = await people.record(transaction, person_id)
        by_hand = await voice_profiles.settings(transaction, person_id)
    return _form(view, person, filled(person, kept), {}, by_hand=sorted(by_hand))


@router.post("/{person_id}")
async def correct(view: AdministratorView, person_id: str) -> Response:
    person = await _person(view, person_id)
    form = await read_form(view)
    if form.data is None:
        return _form(view, person, form.fields, form.faults, status=422)
    wanted = form.data.ambassador()
    kept = await edit_person.correct(
        view.parts.database,
        view.parts.accounts,
        person_id,
        wanted,
        roles_in(form.fields),
        actor=view.me.id,
        now=view.now,
    )
    return view.go(f"/administration/people/{wanted.id}?{_done('saved', kept)}")


@router.post("/{person_id}/sign-out")
async def sign_out(view: AdministratorView, person_id: str) -> Response:
    await _person(view, person_id)
    async with view.parts.database.write() as transaction:
        await end_all_access(transaction, person_id, actor=view.me.id, now=view.now)
    return view.go(f"/administration/people/{person_id}?done=signed_out")


@router.post("/{person_id}/deactivate")
async def deactivate(view: AdministratorView, person_id: str) -> Response:
    kept = await edit_person.deactivate(
        view.parts.database, view.parts.accounts, person_id, actor=view.me.id, now=view.now
    )
    return view.go(f"/administration/people/{person_id}?{_done('deactivated', kept)}")


@router.post("/{person_id}/reactivate")
async def reactivate(view: AdministratorView, person_id: str) -> Response:
    async with view.parts.database.write() as transaction:
        await edit_person.reactivate(transaction, person_id, actor=view.me.id, now=view.now)
    return view.go(f"/administration/people/{person_id}?done=reactivated")


@router.get("/{person_id}/delete")
async def ask(view: AdministratorView, person_id: str) -> Response:
    """What goes and what stays, before anything does."""
    person = await _person(view, person_id)
    return view.page("administration/delete_person.html", them=person)


@router.post("/{person_id}/delete")
async def delete(view: AdministratorView, person_id: str) -> Response:
    kept = await edit_person.delete(
        view.parts.database, view.parts.accounts, person_id, actor=view.me.id, now=view.now
    )
    return view.go(f"/administration/people?{_done('deleted', kept)}")


async def _person(view: View, person_id: str) -> Person:
    async with view.parts.database.read() as transaction:
        person = await people.person(transaction, person_id)
    if person is None:
        raise HTTPException(404)
    return person


def _form(
    view: View,
    person: Person | None,
    fields: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    status: int = 200,
    by_hand: Sequence[str] = (),
) -> Response:
    """``person`` None: a new person. ``by_hand``: the settings of their voice that they made themselves."""
    return view.page(
        "administration/person.html",
        status=status,
        them=person,
        is_me=person is not None and person.id == view.me.id,
        roles=ROLES,
        fields=fields,
        faults=faults,
        by_hand=by_hand,
        **_said(view),
    )


def _done(what: str, kept: Sequence[str]) -> str:
    return "&".join([f"done={what}", *(f"kept={network}" for network in kept)])


def _said(view: View) -> dict[str, Any]:
    """``kept``: the networks at which the person has to withdraw the access themselves."""
    query = view.request.query_params
    return {
        "done": next((each for each in _DONE if each == query.get("done")), ""),
        "kept": [
            each for each in query.getlist("kept") if each in OURS or each in view.parts.networks
        ],
    }


_FIELDS = tuple(AmbassadorRow.model_fields)
_LISTS = ("crafts", "topics", "other_languages")

#: What is said of these in place of the words for any field.
_FAULTS = {
    "email": message("people.fault.email", "Write an e-mail address, such as name@example.org."),
    "timezone": message("people.fault.timezone", "Write a time zone, such as Europe/Amsterdam."),
    "since": message("people.fault.since", "Write a year, such as 2019."),
}

_NO_ROLE = message("people.fault.roles", "Choose at least one role.")


async def read_form(view: View) -> Filled[AmbassadorRow]:
    return check_form(await read_fields(view, (*_FIELDS, *ROLES)), view.messages)


def check_form(fields: Mapping[str, str], messages: Messages) -> Filled[AmbassadorRow]:
    """As `check`; without a role the fault is that of ``roles``."""
    data: dict[str, Any] = {name: fields[name] for name in _FIELDS}
    faults = {} if roles_in(fields) else {"roles": messages.phrase(_NO_ROLE)}
    return check(AmbassadorRow, fields, data, messages, faults, own=_FAULTS)


def roles_in(fields: Mapping[str, str]) -> list[str]:
    return [role for role in ROLES if fields[role]]


def filled(person: Person, kept: Ambassador | None) -> dict[str, str]:
    """The form with its present values; ``kept`` None: no profile of an ambassador is kept."""
    shown = kept or Ambassador(
        id=person.id, email=person.email, name=person.name, language=DEFAULT, address_form=""
    )
    fields = {name: str(value) for name, value in asdict(shown).items() if name in _FIELDS}
    fields["language"] = person.language
    fields |= {name: "; ".join(getattr(shown, name)) for name in _LISTS}
    fields["since"] = "" if shown.since is None else str(shown.since)
    return fields | {role: "yes" if role in person.roles else "" for role in ROLES}


def empty() -> dict[str, str]:
    """The form for a new person: an ambassador who writes the first language."""
    nobody = Person(id="", email="", name="", language=FIRST, roles=frozenset({"ambassador"}))
    return filled(nobody, None)
