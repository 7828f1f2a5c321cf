"""CloudEvents in binary mode: the attributes in headers, the facts alone in the body.

Sources: CloudEvents 1.0.2, HTTP protocol binding 3.1 (``ce-…``) and Kafka protocol binding 3.2
(``ce_…``). A message is turned into its structured form, and is one from there on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from services.errors import Rejected
from services.events.cloudevent import dump_json, is_json, load_json

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
