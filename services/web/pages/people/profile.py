"""One's own page: the voice that drafts are written in, and connected accounts.

An account is connected at the network, for consent, and back here with a code. Source: RFC 6749
(authorisation code), RFC 7636 (PKCE). State and verifier wait in the signed session, so that a
callback counts only in the browser that began, once, for the same network.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response

from services.accounts.rules import ends_soon
from services.accounts.store import connections
from services.accounts.store.connections import Connection
from services.errors import NeedsPerson, RetryLater
from services.message import Message, label, message
from services.people.store import people, sharing_preferences
from services.price import Prices
from services.voice.voice_profile import taught
from services.web.access import AmbassadorView, PersonView
from services.web.view import View

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRow:
    """A network that this installation speaks to, and one's connection to it, if any.

    Not ``offered``: it was switched off, and its connection can only be ended. ``prices`` None: the network charges nothing for a post.
    """

    name: str
    connection: Connection | None
    prices: Prices | None
    offered: bool


@router.get("/profile")
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
    return view.page(
        "profile/profile.html",
        voice=found.get(view.me.id),
        networks=rows,
        ending=ending_connections(held.values(), now=view.now, networks=view.parts.networks),
        preferences=preferences,
        now=view.now,
    )


@router.post("/profile/disconnect/{network}")
async def disconnect(view: PersonView, network: str) -> Response:
    """Delete the tokens, here and at the network. Published posts and their clicks stay."""
    async with view.parts.database.read() as transaction:
        held = await connections.get(transaction, view.me.id, network)
    if held is None and network not in view.parts.networks:
        raise HTTPException(404)
    if await view.parts.accounts.disconnect(view.me.id, network):
        return view.go("/profile")
    return view.page("profile/not_revoked.html", network=network)


#: Characters of a post's id, and more.
_MAX_ID = 64


#: Why nothing was connected.
_NOT_BEGUN = message(
    "connect.state",
    "This page belongs to a connection that was not begun here, was finished already, or stood open too long. Nothing was connected. Begin again.",
)
_REFUSED = label(
    "connect.refused",
    "{network} says that you did not agree. That is fine: nothing was connected. You can still copy texts and share them yourself.",
)
_FAILED = label(
    "connect.failed",
    "{network} did not accept the connection. Begin again.",
)
_AWAY = label(
    "connect.away",
    "{network} does not answer right now. Nothing was connected. Try again in a few minutes.",
)


@router.get("/connect/{network}")
async def begin(view: AmbassadorView, network: str, post: str = "") -> Response:
    """``post`` is the draft that is waiting for it: afterwards its person goes on there."""
    connector = view.parts.networks.get(network)
    if connector is None:
        raise HTTPException(404)
    state = secrets.token_urlsafe(24)
    authorization = connector.authorization(state=state, redirect_uri=_callback(view, network))
    view.request.session["consent"] = {
        "network": network,
        "state": state,
        "verifier": authorization.verifier,
        "post": post[:_MAX_ID],
    }
    return RedirectResponse(_addressed(view, authorization.url), status_code=303)


@router.get("/connect/{network}/callback")
async def finish(
    view: AmbassadorView, network: str, code: str = "", state: str = "", error: str = ""
) -> Response:
    """Every way in which it may end, but success, is a page that says what to do."""
    if network not in view.parts.networks:
        raise HTTPException(404)
    consent = view.request.session.pop("consent", {})
    expected = str(consent.get("state", ""))
    if (
        not expected
        or consent.get("network") != network
        or not secrets.compare_digest(expected.encode(), state.encode())
    ):
        return _unfinished(view, network, _NOT_BEGUN, status=400)
    if error or not code:
        return _unfinished(view, network, _REFUSED, status=400)
    try:
        await view.parts.accounts.connect(
            view.me.id,
            network,
            code=code,
            verifier=consent.get("verifier"),
            redirect=_callback(view, network),
        )
    except NeedsPerson as refusal:
        return _unfinished(view, network, _FAILED, status=409, fault=view.fault(refusal))
    except RetryLater:
        return _unfinished(view, network, _AWAY, status=503)
    post = consent.get("post", "")
    back = f"/inbox/{quote(post, safe='')}" if post else "/profile"
    return RedirectResponse(back, status_code=303)


def _addressed(view: View, url: str) -> str:
    """To our own sandbox it says who asks; a real network knows who is signed in there."""
    if not url.startswith(f"{view.parts.base_url}/"):
        return url
    hints = {"login_hint": view.me.email, "name_hint": view.me.name}
    return f"{url}{'&' if '?' in url else '?'}{urlencode(hints)}"


def _callback(view: View, network: str) -> str:
    return f"{view.parts.base_url}/connect/{network}/callback"


def _unfinished(
    view: View, network: str, why: Message, *, status: int, fault: str = ""
) -> Response:
    return view.page(
        "profile/not_connected.html", status=status, network=network, why=why, fault=fault
    )


def ending_connections(
    own: Iterable[Connection], *, now: datetime, networks: Collection[str]
) -> list[Connection]:
    """Of a person's ``own`` those that end soon or need them; of ``networks``, where they can be renewed."""
    return [
        held
        for held in own
        if held.network in networks
        and (held.needs_person or ends_soon(held.expires_at, renewable=held.renewable, now=now))
    ]
