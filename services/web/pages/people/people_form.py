"""The form of one person: what the organisation keeps of them, and their roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from services.language import DEFAULT, FIRST
from services.message import message
from services.people.ambassador_row import AmbassadorRow
from services.people.rules.ambassador import Ambassador
from services.people.store.people import ROLES, Person
from services.web.messages import Messages
from services.web.pages.campaigns.event_forms import Filled, check, read_fields
from services.web.view import View

_FIELDS = tuple(AmbassadorRow.model_fields)
_LISTS = ("crafts", "topics", "other_languages")

#: What is said of these in place of the words for any field.
_FAULTS = {
    "email": message("people.fault.email", "Write an e-mail address, such as name@example.org."),
    "timezone": message("people.fault.timezone", "Write a time zone, such as Europe/Amsterdam."),
    "since": message("people.fault.since", "Write a year, such as 2019."),
}

_NO_ROLE = message("people.fault.roles", "Choose at least one role.")


async def read_form(view: View) -> Filled[AmbassadorRow]:
    return check_form(await read_fields(view, (*_FIELDS, *ROLES)), view.messages)


def check_form(fields: Mapping[str, str], messages: Messages) -> Filled[AmbassadorRow]:
    """As `check`; without a role the fault is that of ``roles``."""
    data: dict[str, Any] = {name: fields[name] for name in _FIELDS}
    faults = {} if roles_in(fields) else {"roles": messages.phrase(_NO_ROLE)}
    return check(AmbassadorRow, fields, data, messages, faults, own=_FAULTS)


def roles_in(fields: Mapping[str, str]) -> list[str]:
    return [role for role in ROLES if fields[role]]


def filled(person: Person, kept: Ambassador | None) -> dict[str, str]:
    """The form as it stands; ``kept`` None: no profile of an ambassador is kept."""
    shown = kept or Ambassador(
        id=person.id, email=person.email, name=person.name, language=DEFAULT, address_form=""
    )
    fields = {name: str(value) for name, value in asdict(shown).items() if name in _FIELDS}
    fields["language"] = person.language
    fields |= {name: "; ".join(getattr(shown, name)) for name in _LISTS}
    fields["since"] = "" if shown.since is None else str(shown.since)
    return fields | {role: "yes" if role in person.roles else "" for role in ROLES}


def empty() -> dict[str, str]:
    """The form for somebody new: an ambassador who writes the first language."""
    nobody = Person(id="", email="", name="", language=FIRST, roles=frozenset({"ambassador"}))
    return filled(nobody, None)
