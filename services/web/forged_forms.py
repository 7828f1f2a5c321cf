"""Forms count only when our own page sent them: same origin, and this session's token."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from fastapi import HTTPException, Request

from services.web.view import parts_of

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


async def refuse_forged_forms(request: Request) -> None:
    """A dependency of every page. Raises 403."""
    if request.method in _SAFE:
        return
    if not is_own_origin(request) or not await _has_token(request):
        raise HTTPException(403, "forged")


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


async def _has_token(request: Request) -> bool:
    expected = request.session.get("csrf")
    given = request.headers.get("X-CSRF-Token") or (await request.form()).get("csrf_token")
    return (
        isinstance(expected, str)
        and isinstance(given, str)
        and secrets.compare_digest(expected.encode(), given.encode())
    )
