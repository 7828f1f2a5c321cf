"""Who may see which page, and which forms count: the one place where roles are enforced.

Every route names one of these views; a test goes through all routes and finds none without. A form
counts only when our own page sent it: same origin, this session's token, and whole.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException as UnreadableForm

from services.database.transaction import Transaction
from services.people.sign_in import begin_session, end_session, whose_session
from services.people.store.people import Person
from services.web.middleware import CUT, MAX_FORM_BYTES
from services.web.view import (
    FormFault,
    NotSignedIn,
    View,
    is_csrf_token,
    make_view,
    parts_of,
    roles_of,
)


async def person_of(request: Request) -> Person | None:
    """Who is signed in. Read anew for every request: a role or session taken away is gone at once."""
    token = session_token(request)
    if token is None:
        return None
    parts = parts_of(request)
    async with parts.database.read() as transaction:
        person = await whose_session(transaction, token, now=parts.clock())
    request.state.person = person  # for a page about a fault, should there be one
    return person


def session_token(request: Request) -> str | None:
    """The token of this browser's session, if it has one; it may be over."""
    token = request.session.get("token")
    return token if isinstance(token, str) else None


async def sign_in_as(
    transaction: Transaction, request: Request, person: Person, *, now: datetime
) -> None:
    """Begin a fresh session, so that nothing of a former one is carried over."""
    if (former := session_token(request)) is not None:
        await end_session(transaction, former)
    language = request.session.get("language")
    request.session.clear()
    if language:
        request.session["language"] = language
    request.session["token"] = await begin_session(transaction, person.id, now=now)


async def _anyone(request: Request) -> View:
    return make_view(request, await person_of(request))


def _signed_in(roles: frozenset[str]) -> Callable[[Request], Awaitable[View]]:
    """``roles``: any of these admits; empty: everybody who is signed in."""

    async def check(request: Request) -> View:
        person = await person_of(request)
        if person is None:
            raise NotSignedIn
        if roles and person.roles.isdisjoint(roles):
            raise HTTPException(403)
        return make_view(request, person)

    return check


VisitorView = Annotated[View, Depends(_anyone)]
PersonView = Annotated[View, Depends(_signed_in(frozenset()))]
AmbassadorView = Annotated[View, Depends(_signed_in(roles_of("/inbox")))]
RecruiterView = Annotated[View, Depends(_signed_in(roles_of("/vacancies")))]
MarketingView = Annotated[View, Depends(_signed_in(roles_of("/stories")))]
TemplatesView = Annotated[View, Depends(_signed_in(roles_of("/templates")))]
FiguresView = Annotated[View, Depends(_signed_in(roles_of("/figures")))]
AdministratorView = Annotated[View, Depends(_signed_in(roles_of("/administration")))]

#: The kind of campaign behind each first part of an address.
CAMPAIGN_HOMES = {"vacancies": "vacancy", "stories": "story"}


async def _campaign_manager(home: str, view: PersonView) -> View:
    """For pages below ``/{home}``: the role that may open the list of campaigns there."""
    if home not in CAMPAIGN_HOMES:
        raise HTTPException(404)
    if view.me.roles.isdisjoint(roles_of(f"/{home}")):
        raise HTTPException(403)
    return view


CampaignManagerView = Annotated[View, Depends(_campaign_manager)]


_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])
_keeping: set[object] = set()


def keeps_form(endpoint: _Endpoint) -> _Endpoint:
    """Mark a page that shows its form again, as it was filled in, for a `View.form_fault`."""
    _keeping.add(endpoint)
    return endpoint


async def refuse_forged_forms(request: Request) -> None:
    """A dependency of every page. Raises 403, or 413 for a form that was cut off."""
    if request.method in _SAFE:
        return
    if not is_own_origin(request):
        raise FormFault(403, "foreign")
    form = await _form(request)
    # For a page about a fault, should there be one.
    request.state.form = form
    if _was_cut(request):
        # Its token may be in what was cut off.
        fault = FormFault(413, "413")
    elif not _has_token(request, form):
        fault = FormFault(403, "stale")
    else:
        return
    if request.scope.get("endpoint") not in _keeping:
        raise fault
    request.state.form_fault = fault


async def _form(request: Request) -> FormData:
    try:
        return await request.form(max_part_size=MAX_FORM_BYTES)
    except UnreadableForm as error:
        if _was_cut(request):
            raise FormFault(413, "413") from error
        raise


def _was_cut(request: Request) -> bool:
    return getattr(request.state, CUT, False)


def is_own_origin(request: Request) -> bool:
    """Whether the browser says that one of our pages asked, or says nothing."""
    configured = urlsplit(parts_of(request).base_url)
    return comes_from(request, f"{configured.scheme}://{configured.netloc}")


def comes_from(request: Request, *origins: str) -> bool:
    """The same of a page at the address that was asked, or at one of ``origins``."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    asked = f"{request.url.scheme}://{request.headers.get('Host', '')}"
    return origin is None or origin in (asked, *origins)


def _has_token(request: Request, form: FormData) -> bool:
    given = request.headers.get("X-CSRF-Token") or form.get("csrf_token")
    return isinstance(given, str) and is_csrf_token(request, given)
