"""One's own page: connected accounts, and the voice that drafts are written in."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from services.accounts.store import connections
from services.accounts.store.connections import Connection
from services.people.store import people, sharing_preferences
from services.price import Prices
from services.voice.voice_profile import taught
from services.web.access import PersonView
from services.web.pages.campaigns.ending import ending_connections

router = APIRouter(prefix="/profile")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRow:
    """A network that this installation speaks to, and one's connection to it, if any.

    Not ``offered``: it was switched off, and its connection can only be ended. ``prices`` None: the network charges nothing for a post.
    """

    name: str
    connection: Connection | None
    prices: Prices | None
    offered: bool


@router.get("")
async def profile(view: PersonView) -> Response:
    async with view.parts.database.read() as transaction:
        found = await taught(transaction, await people.ambassadors_by_id(transaction, [view.me.id]))
        held = {
            each.network: each for each in await connections.of_ambassador(transaction, view.me.id)
        }
        rows = [
            NetworkRow(
                name=name,
                connection=held.get(name),
                prices=view.parts.prices.get(name),
                offered=name in view.parts.networks,
            )
            for name in dict.fromkeys([*view.parts.networks, *held])
        ]
        preferences = await sharing_preferences.get(transaction, view.me.id)
        ending = await ending_connections(
            transaction, view.me.id, now=view.now, networks=view.parts.networks
        )
    return view.page(
        "profile/profile.html",
        voice=found.get(view.me.id),
        networks=rows,
        ending=ending,
        preferences=preferences,
        now=view.now,
    )


@router.post("/disconnect/{network}")
async def disconnect(view: PersonView, network: str) -> Response:
    """Delete the tokens, here and at the network. Published posts and their clicks stay."""
    async with view.parts.database.read() as transaction:
        held = await connections.get(transaction, view.me.id, network)
    if held is None and network not in view.parts.networks:
        raise HTTPException(404)
    if await view.parts.accounts.disconnect(view.me.id, network):
        return view.go("/profile")
    return view.page("profile/not_revoked.html", network=network)
