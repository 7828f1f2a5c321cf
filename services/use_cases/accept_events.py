"""Events at the edges: check each, append the good ones, and name the fault of every other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from services.errors import Rejected
from services.events.catalogue import CATALOGUE, read_incoming
from services.events.cloudevent import MAX_EVENT_BYTES, CloudEvent, parse_event
from services.events.incoming import StoryApproved, VacancyOpened
from services.events.launch import read_launch_plan
from services.ports import EventLog, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """``place`` is where the event stood in the input, from 0."""

    place: int
    fault: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    accepted: Sequence[CloudEvent]
    refused: Sequence[Refusal]


async def accept(log: EventLog, documents: Iterable[Any]) -> Acceptance:
    """Append what is valid; return when it is durable. Raises RetryLater when the log is away.

    ``documents`` are decoded JSON values, or a `Rejected` where one could not be decoded.
    """
    records: list[Record] = []
    accepted: list[CloudEvent] = []
    refused: list[Refusal] = []
    for place, document in enumerate(documents):
        try:
            if isinstance(document, Rejected):
                raise document
            event = parse_event(document)
            records.append(_record(event))
            accepted.append(event)
        except Rejected as fault:
            refused.append(Refusal(place=place, fault=str(fault), remedy=fault.remedy))
    if records:
        await log.append(records)
    return Acceptance(accepted=accepted, refused=refused)


def _record(event: CloudEvent) -> Record:
    data = read_incoming(event)
    if isinstance(data, StoryApproved | VacancyOpened):
        read_launch_plan(event.extensions)
    value = event.to_bytes()
    if len(value) > MAX_EVENT_BYTES:
        raise Rejected(f"the event has {len(value):,} bytes, the limit is {MAX_EVENT_BYTES:,}")
    key = CATALOGUE[event.type].key_of(data)
    return Record(topic=event.type, key=key.encode(), value=value)
