"""What a handler of a page works with: who asks, in which language, and how to answer."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.errors import NeedsPerson, Rejected, ZwaanError
from services.language import LANGUAGES, Language
from services.message import NOTHING, Message, message
from services.people.rules.ambassador import DEFAULT_ZONE
from services.people.store.people import Person
from services.web import labels, rendering
from services.web.messages import (
    Messages,
    language_name,
    messages_in,
    preferred_language,
)
from services.web.middleware import MAX_FORM_BYTES
from services.web.parts import WebParts

#: Whom to ask where no contact is set.
_WHOM = message("fault.whom", "an administrator")
#: Each by its own name.
_PAGE_LANGUAGES = [(code, language_name(code, code)) for code in LANGUAGES]
_TODAY = message("layout.today", "today")


class NotSignedIn(Exception):
    """The page needs a person signed in; answered by the sign-in page."""


class FormFault(HTTPException):
    """A form that is not taken as it is. ``words`` name those of its page in `labels`."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(status, words)
        self.words = words


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One request for a page. ``person`` is None for a visitor who did not sign in."""

    request: Request
    parts: WebParts
    messages: Messages
    person: Person | None
    zone: tzinfo = DEFAULT_ZONE

    @property
    def me(self) -> Person:
        """Raises NotSignedIn."""
        if self.person is None:
            raise NotSignedIn
        return self.person

    @property
    def now(self) -> datetime:
        return self.parts.clock()

    @property
    def partial(self) -> bool:
        """Whether htmx asks for a piece of the page instead of a whole one."""
        return self.request.headers.get("HX-Request") == "true"

    @property
    def form_fault(self) -> FormFault | None:
        """Why nothing may come of the form, on pages that then show it again (`keeps_form`)."""
        return getattr(self.request.state, "form_fault", None)

    def fault_text(self, words: str) -> str:
        """What a page about a fault says, by its words."""
        whom = self.parts.contact or self.messages.phrase(_WHOM)
        limit = MAX_FORM_BYTES // 1_000_000
        return self.messages.phrase(labels.FAULT_TEXT[words], whom=whom, limit=limit)

    def page(self, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        return HTMLResponse(self.render(template, **context), status_code=status)

    def render(self, template: str, **context: Any) -> str:
        language = self.messages.language
        return rendering.render(
            template,
            language=language,
            **self.messages.spoken,
            moment=lambda value: rendering.moment(value, language=language, zone=self.zone),
            slot=lambda value: rendering.slot(
                value,
                now=self.now,
                today=self.messages.phrase(_TODAY),
                language=language,
                zone=self.zone,
            ),
            day=lambda value: rendering.day(value, language=language, zone=self.zone),
            number=lambda value: rendering.number(value, language=language),
            compact=lambda value: rendering.compact(value, language=language),
            percent=lambda value: rendering.percent(value, language=language),
            dollars=lambda value: rendering.dollars(value, language=language),
            person=self.person,
            menu=[] if self.person is None else menu_of(self.person),
            path=self.request.url.path,
            organisation=self.parts.organisation,
            contact=self.parts.contact,
            sandboxes=self.parts.sandboxes,
            all_sandbox=set(self.parts.sandboxes) >= set(self.parts.networks),
            simulated=self.parts.simulated,
            ask_model=self.parts.ask_model,
            base_url=self.parts.base_url,
            page_languages=_PAGE_LANGUAGES,
            csrf_token=csrf_token(self.request),
            **context,
        )

    def fault(self, error: ZwaanError) -> str:
        """What went wrong and what to do, in the person's language."""
        remedy = error.remedy if isinstance(error, Rejected | NeedsPerson) else NOTHING
        return " ".join(self.messages.say(part) for part in (error.message, remedy) if part)

    def go(self, path: str) -> Response:
        """Answer a form with another page (303); htmx follows it as a whole page."""
        if self.partial:
            return Response(headers={"HX-Redirect": path})
        return RedirectResponse(path, status_code=303)


def parts_of(request: Request) -> WebParts:
    return cast("WebParts", request.app.state.parts)


def came_from(request: Request) -> SplitResult:
    """The page that a form was on, as its browser says; empty where that is no address."""
    try:
        return urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return urlsplit("")


def make_view(request: Request, person: Person | None) -> View:
    return View(
        request=request,
        parts=parts_of(request),
        messages=messages_in(language_of(request, person)),
        person=person,
    )


def language_of(request: Request, person: Person | None) -> Language:
    """What the reader chose on a page, or the person's own, or what the browser prefers."""
    own = person.language if person is not None else ""
    wanted = (request.session.get("language"), own)
    for choice in wanted:
        for language in LANGUAGES:
            if choice == language:
                return language
    return preferred_language(request.headers.get("Accept-Language", ""))


def csrf_token(request: Request) -> str:
    """This session's token against forged forms, made on first use; written anew for each page."""
    session = request.session
    if "forms" not in session:
        session["forms"] = secrets.token_hex(_TOKEN_BYTES)
    pad = secrets.token_bytes(_TOKEN_BYTES)
    return (pad + _xor(pad, bytes.fromhex(session["forms"]))).hex()


def is_csrf_token(request: Request, given: str) -> bool:
    """Whether it is this session's token, as any of its pages has it."""
    try:
        expected, both = bytes.fromhex(request.session.get("forms", "")), bytes.fromhex(given)
    except ValueError:
        return False
    token = _xor(both[:_TOKEN_BYTES], both[_TOKEN_BYTES:])
    return len(expected) == _TOKEN_BYTES and secrets.compare_digest(expected, token)


_TOKEN_BYTES = 24


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=False))


#: Path and name of each page in the menu, and the roles that it is for.
_MENU: Sequence[tuple[str, Message, frozenset[str]]] = (
    ("/inbox", message("menu.inbox", "Inbox"), frozenset({"ambassador"})),
    ("/vacancies", message("menu.vacancies", "Vacancies"), frozenset({"recruiter"})),
    ("/stories", message("menu.stories", "Stories"), frozenset({"marketing"})),
    ("/templates", message("menu.templates", "Templates"), frozenset({"marketing"})),
    (
        "/figures",
        message("menu.figures", "Figures"),
        frozenset({"marketing", "recruiter", "administrator"}),
    ),
    (
        "/administration",
        message("menu.administration", "Administration"),
        frozenset({"administrator"}),
    ),
)


def roles_of(path: str) -> frozenset[str]:
    """The roles that a page of the menu is for."""
    return next(roles for address, _, roles in _MENU if address == path)


def menu_of(person: Person) -> list[tuple[str, Message]]:
    """Path and name of the pages in this person's menu."""
    return [(path, name) for path, name, roles in _MENU if roles & person.roles]


def home_of(person: Person) -> str:
    """Where this person starts: the first page of the menu; without a role, the profile."""
    return next((path for path, _ in menu_of(person) if path != "/figures"), "/profile")


def may_open(person: Person, path: str) -> bool:
    """Whether this person's roles admit to a page of the menu, or to one below it."""
    for address, _, roles in _MENU:
        if path == address or path.startswith(f"{address}/"):
            return bool(roles & person.roles)
    return True
