"""Which pages belong to which role, and where each role starts."""

from __future__ import annotations

from collections.abc import Sequence

from services.message import Message, message
from services.people.store.people import Person

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
