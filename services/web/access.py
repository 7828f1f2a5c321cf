"""Who may see which page: the one place where roles are enforced.

Every route names one of these views; a test goes through all routes and finds none without.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from services.storage import people
from services.storage.people import Person
from services.web.menu import roles_of
from services.web.view import NotSignedIn, View, make_view, parts_of


async def person_of(request: Request) -> Person | None:
    """Who is signed in. Read anew for every request: a role taken away is gone at once."""
    person_id = request.session.get("person")
    if person_id is None:
        return None
    async with parts_of(request).database.read() as transaction:
        person = await people.person(transaction, str(person_id))
    request.state.person = person  # for a page about a fault, should there be one
    return person


def sign_in_as(request: Request, person: Person) -> None:
    """Begin a fresh session, so that nothing of a former one is carried over."""
    language = request.session.get("language")
    request.session.clear()
    if language:
        request.session["language"] = language
    request.session["person"] = person.id


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
