"""CloudEvents 1.0 in structured JSON, one event or a batch.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from services.errors import Rejected
from services.events.moment import read_moment

#: An event larger than this is refused (bytes of its JSON text).
MAX_EVENT_BYTES = 1_000_000

_ATTRIBUTES = frozenset(
    {"specversion", "id", "source", "type", "time", "subject", "datacontenttype", "dataschema"}
)
# Together with a source an id is a key of the inbox; PostgreSQL's keys end at 2,704 bytes.
_MAX_ATTRIBUTE_CHARACTERS = 300
_MAX_DEPTH = 32
#: Not `dict | list`: it would be made anew for each of a hundred thousand values.
_CONTAINERS = (dict, list)
_TOO_DEEP = f"it is nested more than {_MAX_DEPTH} levels deep"
_MAX_INTEGER = 2**31 - 1
_EXTENSION_NAME = re.compile(r"[a-z0-9]{1,100}")
# Source: CloudEvents 1.0.2, "Type system", String.
_NOT_IN_ATTRIBUTES = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


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

    @property
    def digest(self) -> int:
        """64 bits that tell this data from other data."""
        data = json.dumps(self.data, sort_keys=True, separators=(",", ":")).encode()
        return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), signed=True)

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
        return dump_json(self.as_dict())


def event_data(model: BaseModel) -> dict[str, Any]:
    """A data model as JSON-ready data, without the optional fields that are not there."""
    return model.model_dump(mode="json", exclude_none=True)


def load_json(value: bytes | None, *, limit: int = MAX_EVENT_BYTES) -> Any:
    """As `decode_json`, and every text in it can be stored. Raises Rejected."""
    document = decode_json(value, limit=limit)
    if value is not None and b"\\u" in value:
        check_characters(document)
    return document


def decode_json(value: bytes | None, *, limit: int = MAX_EVENT_BYTES) -> Any:
    """Decode UTF-8 JSON of at most ``limit`` bytes. Raises Rejected."""
    if not value:
        raise Rejected("the event is empty", remedy="Send a CloudEvent in structured JSON.")
    if len(value) > limit:
        raise too_large(len(value), limit)
    try:
        document = _DECODER.decode(value.decode("utf-8-sig"))
        _check_depth(document)
    except UnicodeDecodeError as error:
        raise Rejected(
            f"the event is not UTF-8 (byte {error.start})", remedy="Encode it as UTF-8."
        ) from error
    except (ValueError, RecursionError) as error:
        fault = _TOO_DEEP if isinstance(error, RecursionError) else error
        raise Rejected(f"the event is not JSON ({fault})", remedy="Correct the JSON.") from error
    return document


def too_large(size: int, limit: int) -> Rejected:
    return Rejected(
        f"the event has {size:,} bytes, the limit is {limit:,}",
        remedy="Shorten the text and refer to large content by its address.",
    )


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number in JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is too large a number")
    return number


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets a name stand twice in an object, and each reader then picks another one."""
    document = dict(pairs)
    if len(document) != len(pairs):
        doubled, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise Rejected(
            f"the name {json.dumps(doubled[:100])} stands twice in one object",
            remedy="Leave one of them out.",
        )
    return document


_DECODER = json.JSONDecoder(
    parse_constant=_no_number, parse_float=_finite, object_pairs_hook=_without_doubles
)


def _check_depth(document: Any) -> None:
    """Refuse what is nested so deep that writing it again could fail. Raises ValueError."""
    level = [document] if isinstance(document, _CONTAINERS) else []
    for _ in range(_MAX_DEPTH):
        level = [
            item
            for container in level
            for item in (container.values() if isinstance(container, dict) else container)
            if isinstance(item, _CONTAINERS)
        ]
        if not level:
            return
    raise ValueError(_TOO_DEEP)


