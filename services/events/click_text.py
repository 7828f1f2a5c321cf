"""A click's event as JSON, written without its model: tens of thousands a second are stated.

What is written is what `state` makes of a `LinkClicked`, but for the id; a test compares them.
"""

from __future__ import annotations

from itertools import count
from json.encoder import encode_basestring as quoted

from services.events.catalogue import event_type_of
from services.events.outgoing import LinkClicked
from services.events.statement import SOURCE

_TYPE = event_type_of(LinkClicked)
CLICKED = _TYPE.name

_TEXT = (
    f'{{"specversion":"1.0","id":"%s%012x","source":"{SOURCE}","type":"{CLICKED}",'
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
