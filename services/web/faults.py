"""What a visitor sees when something is wrong: one place, pages for people and JSON for systems."""

from __future__ import annotations

import math
from contextlib import suppress
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from services.errors import NeedsPerson, NoSuch, Rejected, RetryLater, ZwaanError
from services.field_faults import predicate
from services.message import NOTHING, Message, message, refusal, said
from services.people.sign_in import TooOften
from services.web.access import person_of
from services.web.api.refusal import Refused
from services.web.view import FormFault, NotSignedIn, View, came_from, make_view

API = "/api/"

_log = structlog.get_logger("web")

#: Statuses whose page has its own words; others share those of 500.
_WORDED = frozenset({401, 403, 404, 405, 409, 413, 422, 429, 503})


def answer_faults(app: FastAPI) -> None:
    app.add_exception_handler(NotSignedIn, _not_signed_in)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ZwaanError, _known)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _defect)


async def _not_signed_in(request: Request, _error: Exception) -> Response:
    if request.headers.get("HX-Request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    if _typed(request):
        return _page(request, 401, "", {})
    if request.method == "GET":
        request.session["next"] = request.url.path
    return RedirectResponse("/sign-in", status_code=303)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    headers = dict(error.headers or {})
    if request.url.path.startswith(API):
        fault, remedy = _UNADDRESSED.get(error.status_code, (said(error.detail), NOTHING))
        if isinstance(error, Refused):
            fault, remedy = error.message, error.remedy
        return _json(error.status_code, fault, remedy, headers)
    if not hasattr(request.state, "person") and "session" in request.scope:
        # No page was reached, so the session was not read yet; a person who is signed in reads their own language.
        with suppress(RetryLater):
            await person_of(request)
    words = error.words if isinstance(error, FormFault) else ""
    return _page(request, error.status_code, "", headers, words=words)


#: Of requests that reach no endpoint of the API.
_UNADDRESSED = {
    404: (
        message("api.nothing-here", "there is nothing at this address"),
        message("do.see-docs", "See docs/events for what can be sent, and where."),
    ),
    405: (
        message("api.wrong-method", "this address does not take this method"),
        message("do.see-allow", "Use a method that the Allow header of this answer names."),
    ),
}


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    first = error.errors()[0]
    # What cannot be an id is the id of nothing.
    status = 404 if any(each["loc"][0] == "path" for each in error.errors()) else 422
    if request.url.path.startswith(API):
        name = str(first["loc"][-1])
        fault = message("api.field", '"{name}" {fault}', name=name, fault=predicate(first))
        remedy = message("do.correct-field", 'Correct "{name}".', name=name)
        return _json(status, fault, remedy, {})
    return _page(request, status, "", {})


async def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, ZwaanError)  # noqa: S101 - registered for it
    status, headers = status_of(error)
    if status >= 500:
        _log.warning("answered with a fault", path=request.url.path, error=str(error))
    if request.url.path.startswith(API):
        remedy = getattr(error, "remedy", NOTHING)
        if isinstance(error, RetryLater):
            remedy = message(
                "do.send-later", "Send it again later; what arrived already does no harm."
            )
        return _json(status, error.message, remedy, headers)
    sentence = _view(request).fault(error) if status < 500 else ""
    return _page(request, status, sentence, headers)


def status_of(error: ZwaanError) -> tuple[int, dict[str, str]]:
    """The HTTP status of a known error, and its headers."""
    match error:
        case NoSuch():
            return 404, {}
        case Rejected():
            return 422, {}
        case NeedsPerson():
            return 409, {}
        case TooOften(after=after):
            return 429, {"Retry-After": str(math.ceil(after or 60))}
        case RetryLater(after=after):
            return 503, {"Retry-After": str(math.ceil(after or 5))}
        case _:
            return 500, {}


async def _gone(_request: Request, _error: Exception) -> Response:
    """The client left, or was too slow, before its request had arrived: no answer is read."""
    return Response(status_code=408)


async def _defect(request: Request, error: Exception) -> Response:
    """The traceback goes to the log (the server writes it); the visitor sees a calm page."""
    _log.error("request failed", path=request.url.path, error=type(error).__name__)
    if request.url.path.startswith(API):
        return _json(
            500,
            message("api.defect", "something went wrong here"),
            message("do.try-later", "Try again later."),
            {},
        )
    return _page(request, 500, "", {})


def _json(status: int, fault: Message, remedy: Message, headers: dict[str, str]) -> Response:
    """Problem details (RFC 9457), and beside them what `refusal` has."""
    content = {
        "type": f"urn:zwaan:{fault.code}" if fault.code else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": f"{fault}. {remedy}".strip(". "),
        **refusal(fault, remedy),
    }
    return JSONResponse(
        content, status_code=status, headers=headers, media_type="application/problem+json"
    )


def _page(
    request: Request, status: int, sentence: str, headers: dict[str, str], *, words: str = ""
) -> Response:
    words = words or (str(status) if status in _WORDED else "500")
    view = _view(request)
    response = view.page(
        "fault.html",
        status=status,
        words=words,
        text=view.fault_text(words),
        sentence=sentence,
        typed=_typed(request),
        again=_came_from(request) if words == "stale" else "",
    )
    response.headers.update(headers)
    return response


def _typed(request: Request) -> list[str]:
    """The texts in the form that was sent, shown again so that they can be copied."""
    form = getattr(request.state, "form", None)
    if form is None:
        return []
    texts = [each for _, each in form.multi_items() if isinstance(each, str)]
    return [each for each in dict.fromkeys(texts) if len(each.split()) > 1]


def _came_from(request: Request) -> str:
    """The path of our own page that sent the form, to load it anew."""
    page = came_from(request)
    return page.path if page.netloc == request.headers.get("Host") else ""


def _view(request: Request) -> View:
    """The view for the person already known; the session is not looked up during a fault."""
    # A fault outside the session (a defect, a path of an asset) has none to read from.
    request.scope.setdefault("session", {})
    return make_view(request, getattr(request.state, "person", None))
