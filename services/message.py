"""What is said to a person, as data: a stable code, the English sentence, and what fills it.

The sentence in a reader's language is made where it is shown (`services.web.messages`); what is
logged, stored for ever in an event, or printed at a terminal is the English one, ``str(message)``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic_core import to_jsonable_python


class NetworkName(str):
    """A value that readers see as the network's own name: ``linkedin`` as LinkedIn."""

    __slots__ = ()


class LanguageTag(str):
    """A value that readers see as the language's name in their own: ``fr`` as Frans."""

    __slots__ = ()


#: Raised where a sentence, stored by a version that had other values, names one that it lacks.
UNFILLED = (LookupError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class Message:
    """``text`` names its ``values`` in braces. ``plural`` is said for any number ``n`` but 1.

    Without a ``code`` it is a person's own words, which no catalogue has.
    """

    code: str
    text: str
    values: Mapping[str, Value] = field(default_factory=dict)
    plural: str = ""

    def __str__(self) -> str:
        text = self.plural if self.plural and self.values.get("n") != 1 else self.text
        try:
            return text.format_map({name: _plain(value) for name, value in self.values.items()})
        except UNFILLED:
            return text

    def __bool__(self) -> bool:
        return bool(self.text)


Value = str | int | float | date | Message | tuple["Value", ...]

#: What is said where there is nothing to say.
NOTHING = Message("", "")


def message(code: str, text: str, /, **values: Value) -> Message:
    """A sentence of ours; `make messages` finds it by this call, so both are literals."""
    return Message(code, text, values)


def label(code: str, text: str, /) -> Message:
    """What pages call something that is stored by a name; its braces are filled where it is shown."""
    return Message(code, text)


def message_n(code: str, text: str, plural: str, n: int, /, **values: Value) -> Message:
    """A sentence of ours about ``n`` of something, in the form that this number asks for."""
    return Message(code, text, {"n": n, **values}, plural)


def said(words: str) -> Message:
    """Return a person's own words, shown as they are."""
    return Message("", "{words}", {"words": words}) if words else NOTHING


def both(first: Message, second: Message) -> Message:
    """Two sentences, one after the other; either may be `NOTHING`."""
    if not first or not second:
        return first or second
    return message("both", "{first} {second}", first=first, second=second)


def advised(fault: Message, remedy: Message) -> Message:
    """What is wrong and, behind a semicolon, what to do; `fault_and_remedy` takes them apart."""
    if not remedy:
        return fault
    return message("advised", "{fault}; {remedy}", fault=fault, remedy=remedy)


def fault_and_remedy(words: Message) -> tuple[Message, Message]:
    if words.code != "advised":
        return words, NOTHING
    fault, remedy = (words.values[name] for name in ("fault", "remedy"))
    return (
        fault if isinstance(fault, Message) else said(str(fault)),
        remedy if isinstance(remedy, Message) else said(str(remedy)),
    )


def as_sentence(text: str) -> str:
    """With a capital and an end."""
    text = ended(text.strip())
    return f"{text[:1].upper()}{text[1:]}"


def ended(text: str) -> str:
    """With a full stop where it has no mark of its own."""
    return text if not text or _ENDS.search(text) else f"{text}."


_ENDS = re.compile(r"[.!?…][\"'”’)\]]*$")


def _plain(value: Value) -> str:
    match value:
        case int():
            return f"{value:,}"
        case tuple():
            return ", ".join(map(_plain, value))
        case _:
            return str(value)


def as_json(value: Value) -> Any:
    """For storing; `from_json` gives the same again."""
    match value:
        case Message():
            values = {name: as_json(each) for name, each in value.values.items()}
            plural = {"plural": value.plural} if value.plural else {}
            return {"code": value.code, "text": value.text, "values": values, **plural}
        case NetworkName():
            return {"network": str(value)}
        case LanguageTag():
            return {"language": str(value)}
        case date():
            return {"date": value.isoformat()}
        case tuple():
            return [as_json(each) for each in value]
        case _:
            return value


def from_json(document: Any) -> Value:
    match document:
        case {"code": str(code), "text": str(text), "values": dict(values)}:
            filled = {name: from_json(each) for name, each in values.items()}
            return Message(code, text, filled, document.get("plural", ""))
        case {"network": name}:
            return NetworkName(name)
        case {"language": tag}:
            return LanguageTag(tag)
        case {"date": day}:
            return date.fromisoformat(day)
        case list():
            return tuple(from_json(each) for each in document)
        case _:
            return document  # type: ignore[no-any-return] # a text or a number


def message_from(document: Any) -> Message:
    """What `as_json` made of a message; a sentence of an older version is taken as it is."""
    found = from_json(document)
    return found if isinstance(found, Message) else said(str(found))


def refusal(fault: Message, remedy: Message) -> dict[str, Any]:
    """A fault in an answer of the API or of a command; ``code`` stays when a sentence is reworded."""
    return {
        "fault": str(fault),
        "remedy": str(remedy),
        "code": fault.code,
        "values": to_jsonable_python(fault.values),
    }
