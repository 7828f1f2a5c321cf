"""Events as facts: those that were read, and those that Zwaan states with deterministic ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from services.events.catalogue import event_type_of
from services.events.cloudevent import CloudEvent, event_data
from services.events.incoming import EventData
from services.identity import name_id

#: The CloudEvents ``source`` of everything that Zwaan states.
SOURCE = "/zwaan"

Data_co = TypeVar("Data_co", bound=EventData, covariant=True)

_EVENTS = UUID("b1f3a1d2-4c55-5c0e-8f5d-7a7761616e01").bytes


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
    return stated(type(data), event_data(data), at=at, cause=cause)


def stated(
    model: type[EventData], data: dict[str, Any], *, at: datetime, cause: str = ""
) -> Statement:
    """As `state`, of data that we made from checked parts, thousands at a time: validating it again
    takes longer than all else. Fields that are None are left out by the caller."""
    event_type = event_type_of(model)
    key = str(data[event_type.key])
    return Statement(
        key=key,
        event=CloudEvent(
            id=name_id(_EVENTS, f"{event_type.name}\x1f{key}\x1f{cause}"),
            source=SOURCE,
            type=event_type.name,
            time=at,
            subject=key,
            dataschema=event_type.dataschema,
            data=data,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Generic[Data_co]):
    """An event that was read and whose data is valid."""

    event: CloudEvent
    data: Data_co


class Delivery(NamedTuple):
    """``completes``: with it all of its record is done, since it is the last valid one in it."""

    fact: Fact[Any]
    partition: int
    offset: int
    completes: bool
