"""Who may use the HTTP API.

With the API token, or with the token of this machine's command line. On a laptop without an API
token: anybody on this machine, but not a web page of somebody else's in the browser. Anywhere else
this machine is not trusted without a token: who asks there may be a reverse proxy.
"""

from __future__ import annotations

import secrets

from fastapi import Request

from services.message import message
from services.web.api.refusal import Refused
from services.web.forged_forms import is_own_origin
from services.web.this_machine import is_direct
from services.web.view import parts_of


async def admit(request: Request) -> None:
    """A dependency. Raises 401."""
    if not is_admitted(request):
        raise Refused(
            401,
            message("api.needs-token", "this needs the API token"),
            remedy=message(
                "do.send-token", "Send the value of ZWAAN_API_TOKEN as Authorization: Bearer …"
            ),
            headers={"WWW-Authenticate": 'Bearer realm="zwaan"'},
        )


def is_admitted(request: Request) -> bool:
    parts = parts_of(request)
    if "Authorization" in request.headers:
        return bears(request, parts.api_token, parts.owner_token)
    return parts.api_token is None and is_this_machine(request) and is_own_origin(request)


def is_operator(request: Request) -> bool:
    """Whether an admitted request is the operator's: this machine's command line, or a laptop's.

    Whoever holds the API token is another system, whose readers are not known.
    """
    parts = parts_of(request)
    return parts.api_token is None or bears(request, parts.owner_token)


def is_this_machine(request: Request) -> bool:
    """Whether whoever sits at this laptop asks; anywhere but on a laptop nobody is known to."""
    return parts_of(request).is_laptop and is_direct(request)


def bears(request: Request, *tokens: str | None) -> bool:
    """Whether the request holds one of these tokens."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return scheme.casefold() == "bearer" and any(
        secrets.compare_digest(given.strip().encode(), token.encode()) for token in tokens if token
    )
