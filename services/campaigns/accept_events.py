"""Events at the edges: check each, append the good ones, and name the fault of every other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from services.campaigns.compare_with_known import Known, known_about
from services.database.engine import Database
from services.errors import Rejected, RetryLater
from services.events.catalogue import CATALOGUE, read_incoming
from services.events.cloudevent import MAX_EVENT_BYTES, CloudEvent, parse_event
from services.events.incoming import EventData, StoryApproved, VacancyOpened
from services.events.launch import read_launch_plan
from services.message import Message, message
from services.ports import EventLog, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """``place`` is where the event stood in the input, from 0."""

    place: int
    fault: Message
    remedy: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a sender should know of an event that was accepted all the same."""

    place: int
    note: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    accepted: Sequence[CloudEvent]
    refused: Sequence[Refusal]
    notes: Sequence[Note] = ()


@dataclass(slots=True, kw_only=True)
class _Arrivals:
    records: list[Record] = field(default_factory=list)
    accepted: list[CloudEvent] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


async def accept(
    log: EventLog, documents: Iterable[Any], database: Database | None = None
) -> Acceptance:
    """Append what is valid; return when it is durable. Raises RetryLater when the log is away.

    ``documents`` are decoded JSON values, or a `Rejected` where one could not be decoded. With a
    ``database`` they are compared with what is known: a story or vacancy is not stated anew with
    other facts. While it is away they are accepted without.
    """
    arrivals = _Arrivals()
    read = [
        (place, *found)
        for place, document in enumerate(documents)
        if (found := _read(arrivals, place, document)) is not None
    ]
    known = await _known(database, [data for _, _, data in read])
    for place, event, data in read:
        try:
            record = _record(event, data)
            note = known.compare(data)
        except Rejected as fault:
            arrivals.refused.append(_refusal(place, fault))
            continue
        arrivals.records.append(record)
        arrivals.accepted.append(event)
        if note:
            arrivals.notes.append(Note(place=place, note=note))
    if arrivals.records:
        await log.append(arrivals.records)
    return Acceptance(
        accepted=arrivals.accepted,
        refused=sorted(arrivals.refused, key=lambda refusal: refusal.place),
        notes=arrivals.notes,
    )


def _read(arrivals: _Arrivals, place: int, document: Any) -> tuple[CloudEvent, EventData] | None:
    try:
        if isinstance(document, Rejected):
            raise document
        event = parse_event(document)
        return event, read_incoming(event)
    except Rejected as fault:
        arrivals.refused.append(_refusal(place, fault))
        return None


async def _known(database: Database | None, arriving: Sequence[EventData]) -> Known:
    if database is not None and arriving:
        with suppress(RetryLater):
            async with database.read() as transaction:
                return await known_about(transaction, arriving)
    return Known()


def _refusal(place: int, fault: Rejected) -> Refusal:
    return Refusal(place=place, fault=fault.message, remedy=fault.remedy)


def _record(event: CloudEvent, data: EventData) -> Record:
    if isinstance(data, StoryApproved | VacancyOpened):
        read_launch_plan(event.extensions)
    value = event.to_bytes()
    if len(value) > MAX_EVENT_BYTES:
        raise Rejected(
            message(
                "event.too-large",
                "the event has {bytes} bytes, the limit is {limit}",
                bytes=len(value),
                limit=MAX_EVENT_BYTES,
            ),
            remedy=message("do.shorten", "Shorten it."),
        )
    key = CATALOGUE[event.type].key_of(data)
    return Record(topic=event.type, key=key.encode(), value=value)