def check_characters(document: Any) -> None:
    """Refuse what JSON can escape but UTF-8 or a database cannot hold. Raises Rejected."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if _UNSTORABLE.search(value):
                raise Rejected(
                    "the event holds a NUL or half a surrogate pair", remedy="Leave it out."
                )
        elif isinstance(value, dict):
            waiting += value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def parse_event(document: Any) -> CloudEvent:
    """Check the envelope of one event. Raises Rejected naming the attribute at fault."""
    if not isinstance(document, dict):
        raise Rejected("an event is a JSON object", remedy="Send a CloudEvent in structured JSON.")
    # The JSON format: what is null is not there.
    document = {name: value for name, value in document.items() if value is not None}
    _check_required(document)
    for name in ("subject", "dataschema"):
        if document.get(name) is not None:
            _check_text(name, document[name])
    return CloudEvent(
        id=document["id"],
        source=document["source"],
        type=document["type"],
        time=_parse_time(document.get("time")),
        subject=document.get("subject"),
        dataschema=document.get("dataschema"),
        data=_data(document),
        extensions=_extensions(document),
    )


def _extensions(document: dict[str, Any]) -> dict[str, Any]:
    """Source: CloudEvents 1.0.2, "Naming conventions" and "Type system"."""
    extensions = {}
    for name, value in document.items():
        if name in _ATTRIBUTES or name in ("data", "data_base64"):
            continue
        if not _EXTENSION_NAME.fullmatch(name):
            raise Rejected(
                f'the attribute "{name[:100]}" is unknown',
                remedy="An extension's name has lower-case letters and digits only.",
            )
        if isinstance(value, str):
            _check_text(name, value)
        elif not isinstance(value, bool | int) or abs(value) > _MAX_INTEGER:
            raise Rejected(
                f'"{name}" is neither a text nor a boolean nor a 32-bit integer',
                remedy='Put the facts into "data".',
            )
        extensions[name] = value
    return extensions


def _check_text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise Rejected(f'"{name}" is not a text')
    if len(value) > _MAX_ATTRIBUTE_CHARACTERS:
        raise Rejected(
            f'"{name}" is longer than {_MAX_ATTRIBUTE_CHARACTERS} characters',
            remedy="Shorten it.",
        )
    if _NOT_IN_ATTRIBUTES.search(value):
        raise Rejected(f'"{name}" holds control characters', remedy="Leave them out.")


def _check_required(document: dict[str, Any]) -> None:
    if document.get("specversion") != "1.0":
        raise Rejected('"specversion" has to be "1.0"', remedy='Add "specversion": "1.0".')
    for name in ("id", "source", "type"):
        text = document.get(name)
        if not isinstance(text, str) or not text.strip():
            raise Rejected(f'"{name}" is missing or not a text', remedy=f'Add "{name}".')
        _check_text(name, text)
    if not is_json(document.get("datacontenttype", "application/json")):
        raise Rejected('"datacontenttype" has to be "application/json"')
    if not isinstance(_data(document), dict):
        raise Rejected('"data" is missing or not an object', remedy='Put the facts into "data".')


def is_json(media_type: Any) -> bool:
    """Whether it is JSON's, in any case and with any parameters (RFC 2045, RFC 6839)."""
    if not isinstance(media_type, str):
        return False
    essence = media_type.partition(";")[0].strip().lower()
    return essence in ("application/json", "text/json") or essence.endswith("+json")


def _data(document: dict[str, Any]) -> Any:
    """The facts: as JSON, or in Base64 as those write them who took them for bytes."""
    encoded = document.get("data_base64")
    if encoded is None:
        return document.get("data")
    if "data" in document:
        raise Rejected('"data" and "data_base64" exclude each other', remedy="Leave one out.")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, TypeError) as error:
        raise Rejected('"data_base64" is not Base64', remedy='Put the JSON into "data".') from error
    return load_json(raw)


def _parse_time(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        return read_moment(value)
    except ValueError as fault:
        raise Rejected(f'"time" {fault}', remedy='Correct "time", or leave it out.') from fault


def dump_json(document: Any) -> bytes:
    return to_json(document)
