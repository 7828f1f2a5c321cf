"""Events as facts: those that were read, and those that Zwaan states with deterministic ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID, uuid5

from services.events.catalogue import event_type_of
from services.events.cloudevent import CloudEvent, event_data
from services.events.incoming import EventData

#: The CloudEvents ``source`` of everything that Zwaan states.
SOURCE = "/zwaan"

Data_co = TypeVar("Data_co", bound=EventData, covariant=True)

_EVENTS = UUID("b1f3a1d2-4c55-5c0e-8f5d-7a7761616e01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An event on its way out, with the key that places it in its topic."""

    key: str
    event: CloudEvent


def state(data: EventData, *, at: datetime, cause: str = "") -> Statement:
    """State ``data`` as an event.

    The id is UUIDv5 of the type, the key and ``cause`` (what makes this one different from others
    with the same key, for example the attempt or the metric): stating it twice gives the same id.
    """
    event_type = event_type_of(type(data))
    key = event_type.key_of(data)
    return Statement(
        key=key,
        event=CloudEvent(
            id=str(uuid5(_EVENTS, f"{event_type.name}\x1f{key}\x1f{cause}")),
            source=SOURCE,
            type=event_type.name,
            time=at,
            subject=key,
            dataschema=event_type.dataschema,
            data=event_data(data),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Generic[Data_co]):
    """An event that was read and whose data is valid."""

    event: CloudEvent
    data: Data_co
