"""From a form to checked data; for an event, by the same checks as for other systems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from types import MappingProxyType
from typing import Any, Generic, TypeVar
from uuid import uuid4

from pydantic import BaseModel, ValidationError

from services.campaigns.announce import announce
from services.events.cloudevent import CloudEvent, event_data
from services.events.incoming import EventData, StoryApproved, VacancyOpened
from services.message import Message, label, message
from services.voice import other_language
from services.web.messages import Messages
from services.web.view import View

#: Of any field; a form may say it better (`people_form`).
_OTHER_FAULT = message("form.fault.other", "This cannot be right. Write it differently.")
_MISSING = message("form.fault.missing", "Fill this in.")
_TOO_LONG = label("form.fault.too-long", "At most {limit} characters.")
_TOO_MANY = label("form.fault.too-many", "At most {limit}.")
_ADDRESS = message("form.fault.address", "Write an address that begins with https://.")
_LANGUAGE = message(
    "form.fault.language",
    "The text is in another language. Choose the one it is written in; we write in Dutch and English.",
)
_STALE = message(
    "fault.stale.form",
    "Nothing was sent, because this page stood open too long. Everything you typed is still here: send it once more.",
)

_Data = TypeVar("_Data", bound=BaseModel)
_Content = TypeVar("_Content", StoryApproved, VacancyOpened)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled(Generic[_Data]):
    """A form as it was filled in. ``faults`` by field; ``data`` is None while there are any."""

    fields: Mapping[str, str]
    faults: Mapping[str, str]
    data: _Data | None

    def untouched(self) -> Filled[_Data]:
        """As it came, before anybody looked whether it is right."""
        return Filled(fields=self.fields, faults={}, data=None)

    def with_fault(self, field: str, sentence: str) -> Filled[_Data]:
        return Filled(fields=self.fields, faults={**self.faults, field: sentence}, data=None)


async def read_fields(view: View, names: Sequence[str]) -> dict[str, str]:
    """What was typed in each field; a file in the place of a text is an empty field."""
    form = await view.request.form()
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    return {name: typed.get(name, "").replace("\r\n", "\n").strip() for name in names}


def check(
    model: type[_Data],
    fields: Mapping[str, str],
    data: Mapping[str, Any],
    messages: Messages,
    faults: Mapping[str, str],
    *,
    own: Mapping[str, Message] = MappingProxyType({}),
) -> Filled[_Data]:
    """Validate ``data`` (empty values left out); ``faults`` were found before.

    ``own`` are what is said of a field in place of the words for any.
    """
    found = dict(faults)
    checked: _Data | None = None
    try:
        checked = model.model_validate(
            {name: value for name, value in data.items() if value not in ("", None, ())}
        )
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            found.setdefault(str(fault["loc"][0]), _sentence(fault, messages, own))
    return Filled(fields=fields, faults=found, data=None if found else checked)


def form_fault_text(view: View) -> str:
    """Why a form comes back as it was filled in; empty where it does not."""
    fault = view.form_fault
    if fault is None:
        return ""
    return view.messages.phrase(_STALE) if fault.words == "stale" else view.fault_text("413")


def in_its_language(filled: Filled[_Content], messages: Messages) -> Filled[_Content]:
    """``filled``, with a fault where the text is in another language than was chosen."""
    if filled.data is None or other_language(filled.data) is None:
        return filled
    faults = {"language": messages.phrase(_LANGUAGE)}
    return Filled(fields=filled.fields, faults=faults, data=None)


def _sentence(fault: Any, messages: Messages, own: Mapping[str, Message]) -> str:
    kind = fault["type"]
    if kind in ("missing", "string_too_short"):
        return messages.phrase(_MISSING)
    if kind == "string_too_long":
        return messages.phrase(_TOO_LONG, limit=fault["ctx"]["max_length"])
    if kind == "too_long":
        return messages.phrase(_TOO_MANY, limit=fault["ctx"]["max_length"])
    if fault["loc"][0] == "url":
        return messages.phrase(_ADDRESS)
    return messages.phrase(own.get(str(fault["loc"][0]), _OTHER_FAULT))


def words(text: str) -> tuple[str, ...]:
    """Words or phrases separated by commas or lines."""
    parts = text.replace("\n", ",").split(",")
    return tuple(part.strip() for part in parts if part.strip())


def lines(text: str) -> tuple[str, ...]:
    """The lines of a text, without empty ones."""
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def end_of_day(text: str, zone: tzinfo) -> datetime | None:
    """The last minute of a day written YYYY-MM-DD. Raises ValueError when it is none."""
    if not text:
        return None
    return datetime.combine(date.fromisoformat(text), time(23, 59), zone).astimezone(UTC)


async def state_event(
    view: View,
    *,
    source: str,
    name: str,
    data: EventData,
    campaign_id: str,
    event_id: str = "",
    extensions: Mapping[str, Any] = MappingProxyType({}),
    detail: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """State an event in the reader's name; ``detail`` is for the audit.

    Raises RetryLater when the log is away.
    """
    event = CloudEvent(
        id=event_id or str(uuid4()),
        source=source,
        type=name,
        time=view.now,
        data=event_data(data),
        extensions=dict(extensions),
    )
    await announce(
        view.parts.database,
        view.parts.log,
        event,
        campaign_id=campaign_id,
        by=view.me,
        now=view.now,
        detail=detail,
    )
