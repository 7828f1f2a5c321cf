"""Events as other systems send them, turned into their structured form: in binary mode, the attributes in
headers and the facts alone in the body; or several in one text, a JSON object, a JSON array, or one JSON
value a line (NDJSON).

Sources: CloudEvents 1.0.2, HTTP protocol binding 3.1 (``ce-…``) and Kafka protocol binding 3.2 (``ce_…``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from services.errors import Rejected
from services.events.cloudevent import (
    MAX_EVENT_BYTES,
    check_characters,
    decode_json,
    dump_json,
    is_json,
    load_json,
    too_large,
)

_HTTP, _KAFKA = "ce-", "ce_"


def is_binary(headers: Mapping[str, str]) -> bool:
    """Whether a request's headers are an event's attributes; a structured body has its own."""
    content_type = headers.get("content-type", "").strip().lower()
    names = {name.lower() for name in headers}
    return f"{_HTTP}specversion" in names and not content_type.startswith("application/cloudevents")


def from_http(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The structured form of a request. Raises Rejected when its body is no JSON."""
    attributes = {
        name.lower().removeprefix(_HTTP): _value(value)
        for name, value in headers.items()
        if name.lower().startswith(_HTTP)
    }
    return _document(attributes, headers.get("content-type"), body)


def _value(written: str) -> str:
    """A header's value; older senders put one with blanks into quotation marks."""
    text = written.encode("latin-1").decode("utf-8", "replace").strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return unquote(text)


def from_kafka(headers: Iterable[tuple[str, bytes | None]], value: bytes) -> bytes:
    """The structured form of a record's value; any other record's value as it is."""
    found = {name.lower(): (text or b"").decode("utf-8", "replace") for name, text in headers}
    content_type = found.get("content-type")
    is_structured = (content_type or "").lower().startswith("application/cloudevents")
    if f"{_KAFKA}specversion" not in found or is_structured:
        return value
    attributes = {
        name.removeprefix(_KAFKA): text for name, text in found.items() if name.startswith(_KAFKA)
    }
    try:
        return dump_json(_document(attributes, content_type, value))
    except Rejected:
        return value  # refused where all records are read


def _document(attributes: dict[str, Any], content_type: str | None, body: bytes) -> dict[str, Any]:
    document = attributes | ({} if content_type is None else {"datacontenttype": content_type})
    if content_type is not None and not is_json(content_type):
        return document | {"data": {}}  # refused for its type
    return document | {"data": load_json(body)}


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A decoded JSON value, or the `Rejected` that says why there is none.

    ``place`` names its position for a person (``line 3``, ``event 2``); empty when it is alone.
    """

    place: str
    value: Any


def read_documents(raw: bytes) -> list[Document]:
    """All events in ``raw``; nothing where it is empty. Never raises: see `Document`."""
    raw = raw.removeprefix(_BYTE_ORDER_MARK)
    try:
        whole = decode_json(raw, limit=len(raw))
    except Rejected as fault:
        return _read_lines(raw, fault)
    if isinstance(whole, list):
        return [
            Document(place=f"event {number}", value=_checked(element))
            for number, element in enumerate(whole, start=1)
        ]
    return [Document(place="", value=_checked(whole))]


def _read_lines(raw: bytes, whole: Rejected) -> list[Document]:
    documents = [
        Document(place=f"line {number}", value=_line(line))
        for number, line in enumerate(raw.split(b"\n"), start=1)
        if line.strip()
    ]
    if documents and not any(isinstance(each.value, dict) for each in documents):
        # Not one line is an event: it is a single broken document, and one fault says more.
        return [Document(place="", value=whole)]
    return documents


def _line(line: bytes) -> Any:
    try:
        return load_json(line)
    except Rejected as fault:
        return fault


def _checked(element: Any) -> Any:
    """``element``, or the Rejected that says that no event may hold this or be so large."""
    try:
        check_characters(element)
        size = len(dump_json(element))
        if size > MAX_EVENT_BYTES:
            raise too_large(size, MAX_EVENT_BYTES)
    except Rejected as fault:
        return fault
    return element
