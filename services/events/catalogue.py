"""The one catalogue of event types: each is a topic of the same name.

An event type's ``version`` grows when its data changes incompatibly; ``dataschema`` carries it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.errors import Rejected
from services.events import incoming, outgoing
from services.events.cloudevent import CloudEvent
from services.events.incoming import EventData
from services.field_faults import did_you_mean, guesses, predicate, together
from services.message import both, message

#: Partitions of every topic; the ceiling on how many workers share one topic's work.
PARTITIONS = 8

_MONTH = timedelta(days=30)
_YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """An event type and its topic.

    ``key`` names the field of ``data`` by which records are placed: one key, one order. All versions
    up to ``version`` are read.
    """

    name: str
    data: type[EventData]
    key: str
    retention: timedelta
    direction: Literal["in", "out"]
    version: int = 1

    @property
    def dataschema(self) -> str:
        return f"urn:zwaan:event:{self.name}:{self.version}"

    def reads(self, dataschema: str | None) -> bool:
        versions = range(1, self.version + 1)
        return dataschema is None or dataschema in {
            f"urn:zwaan:event:{self.name}:{version}" for version in versions
        }

    def key_of(self, data: EventData) -> str:
        return str(getattr(data, self.key))


def _incoming(name: str, data: type[EventData], key: str) -> EventType:
    # Statistics are rebuilt from the log, so what came in stays for a year.
    return EventType(name=name, data=data, key=key, retention=_YEAR, direction="in")


def _outgoing(
    name: str, data: type[EventData], key: str, retention: timedelta, version: int = 1
) -> EventType:
    return EventType(
        name=name, data=data, key=key, retention=retention, direction="out", version=version
    )


CATALOGUE: Mapping[str, EventType] = {
    event_type.name: event_type
    for event_type in (
        _incoming("story.approved", incoming.StoryApproved, "story_id"),
        _incoming("vacancy.opened", incoming.VacancyOpened, "vacancy_id"),
        _incoming("vacancy.closed", incoming.VacancyClosed, "vacancy_id"),
        _incoming("application.received", incoming.ApplicationReceived, "vacancy_id"),
        _outgoing("campaign.started", outgoing.CampaignStarted, "campaign_id", _YEAR),
        _outgoing("campaign.finished", outgoing.CampaignFinished, "campaign_id", _YEAR),
        _outgoing("share.requested", outgoing.ShareRequested, "campaign_id", _MONTH, version=2),
        _outgoing("post.ready", outgoing.PostReady, "ambassador_id", _MONTH),
        _outgoing("post.approved", outgoing.PostApproved, "ambassador_id", _YEAR),
        _outgoing("post.declined", outgoing.PostDeclined, "post_id", _YEAR),
        _outgoing("post.taken_back", outgoing.PostTakenBack, "post_id", _YEAR),
        _outgoing("post.cancelled", outgoing.PostCancelled, "post_id", _YEAR),
        _outgoing("post.publishing", outgoing.PostPublishing, "post_id", _MONTH),
        _outgoing("post.postponed", outgoing.PostPostponed, "post_id", _MONTH),
        _outgoing("post.published", outgoing.PostPublished, "post_id", _YEAR),
        _outgoing("post.shared", outgoing.PostShared, "post_id", _YEAR),
        _outgoing("post.failed", outgoing.PostFailed, "post_id", _YEAR),
        _outgoing("post.unknown", outgoing.PostUnknown, "post_id", _YEAR),
        _outgoing("post.deletion_asked", outgoing.PostDeletionAsked, "post_id", _YEAR),
        _outgoing("post.deleted", outgoing.PostDeleted, "post_id", _YEAR),
        _outgoing("post.deletion_failed", outgoing.PostDeletionFailed, "post_id", _YEAR),
        _outgoing("link.clicked", outgoing.LinkClicked, "code", _YEAR),
        _outgoing("reach.measured", outgoing.ReachMeasured, "post_id", _YEAR),
    )
}

_BY_MODEL = {event_type.data: event_type for event_type in CATALOGUE.values()}


def event_type_of(model: type[EventData]) -> EventType:
    return _BY_MODEL[model]


def read_data(event: CloudEvent) -> EventData:
    """Check ``event.data`` against its type. Raises Rejected naming the field at fault."""
    event_type = CATALOGUE.get(event.type)
    if event_type is None:
        raise _unknown_type(event.type, CATALOGUE)
    if not event_type.reads(event.dataschema):
        raise Rejected(
            message(
                "event.unknown-schema",
                'the schema "{name}" is not supported',
                name=event.dataschema or "",
            ),
            remedy=message(
                "do.use-schema",
                'Use "{name}" or leave "dataschema" out.',
                name=event_type.dataschema,
            ),
        )
    try:
        return event_type.data.model_validate(event.data)
    except ValidationError as error:
        raise _rejected(error, event_type) from error


def read_incoming(event: CloudEvent) -> EventData:
    """As `read_data`, for the edges: only what other systems may state is taken."""
    event_type = CATALOGUE.get(event.type)
    if event_type is None:
        raise _unknown_type(event.type, incoming_types())
    if event_type.direction == "out":
        raise Rejected(
            message("event.stated-by-zwaan", '"{name}" is stated by Zwaan itself', name=event.type),
            remedy=message(
                "do.send-one-of", "Send one of: {names}.", names=tuple(incoming_types())
            ),
        )
    return read_data(event)


def incoming_types() -> list[str]:
    return [name for name, event_type in CATALOGUE.items() if event_type.direction == "in"]


def _unknown_type(name: str, known: Iterable[str]) -> Rejected:
    return Rejected(
        message("event.unknown-type", 'the type "{name}" is unknown', name=name),
        remedy=both(
            did_you_mean(name, known),
            message("do.send-one-of", "Send one of: {names}.", names=tuple(known)),
        ),
    )


#: More faults of one event than this are counted, not named.
_NAMED_FAULTS = 5


def _rejected(error: ValidationError, event_type: EventType) -> Rejected:
    # A misspelt name first: what then is missing is its other half.
    faults = sorted(
        error.errors(include_url=False, include_input=False),
        key=lambda fault: fault["type"] != "extra_forbidden",
    )
    named = together(
        message(
            "event.field",
            'the field "{name}" {fault}',
            name=_place(fault),
            fault=predicate(fault),
        )
        for fault in faults[:_NAMED_FAULTS]
    )
    if (more := len(faults) - _NAMED_FAULTS) > 0:
        named = message(
            "event.more-fields", "{faults} (and {number} more)", faults=named, number=more
        )
    fields = event_type.data.model_fields
    unknown = [
        str(fault["loc"][0])
        for fault in faults[:_NAMED_FAULTS]
        if fault["type"] == "extra_forbidden" and len(fault["loc"]) == 1
    ]
    remedy = message("do.see-schema", "See docs/events/{name}.json.", name=event_type.name)
    if unknown:
        several = len(unknown) > 1
        hint = guesses(unknown, fields) if several else did_you_mean(unknown[0], fields)
        names = message("do.name-fields", "The fields are: {names}.", names=tuple(fields))
        remedy = both(hint, names)
    return Rejected(named, remedy=remedy)


def _place(fault: ErrorDetails) -> str:
    return ".".join(["data", *map(str, fault["loc"])])
