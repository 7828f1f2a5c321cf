"""CloudEvents 1.0 in structured JSON, one event or a batch.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from services.errors import Rejected

#: An event larger than this is refused (bytes of its JSON text).
MAX_EVENT_BYTES = 1_000_000

_ATTRIBUTES = frozenset(
    {"specversion", "id", "source", "type", "time", "subject", "datacontenttype", "dataschema"}
)
_TIME = TypeAdapter(datetime)
# Source: CloudEvents 1.0.2, "Naming conventions" and "Type system".
_MAX_ATTRIBUTE_CHARACTERS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudEvent:
    """An event whose envelope is valid; ``data`` is checked against the catalogue separately."""

    id: str
    source: str
    type: str
    data: dict[str, Any]
    time: datetime | None = None
    subject: str | None = None
    dataschema: str | None = None
    extensions: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The structured JSON form."""
        document: dict[str, Any] = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "datacontenttype": "application/json",
        }
        if self.time is not None:
            document["time"] = self.time.isoformat()
        if self.subject is not None:
            document["subject"] = self.subject
        if self.dataschema is not None:
            document["dataschema"] = self.dataschema
        return document | self.extensions | {"data": self.data}

    def to_bytes(self) -> bytes:
        return _dump(self.as_dict())


def batch_to_bytes(events: Iterable[CloudEvent]) -> bytes:
    """CloudEvents batch format: one JSON array, so that one record carries many facts."""
    return _dump([event.as_dict() for event in events])


def event_data(model: BaseModel) -> dict[str, Any]:
    """A data model as JSON-ready data, without the optional fields that are not there."""
    return model.model_dump(mode="json", exclude_none=True)


def parse_record(value: bytes | None) -> list[CloudEvent]:
    """Read a record's bytes: one event, or a batch. Raises Rejected with a sentence."""
    document = load_json(value)
    if isinstance(document, list):
        if not document:
            raise Rejected("the batch is empty", remedy="Send at least one event.")
        return [parse_event(item) for item in document]
    return [parse_event(document)]


def load_json(value: bytes | None, *, limit: int = MAX_EVENT_BYTES) -> Any:
    """Decode UTF-8 JSON of at most ``limit`` bytes. Raises Rejected."""
    if not value:
        raise Rejected("the event is empty", remedy="Send a CloudEvent in structured JSON.")
    if len(value) > limit:
        raise Rejected(
            f"the event has {len(value):,} bytes, the limit is {limit:,}",
            remedy="Shorten the text and refer to large content by its address.",
        )
    try:
        text = value.decode("utf-8")
        document = json.loads(text)
        if "\\u" in text:
            _check_characters(document)
    except UnicodeDecodeError as error:
        raise Rejected(
            f"the event is not UTF-8 (byte {error.start})", remedy="Encode it as UTF-8."
        ) from error
    except (ValueError, RecursionError) as error:
        raise Rejected(f"the event is not JSON ({error})", remedy="Correct the JSON.") from error
    return document


def _check_characters(value: Any) -> None:
    """Refuse what JSON can escape but UTF-8 or a database cannot hold. Raises ValueError."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("it holds a NUL or half a surrogate pair")
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_characters(name)
            _check_characters(item)
    elif isinstance(value, list):
        for item in value:
            _check_characters(item)


def parse_event(document: Any) -> CloudEvent:
    """Check the envelope of one event. Raises Rejected naming the attribute at fault."""
    if not isinstance(document, dict):
        raise Rejected("an event is a JSON object", remedy="Send a CloudEvent in structured JSON.")
    _check_required(document)
    for name in ("subject", "dataschema"):
        if not isinstance(document.get(name), str | None):
            raise Rejected(f'"{name}" is not a text')
    return CloudEvent(
        id=document["id"],
        source=document["source"],
        type=document["type"],
        time=_parse_time(document.get("time")),
        subject=document.get("subject"),
        dataschema=document.get("dataschema"),
        data=document["data"],
        extensions={
            name: value
            for name, value in document.items()
            if name not in _ATTRIBUTES and name != "data"
        },
    )


def _check_required(document: dict[str, Any]) -> None:
    if document.get("specversion") != "1.0":
        raise Rejected('"specversion" has to be "1.0"', remedy='Add "specversion": "1.0".')
    for name in ("id", "source", "type"):
        text = document.get(name)
        if not isinstance(text, str) or not text.strip():
            raise Rejected(f'"{name}" is missing or not a text', remedy=f'Add "{name}".')
        if len(text) > _MAX_ATTRIBUTE_CHARACTERS:
            raise Rejected(f'"{name}" is longer than {_MAX_ATTRIBUTE_CHARACTERS} characters')
    content_type = document.get("datacontenttype", "application/json")
    if content_type != "application/json":
        raise Rejected('"datacontenttype" has to be "application/json"')
    if "data_base64" in document:
        raise Rejected('"data_base64" is not supported', remedy='Put the JSON into "data".')
    if not isinstance(document.get("data"), dict):
        raise Rejected('"data" is missing or not an object', remedy='Put the facts into "data".')


def _parse_time(value: Any) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise Rejected('"time" is not a text', remedy="Example: 2026-11-24T09:00:00Z.")
    try:
        time = _TIME.validate_python(value)
    except ValidationError as error:
        raise Rejected(
            '"time" is not an RFC 3339 time', remedy="Example: 2026-11-24T09:00:00Z."
        ) from error
    if time.tzinfo is None:
        raise Rejected('"time" has no zone', remedy="Example: 2026-11-24T09:00:00Z.")
    return time


def _dump(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
