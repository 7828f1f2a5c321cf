"""Who may see which page: the one place where roles are enforced.

Every route names one of these views; a test goes through all routes and finds none without.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from services.database.transaction import Transaction
from services.people.sign_in import begin_session, end_session, whose_session
from services.people.store.people import Person
from services.web.menu import roles_of
from services.web.view import NotSignedIn, View, make_view, parts_of


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
    """For pages below ``/{home}``: whoever may open the list of campaigns there."""
    if home not in CAMPAIGN_HOMES:
        raise HTTPException(404)
    if view.me.roles.isdisjoint(roles_of(f"/{home}")):
        raise HTTPException(403)
    return view


CampaignManagerView = Annotated[View, Depends(_campaign_manager)]
