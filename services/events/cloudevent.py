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
from services.message import Message, message

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
_TOO_DEEP = message(
    "event.too-deep", "the event is nested more than {most} levels deep", most=_MAX_DEPTH
)
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
        raise Rejected(
            message("event.empty", "the event is empty"),
            remedy=message("do.send-cloudevent", "Send a CloudEvent in structured JSON."),
        )
    if len(value) > limit:
        raise too_large(len(value), limit)
    try:
        document = _DECODER.decode(value.decode("utf-8-sig"))
        _check_depth(document)
    except UnicodeDecodeError as error:
        raise Rejected(
            message("event.not-utf8", "the event is not UTF-8 (byte {place})", place=error.start),
            remedy=message("do.encode-utf8", "Encode it as UTF-8."),
        ) from error
    except (ValueError, RecursionError) as error:
        fault = _fault_of_json(error)
        raise Rejected(
            message("event.no-json", "the event is not JSON ({fault})", fault=fault),
            remedy=message("do.correct-json", "Correct the JSON."),
        ) from error
    return document


def _fault_of_json(error: ValueError | RecursionError) -> Message | str:
    if isinstance(error, RecursionError):
        return _TOO_DEEP
    return error.args[0] if isinstance(error.args[0], Message) else str(error)


def too_large(size: int, limit: int) -> Rejected:
    return Rejected(
        message(
            "event.too-large",
            "the event has {bytes} bytes, the limit is {limit}",
            bytes=size,
            limit=limit,
        ),
        remedy=message(
            "do.refer-by-address", "Shorten the text and refer to large content by its address."
        ),
    )


def _no_number(text: str) -> Any:
    raise ValueError(message("event.no-number", "{text} is no number in JSON", text=text))


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(
            message("event.number-too-large", "{text} is too large a number", text=text[:20])
        )
    return number


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object with a name twice: JSON allows it, and readers differ on which value counts."""
    document = dict(pairs)
    if len(document) != len(pairs):
        doubled, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise Rejected(
            message(
                "event.name-twice",
                "the name {name} stands twice in one object",
                name=json.dumps(doubled[:100]),
            ),
            remedy=message("do.leave-one-out", "Leave one of them out."),
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
                    message("event.broken-text", "the event holds a NUL or half a surrogate pair"),
                    remedy=message("do.leave-out", "Leave it out."),
                )
        elif isinstance(value, dict):
            waiting += value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def parse_event(document: Any) -> CloudEvent:
    """Check the envelope of one event. Raises Rejected naming the attribute at fault."""
    if not isinstance(document, dict):
        raise Rejected(
            message("event.no-object", "an event is a JSON object"),
            remedy=message("do.send-cloudevent", "Send a CloudEvent in structured JSON."),
        )
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
                message(
                    "event.unknown-attribute", 'the attribute "{name}" is unknown', name=name[:100]
                ),
                remedy=message(
                    "do.name-extension",
                    "An extension's name has lower-case letters and digits only.",
                ),
            )
        if isinstance(value, str):
            _check_text(name, value)
        elif not isinstance(value, bool | int) or abs(value) > _MAX_INTEGER:
            raise Rejected(
                message(
                    "event.attribute-type",
                    '"{name}" is neither a text nor a boolean nor a 32-bit integer',
                    name=name,
                ),
                remedy=message("do.put-facts-into-data", 'Put the facts into "data".'),
            )
        extensions[name] = value
    return extensions


def _check_text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise Rejected(message("event.no-text", '"{name}" is not a text', name=name))
    if len(value) > _MAX_ATTRIBUTE_CHARACTERS:
        raise Rejected(
            message(
                "event.attribute-too-long",
                '"{name}" is longer than {limit} characters',
                name=name,
                limit=_MAX_ATTRIBUTE_CHARACTERS,
            ),
            remedy=message("do.shorten", "Shorten it."),
        )
    if _NOT_IN_ATTRIBUTES.search(value):
        raise Rejected(
            message("event.control-characters", '"{name}" holds control characters', name=name),
            remedy=message("do.leave-them-out", "Leave them out."),
        )


def _check_required(document: dict[str, Any]) -> None:
    if document.get("specversion") != "1.0":
        raise Rejected(
            message("event.specversion", '"specversion" has to be "1.0"'),
            remedy=message("do.add-specversion", 'Add "specversion": "1.0".'),
        )
    for name in ("id", "source", "type"):
        text = document.get(name)
        if not isinstance(text, str) or not text.strip():
            raise Rejected(
                message("event.attribute-missing", '"{name}" is missing or not a text', name=name),
                remedy=message("do.add", 'Add "{name}".', name=name),
            )
        _check_text(name, text)
    if not is_json(document.get("datacontenttype", "application/json")):
        raise Rejected(
            message("event.datacontenttype", '"datacontenttype" has to be "application/json"')
        )
    if not isinstance(_data(document), dict):
        raise Rejected(
            message("event.no-data", '"data" is missing or not an object'),
            remedy=message("do.put-facts-into-data", 'Put the facts into "data".'),
        )


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
        raise Rejected(
            message("event.two-data", '"data" and "data_base64" exclude each other'),
            remedy=message("do.leave-either-out", "Leave one out."),
        )
    try:
        # MIME's writers break it into lines.
        lines = encoded.split() if isinstance(encoded, str) else encoded
        raw = base64.b64decode("".join(lines), validate=True)
    except (ValueError, TypeError) as error:
        raise Rejected(
            message("event.no-base64", '"data_base64" is not Base64'),
            remedy=message("do.put-json-into-data", 'Put the JSON into "data".'),
        ) from error
    return load_json(raw)


def _parse_time(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        return read_moment(value)
    except ValueError as fault:
        raise Rejected(
            message("event.time", '"time" {fault}', fault=fault.args[0]),
            remedy=message("do.correct-time", 'Correct "time", or leave it out.'),
        ) from fault


def dump_json(document: Any) -> bytes:
    return to_json(document)
