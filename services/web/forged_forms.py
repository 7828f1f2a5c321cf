"""Forms count only when our own page sent them: same origin, this session's token, and whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from services.web.middleware import CUT, MAX_FORM_BYTES
from services.web.view import FormFault, is_csrf_token, parts_of

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
    except HTTPException as error:
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
