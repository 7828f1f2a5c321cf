"""Several events in one text: a JSON object, a JSON array, or one JSON value a line (NDJSON)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from services.errors import Rejected
from services.events.cloudevent import load_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A decoded JSON value, or the `Rejected` that says why there is none. ``line`` from 1."""

    line: int
    value: Any


def read_documents(raw: bytes) -> list[Document]:
    """All events in ``raw``, with the line each begins on (of an array: the array's)."""
    try:
        whole = json.loads(raw)
    except (ValueError, RecursionError):
        return _read_lines(raw)
    elements = whole if isinstance(whole, list) else [whole]
    return [Document(line=1, value=_checked(element)) for element in elements]


def _read_lines(raw: bytes) -> list[Document]:
    documents = []
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if line.strip():
            try:
                value = load_json(line)
            except Rejected as fault:
                value = fault
            documents.append(Document(line=number, value=value))
    if len(documents) > 1 and all(isinstance(each.value, Rejected) for each in documents):
        # Not one line is JSON: it is a single broken document, and one fault says more than many.
        try:
            load_json(raw)
        except Rejected as fault:
            return [Document(line=1, value=fault)]
    return documents


def _checked(element: Any) -> Any:
    try:
        return load_json(json.dumps(element).encode())
    except Rejected as fault:
        return fault
