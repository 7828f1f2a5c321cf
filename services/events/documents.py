"""Several events in one text: a JSON object, a JSON array, or one JSON value a line (NDJSON)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.errors import Rejected
from services.events.cloudevent import (
    MAX_EVENT_BYTES,
    check_characters,
    decode_json,
    dump_json,
    load_json,
    too_large,
)

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A decoded JSON value, or the `Rejected` that says why there is none.

    ``place`` says for a person where it stood (``line 3``, ``event 2``); empty when it is alone.
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
