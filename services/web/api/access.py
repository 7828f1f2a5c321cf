"""Access to the HTTP API, and requests that come from this machine directly, without a proxy.

With a key that an administrator made, for what its scopes open; with the API token, or with the token
of this machine's command line, for everything. On a laptop without an API
token: every program on this machine, but no web page of another origin in the browser. Anywhere else
this machine is not trusted without a token: its requests may come from a reverse proxy.

Sources: RFC 7239 (Forwarded), RFC 9110 section 7.6.3 (Via), RFC 8586 (CDN-Loop), and what proxies
send of their own (nginx, HAProxy, Envoy, Amazon, Cloudflare, Akamai, Fastly).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from functools import cache

from fastapi import Request

from services.message import message
from services.people.api_keys import PREFIX, key_of
from services.text.web_address import is_loopback
from services.web.access import is_own_origin
from services.web.api.refusal import Refused
from services.web.view import parts_of


async def admit(request: Request) -> None:
    """A dependency of what no key opens. Raises 401."""
    if not is_admitted(request):
        raise Refused(
            401,
            message("api.needs-token", "this needs the API token"),
            remedy=message(
                "do.send-token", "Send the value of ZWAAN_API_TOKEN as Authorization: Bearer …"
            ),
            headers={"WWW-Authenticate": 'Bearer realm="zwaan"'},
        )


@cache
def needs(scope: str) -> Callable[[Request], Awaitable[None]]:
    """A dependency of what a key with this scope opens. Raises 401 and 403 (RFC 6750)."""

    async def admit_key(request: Request) -> None:
        if is_admitted(request):
            return
        given = _given(request)
        key = None
        if given.startswith(PREFIX):
            async with parts_of(request).database.read() as transaction:
                key = await key_of(transaction, given)
        if key is None:
            raise Refused(
                401,
                message("api.needs-key", "this needs an API key"),
                remedy=message(
                    "do.send-key",
                    "Send a key that an administrator made as Authorization: Bearer …",
                ),
                headers={"WWW-Authenticate": 'Bearer realm="zwaan"'},
            )
        if scope not in key.scopes:
            raise Refused(
                403,
                message("api.no-scope", 'this key does not open "{name}"', name=scope),
                remedy=message("do.ask-for-key", "Ask an administrator for a key that does."),
                headers={
                    "WWW-Authenticate": 'Bearer realm="zwaan", error="insufficient_scope",'
                    f' scope="{scope}"'
                },
            )

    return admit_key


def is_admitted(request: Request) -> bool:
    parts = parts_of(request)
    if "Authorization" in request.headers:
        return bears(request, parts.api_token, parts.owner_token)
    return parts.api_token is None and is_this_machine(request) and is_own_origin(request)


def is_operator(request: Request) -> bool:
    """Whether an admitted request is the operator's: this machine's command line, or a laptop's.

    A key or the API token belongs to another system, whose readers are not known.
    """
    return "Authorization" not in request.headers or bears(request, parts_of(request).owner_token)


def is_this_machine(request: Request) -> bool:
    """Whether the request comes from the user of this laptop; never true elsewhere."""
    return parts_of(request).is_laptop and is_direct(request)


def bears(request: Request, *tokens: str | None) -> bool:
    """Whether the request holds one of these tokens."""
    given = _given(request).encode()
    return any(secrets.compare_digest(given, token.encode()) for token in tokens if token)


def _given(request: Request) -> str:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip() if scheme.casefold() == "bearer" else ""


#: A proxy that sends any of these, with any value, asks for another machine.
_PASSED_ON = re.compile(
    r"via|cdn-loop|(x-)?(forwarded|original|real|client|cluster|envoy|amzn|true|cf|fastly)(-.*)?"
)


def is_direct(request: Request) -> bool:
    """Whether a program on this machine asks, by a name of this machine.

    The server puts the visitor that a trusted proxy names in the place of the peer, but leaves the
    header that named it: a forwarded request has the header, and without one the peer is
    the real one. A proxy that passes on the public name is seen by that name; so is a name that
    only leads here (DNS rebinding). nginx, left as it comes, says nothing and gives its own name
    for the machine behind it, but it speaks HTTP/1.0, as no other client here does. A proxy that hides
    all of this is not recognised: that is why `Settings.is_laptop` comes first.
    """
    return (
        request.client is not None
        and is_loopback(request.client.host)
        and _names_loopback(request)
        and request.scope.get("http_version") != "1.0"
        and not any(_PASSED_ON.fullmatch(name) for name in request.headers)
    )


def _names_loopback(request: Request) -> bool:
    host = request.headers.get("Host", "")
    name = host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    return is_loopback(name)
