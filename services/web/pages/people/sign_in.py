"""Signing in by a link, signing out, the front door, and the reader's language of the
pages; texts keep that of the person's voice.
"""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response
from starlette.background import BackgroundTask

from services.database.transaction import Transaction
from services.identity import ambassador_id
from services.language import LANGUAGES
from services.people.sign_in import (
    Asker,
    check_tries,
    count_ask,
    end_all_access,
    end_session,
    make_link,
    try_link,
    was_just_made,
    whose_link,
)
from services.people.store import people
from services.people.store.people import Person
from services.ports import Notifier
from services.web.access import PersonView, VisitorView, session_token, sign_in_as
from services.web.api.access import is_this_machine
from services.web.mails import send_in_earnest, sign_in_message
from services.web.parts import WebParts
from services.web.view import View, came_from, home_of, may_open

router = APIRouter()


@router.get("/")
async def front_door(view: VisitorView) -> Response:
    return RedirectResponse("/sign-in" if view.person is None else home_of(view.person), 303)


@router.get("/offline")
async def offline(view: VisitorView) -> Response:
    """The page that a browser keeps, to be shown where there is no connection."""
    return view.page("offline.html")


@router.get("/sign-in")
async def ask(view: VisitorView) -> Response:
    """How to get a link: by mail where mail is set up, else from an administrator."""
    return _asked(view, sent=False)


@router.post("/sign-in")
async def send_link(view: VisitorView) -> Response:
    """The same answer, as fast, for every address: membership is not disclosed."""
    email = str((await view.request.form()).get("email", ""))[:254]
    await count_ask(view.parts.database, email, _asker(view))
    response = _asked(view, sent=True)
    if view.parts.notifier is not None:
        response.background = BackgroundTask(_mail_link, view.parts, view.parts.notifier, email)
    return response


@router.get("/sign-in/{token}")
async def follow(view: VisitorView, token: str) -> Response:
    """Shows the person to be signed in, and asks; a mail scanner that follows the link does not use it up.

    On a laptop the person is signed in at once, and again until the link expires. Elsewhere that
    must not be: a link of another person, opened unknowingly, would connect one's own account to
    their name.
    """
    if is_this_machine(view.request):
        async with view.parts.database.write() as transaction:
            person = await whose_link(transaction, token, now=view.now)
            if person is not None:
                return await _enter(view, transaction, person)
    async with view.parts.database.read() as transaction:
        await check_tries(transaction, _asker(view))
    async with view.parts.database.write() as transaction:
        person = await try_link(transaction, token, _asker(view), use=False)
    if person is None:
        return view.page("sign_in/old_link.html", status=404)
    return view.page("sign_in/confirm.html", link_token=token, name=person.name)


@router.post("/sign-in/{token}")
async def enter(view: VisitorView, token: str) -> Response:
    """The button: the link signs in, and works no more."""
    async with view.parts.database.read() as transaction:
        await check_tries(transaction, _asker(view))
    async with view.parts.database.write() as transaction:
        person = await try_link(transaction, token, _asker(view), use=True)
        if person is not None:
            return await _enter(view, transaction, person)
    return view.page("sign_in/old_link.html", status=404)


@router.post("/sign-out")
async def leave(view: PersonView) -> Response:
    """End this browser's session, for every copy of its cookie too."""
    token = session_token(view.request)
    async with view.parts.database.write() as transaction:
        if token is not None:
            await end_session(transaction, token)
    return _left(view)


@router.post("/sign-out/everywhere")
async def leave_everywhere(view: PersonView) -> Response:
    async with view.parts.database.write() as transaction:
        await end_all_access(transaction, view.me.id, actor=view.me.id, now=view.now)
    return _left(view)


def _asked(view: View, *, sent: bool) -> Response:
    by_mail = view.parts.notifier is not None
    return view.page("sign_in/ask.html", by_mail=by_mail, sent=sent, away=view.parts.mail.away)


def _asker(view: View) -> Asker:
    client = view.request.client
    return Asker(secret=view.parts.secret_key, address=client.host if client else "", now=view.now)


def _left(view: View) -> Response:
    view.request.session.clear()
    return RedirectResponse("/sign-in", status_code=303)


async def _enter(view: View, transaction: Transaction, person: Person) -> Response:
    wanted = str(view.request.session.get("next", "/"))
    await sign_in_as(transaction, view.request, person, now=view.now)
    path = wanted if wanted != "/" and may_open(person, wanted) else home_of(person)
    return RedirectResponse(path, status_code=303)


async def _mail_link(parts: WebParts, notifier: Notifier, email: str) -> None:
    async with parts.database.write() as transaction:
        person = await people.person(transaction, ambassador_id(email))
        if person is None or person.deactivated_at is not None:
            return
        if await was_just_made(transaction, person.id, now=parts.clock()):
            return
        link = await make_link(transaction, person.id, base_url=parts.base_url, now=parts.clock())
    message = sign_in_message(person, link=link, organisation=parts.organisation)
    await send_in_earnest(notifier, message, parts.mail)


@router.post("/language")
async def choose_language(view: VisitorView) -> Response:
    """Remembered in this browser; the answer is the page that the reader was on."""
    chosen = (await view.request.form()).get("language")
    if chosen not in LANGUAGES:
        raise HTTPException(422)
    view.request.session["language"] = chosen
    page = came_from(view.request)
    path = page.path if page.path.startswith("/") else "/"
    # A path alone, and no second slash: a link cannot lead to another host.
    back = "/" + path.lstrip("/\\") + (f"?{page.query}" if page.query else "")
    return RedirectResponse(back, status_code=303)
