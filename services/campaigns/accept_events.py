"""Events at the edges: check each, compare it with what is known, append the good ones, and name the fault of
every other.

A story or vacancy has one campaign, with its first facts. The log delivers at least once and in no order
between topics, so a repeat, or a closing before its opening, is no fault. The sender still learns the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from services.campaigns.rules.matching import Content, source_of
from services.campaigns.store import campaigns
from services.database.engine import Database
from services.database.transaction import Transaction
from services.errors import Rejected, RetryLater
from services.events.catalogue import CATALOGUE, read_incoming
from services.events.cloudevent import MAX_EVENT_BYTES, CloudEvent, parse_event
from services.events.incoming import (
    ApplicationReceived,
    EventData,
    StoryApproved,
    VacancyClosed,
    VacancyOpened,
    read_launch_plan,
)
from services.message import NOTHING, Message, message
from services.ports import EventLog, Record
from services.voice import refusal_of


class Known:
    """Stories and vacancies that are known, by kind and id; empty where nothing could be asked.

    ``states`` are those of their campaigns.
    """

    def __init__(
        self,
        contents: dict[tuple[str, str], Content] | None = None,
        states: dict[tuple[str, str], str] | None = None,
    ) -> None:
        self._asked = contents is not None
        self._contents = {} if contents is None else contents
        self._states = states or {}

    def compare(self, data: EventData) -> Message:
        """What its sender should know, or nothing. Raises Rejected for other facts than before.

        What was compared is known from then on, so that a batch may not contradict itself.
        """
        if isinstance(data, StoryApproved | VacancyOpened):
            return self._opening(data)
        vacancy_id = data.vacancy_id if isinstance(data, _ABOUT_VACANCIES) else None
        if not self._asked or vacancy_id is None or ("vacancy", vacancy_id) in self._contents:
            return NOTHING
        return _early(data, vacancy_id)

    def _opening(self, content: Content) -> Message:
        source = source_of(content)
        first = self._contents.setdefault(source, content)
        if first is content:
            return _without_audience(content)
        kind, source_id = source
        if not same_facts(first, content):
            raise contradiction(first, content)
        if first.passages != content.passages:
            return message(
                "event.keeps-passages",
                'the {kind} "{identity}" is known already, and keeps its passages',
                kind=kind,
                identity=source_id,
            )
        if self._states.get(source) == "closed":
            return message(
                "event.campaign-ended",
                'the {kind} "{identity}" is known, and its campaign has ended: nothing new '
                "happens; to start another, send it under a new {kind}_id",
                kind=kind,
                identity=source_id,
            )
        return message(
            "event.unchanged",
            'the {kind} "{identity}" is known already, unchanged: nothing new happens',
            kind=kind,
            identity=source_id,
        )


def _without_audience(content: Content) -> Message:
    refusal = refusal_of(content)
    if refusal is None:
        return NOTHING
    return message(
        "event.asks-nobody",
        "nobody is asked to share it: {fault}. {remedy}",
        fault=refusal.message,
        remedy=refusal.remedy,
    )


_ABOUT_VACANCIES = (VacancyClosed, ApplicationReceived)


def _early(data: EventData, vacancy_id: str) -> Message:
    if isinstance(data, VacancyClosed):
        return message(
            "event.closed-early",
            'the vacancy "{identity}" is not known (yet); it will start no campaign when it is',
            identity=vacancy_id,
        )
    return message(
        "event.applied-early",
        'the vacancy "{identity}" is not known (yet); the application counts when it is',
        identity=vacancy_id,
    )


def same_facts(first: Content, later: Content) -> bool:
    """Passages are no fact: an editor may have chosen others since, and then those stay."""
    return first == later.model_copy(update={"passages": first.passages})


def contradiction(first: Content, later: Content) -> Rejected:
    """The answer to a story or vacancy that is stated again with other facts."""
    kind, source_id = source_of(later)
    changed = [
        name
        for name in type(later).model_fields
        if name != "passages" and getattr(first, name, None) != getattr(later, name)
    ]
    return Rejected(
        message(
            "event.known-otherwise",
            'the {kind} "{identity}" is known already, with another {field}',
            kind=kind,
            identity=source_id,
            field=" and ".join(changed),
        ),
        remedy=message(
            "do.send-under-new-id",
            "Its campaign keeps its first facts; send the new ones under a new {kind}_id.",
            kind=kind,
        ),
    )


async def known_about(transaction: Transaction, arriving: Sequence[EventData]) -> Known:
    """What is known of the stories and vacancies that ``arriving`` speaks of."""
    contents: dict[tuple[str, str], Content] = {}
    states: dict[tuple[str, str], str] = {}
    for kind, ids in (
        ("story", [each.story_id for each in arriving if isinstance(each, StoryApproved)]),
        (
            "vacancy",
            [
                each.vacancy_id
                for each in arriving
                if isinstance(each, VacancyOpened | VacancyClosed | ApplicationReceived)
            ],
        ),
    ):
        for found in await campaigns.by_sources(transaction, kind=kind, source_ids=set(ids)):
            contents[kind, found.source_id] = found.content
            states[kind, found.source_id] = found.state
    return Known(contents, states)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """``place`` is the position of the event in the input, from 0."""

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
