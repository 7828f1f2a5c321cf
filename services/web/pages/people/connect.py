"""Connecting an account: to the network for consent, and back with a code.

Source: RFC 6749 (authorisation code), RFC 7636 (PKCE). State and verifier wait in the signed
session, so that a callback counts only in the browser that began, once, for the same network.
"""

from __future__ import annotations

import secrets
from urllib.parse import quote, urlencode

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response

from services.errors import NeedsPerson, RetryLater
from services.message import Message, label, message
from services.web.access import AmbassadorView
from services.web.view import View

router = APIRouter(prefix="/connect")

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


@router.get("/{network}")
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


@router.get("/{network}/callback")
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
