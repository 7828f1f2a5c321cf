"""Who may use the HTTP API.

With the API token, or with the token of this machine's command line. On a laptop without an API
token: anybody on this machine, but not a web page of somebody else's in the browser.
"""

from __future__ import annotations

import secrets

from fastapi import Request

from services.domain.loopback import is_loopback
from services.web.api.refusal import Refused
from services.web.forged_forms import is_own_origin
from services.web.view import parts_of


async def admit(request: Request) -> None:
    """A dependency. Raises 401."""
    if not is_admitted(request):
        raise Refused(
            401,
            "this needs the API token",
            remedy="Send the value of ZWAAN_API_TOKEN as Authorization: Bearer …",
            headers={"WWW-Authenticate": 'Bearer realm="zwaan"'},
        )


def is_admitted(request: Request) -> bool:
    parts = parts_of(request)
    given = _bearer(request)
    if given is not None:
        tokens = [token for token in (parts.api_token, parts.owner_token) if token]
        return any(secrets.compare_digest(given.encode(), token.encode()) for token in tokens)
    return (
        parts.api_token is None
        and parts.on_loopback
        and is_this_machine(request)
        and is_own_origin(request)
    )


def is_operator(request: Request) -> bool:
    """Whether an admitted request is the operator's: this machine's command line, or a laptop's.

    Whoever holds the API token is another system, whose readers are not known.
    """
    parts = parts_of(request)
    return parts.api_token is None or (
        parts.owner_token is not None
        and secrets.compare_digest((_bearer(request) or "").encode(), parts.owner_token.encode())
    )


def is_this_machine(request: Request) -> bool:
    """Whether the request comes from this machine and by a name of this machine.

    A reverse proxy on this machine passes the public name on, or says for whom it asks.
    """
    return (
        request.client is not None and is_loopback(request.client.host) and _names_loopback(request)
    )


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else None


def _names_loopback(request: Request) -> bool:
    """A name that only looks like this machine (DNS rebinding) is not one."""
    host = request.headers.get("Host", "")
    name = host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    return is_loopback(name)
