"""Clicks as JSON, written without their model and read in a tenth of the usual time: tens of thousands a second
are stated, by far the most events there are.

What is written is what `state` makes of a `LinkClicked`, but for the id; a test compares them. What is not
letter by letter of that shape is left to `services.events.record`, which says what is wrong with it.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from itertools import count
from json.encoder import encode_basestring as quoted
from typing import Any, NamedTuple

from services.events.catalogue import event_type_of
from services.events.cloudevent import MAX_EVENT_BYTES
from services.events.outgoing import LinkClicked
from services.events.statement import SOURCE

_TYPE = event_type_of(LinkClicked)
TOPIC = _TYPE.name

_TEXT = (
    f'{{"specversion":"1.0","id":"%s%012x","source":"{SOURCE}","type":"{TOPIC}",'
    '"datacontenttype":"application/json","time":"%s","subject":"%s",'
    f'"dataschema":"{_TYPE.dataschema}","data":{{"code":"%s","visitor":"%s","method":"%s",'
    '"user_agent":%s,"prefetch":%s,"clicked_at":"%s"}}'
)


class ClickTexts:
    """Numbers the clicks of one process. ``random`` is 72 bits of chance, drawn once.

    The id of a click is a UUIDv8 (RFC 9562, section 5.8): ``random``, then the click's number.
    """

    def __init__(self, random: int) -> None:
        digits = f"{random:018x}"
        self._prefix = f"{digits[:8]}-{digits[8:12]}-8{digits[12:15]}-8{digits[15:]}-"
        self._numbers = count()

    def text(
        self, code: str, visitor: str, *, method: str, user_agent: str, prefetch: bool, at: str
    ) -> str:
        """The JSON of one click. ``code``, ``visitor`` and ``method`` are our own words, ``at`` is a
        moment as `datetime.isoformat` writes it, and ``user_agent`` is anything printable.
        """
        return _TEXT % (
            self._prefix,
            next(self._numbers),
            at,
            code,
            code,
            visitor,
            method,
            quoted(user_agent),
            "true" if prefetch else "false",
            at,
        )


_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3}|\.\d{6})?(?:Z|\+00:00)"
_EVENT = re.compile(
    r'\{"specversion":"1\.0","id":"([0-9A-Za-z-]{1,300})",'
    rf'"source":"{re.escape(SOURCE)}","type":"{re.escape(TOPIC)}",'
    rf'"datacontenttype":"application/json","time":"({_MOMENT})","subject":"([a-z0-9]{{1,32}})",'
    rf'"dataschema":"{re.escape(_TYPE.dataschema)}",'
    r'"data":\{"code":"\3","visitor":"([0-9a-f]{16})","method":"([A-Z]{1,10})",'
    # No character is escaped by its number: that may be what no database holds.
    r'"user_agent":"([^"\\\x00-\x1f]*(?:\\["\\/bfnrt][^"\\\x00-\x1f]*)*)","prefetch":(true|false),'
    rf'"clicked_at":"({_MOMENT})"\}}\}}',
    re.ASCII,
)
#: The text between two events, and what the expression finds in one.
_STRIDE = 1 + _EVENT.groups
_LONGEST_AGENT = 300


class ReadClick(NamedTuple):
    """A valid `LinkClicked`, field by field, with the event's id."""

    id: str
    code: str
    visitor: str
    method: str
    user_agent: str
    prefetch: bool
    clicked_at: datetime


def read_clicks(value: bytes | None) -> list[ReadClick] | None:
    """The clicks of a record, or None: it has to be read with more care."""
    try:
        parts = _taken_apart(value)
        return None if parts is None else _clicks(parts)
    except ValueError:  # no such day, or bytes that are no text
        return None


def read_documents(value: bytes | None) -> list[tuple[ReadClick, Any]] | None:
    """As `read_clicks`, each with the event that it is."""
    try:
        parts = _taken_apart(value)
        if parts is None:
            return None
        clicks = _clicks(parts)
    except ValueError:
        return None
    return [
        (click, _document(click, stated_at, at))
        for click, stated_at, at in zip(
            clicks, parts[2::_STRIDE], parts[_EVENT.groups :: _STRIDE], strict=True
        )
    ]


def _taken_apart(value: bytes | None) -> list[str] | None:
    """Return the bytes around the events, and after each the values found in it."""
    if not value or len(value) > MAX_EVENT_BYTES:
        return None
    parts = _EVENT.split(value.decode())
    events = len(parts) // _STRIDE
    if not events:
        return None
    between = parts[::_STRIDE]
    if between == ["[", *[","] * (events - 1), "]"] or between == ["", ""]:
        return parts
    return None


def _clicks(parts: list[str]) -> list[ReadClick]:
    """Raises ValueError."""
    identities, stated_at, codes, visitors, methods, agents, prefetches, moments = (
        parts[number::_STRIDE] for number in range(1, _STRIDE)
    )
    if any("\\" in agent for agent in agents):
        agents = [json.loads(f'"{agent}"') for agent in agents]
    if any(len(agent) > _LONGEST_AGENT for agent in agents):
        raise ValueError
    at = list(map(datetime.fromisoformat, moments))
    if stated_at != moments:
        for each in stated_at:
            datetime.fromisoformat(each)
    prefetched = [each == "true" for each in prefetches]
    return list(map(ReadClick, identities, codes, visitors, methods, agents, prefetched, at))


def _document(click: ReadClick, stated_at: str, at: str) -> dict[str, Any]:
    """The event as it was written. ``stated_at`` (the moment of writing) and ``at`` are its times."""
    return {
        "specversion": "1.0",
        "id": click.id,
        "source": SOURCE,
        "type": TOPIC,
        "datacontenttype": "application/json",
        "time": stated_at,
        "subject": click.code,
        "dataschema": _TYPE.dataschema,
        "data": {
            "code": click.code,
            "visitor": click.visitor,
            "method": click.method,
            "user_agent": click.user_agent,
            "prefetch": click.prefetch,
            "clicked_at": at,
        },
    }
