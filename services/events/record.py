"""A record of a topic: one event, or a CloudEvents batch whose events are accepted or refused one by one."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from services.errors import Rejected
from services.events import clicks
from services.events.catalogue import read_data
from services.events.cloudevent import CloudEvent, check_characters, decode_json, parse_event
from services.events.moment import read_moment
from services.events.statement import Fact
from services.message import message


class Element(NamedTuple):
    """One event of a record. ``part`` is its place in the batch, or -1 for the whole record.

    ``fact`` is the event with its valid data, or the `Rejected` that says what is wrong.
    """

    part: int
    fact: Fact[Any] | Rejected
    document: Any = None

    def original(self, record: bytes) -> bytes:
        """The bytes to keep when the event fails: the record's own, or this event's JSON."""
        return record if self.part < 0 else json.dumps(self.document).encode()


def read_record(value: bytes | None, topic: str) -> list[Element]:
    """Return every event of a record on ``topic``. Never raises: see `Element`."""
    if topic == clicks.TOPIC and (read := clicks.read_documents(value)):
        first = -1 if value is not None and value.lstrip().startswith(b"{") else 0
        return [_click(part, *each) for part, each in enumerate(read, first)]
    try:
        document = decode_json(value)
        if document == []:
            raise Rejected(
                message("batch.empty", "the batch is empty"),
                remedy=message("do.send-an-event", "Send at least one event."),
            )
    except Rejected as fault:
        return [Element(part=-1, fact=fault)]
    escaped = value is not None and b"\\u" in value
    if not isinstance(document, list):
        return [_element(-1, document, topic, escaped=escaped)]
    return [
        _element(part, element, topic, escaped=escaped) for part, element in enumerate(document)
    ]


def _click(part: int, click: clicks.ReadClick, document: Any) -> Element:
    stated_at, data = document["time"], document["data"]
    event = CloudEvent(
        id=click.id,
        source=document["source"],
        type=document["type"],
        time=click.clicked_at if stated_at == data["clicked_at"] else read_moment(stated_at),
        subject=document["subject"],
        dataschema=document["dataschema"],
        data=data,
    )
    return Element(part=part, fact=Fact(event=event, data=click), document=document)


def _element(part: int, document: Any, topic: str, *, escaped: bool) -> Element:
    fact: Fact[Any] | Rejected
    try:
        if escaped:
            check_characters(document)
        event = parse_event(document)
        if event.type != topic:
            raise Rejected(
                message(
                    "event.wrong-topic",
                    'an event of type "{name}" does not belong on the topic {topic}',
                    name=event.type,
                    topic=topic,
                ),
                remedy=message("do.send-to-its-topic", "Send it to the topic of its type."),
            )
        fact = Fact(event=event, data=read_data(event))
    except Rejected as fault:
        return Element(part=part, fact=fault, document=document)
    return Element(part=part, fact=fact, document=document)
