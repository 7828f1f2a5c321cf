"""Several events in one text: each with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.errors import Rejected
from services.events.documents import read_documents
from tests.builders import event, story

GOOD: dict[str, Any] = event(story()).as_dict()
LINE = json.dumps(GOOD, ensure_ascii=False).encode()


def read(raw: bytes) -> list[tuple[str, Any]]:
    """Place and value of each; of a refused one the sentence."""
    return [
        (each.place, str(each.value) if isinstance(each.value, Rejected) else each.value)
        for each in read_documents(raw)
    ]


def test_one_event_stands_alone() -> None:
    """A JSON object is one event without a place, also when it is written over several lines."""
    assert read(LINE) == [("", GOOD)]
    assert read(json.dumps(GOOD, indent=2).encode()) == [("", GOOD)]
    assert read(b"\xef\xbb\xbf" + LINE + b"\r\n") == [("", GOOD)]


def test_the_events_of_an_array_are_numbered() -> None:
    """Elements of a JSON array are told apart by number."""
    assert read(b"[" + LINE + b"," + LINE + b"]") == [("event 1", GOOD), ("event 2", GOOD)]
    assert read(b"[]") == []


def test_lines_are_numbered_as_an_editor_does() -> None:
    """Each line of NDJSON is an event; blank lines are none and count."""
    raw = b"\xef\xbb\xbf" + LINE + b"\r\n\n  \n" + LINE
    assert read(raw) == [("line 1", GOOD), ("line 4", GOOD)]


def test_one_broken_line_among_good_ones_is_named() -> None:
    """The others are read all the same."""
    lines = [LINE, b'{"broken', LINE, b"\xff\xfe", b'{"a":"\\ud800"}', b"NaN"]
    found = dict(read(b"\n".join(lines)))
    assert found["line 1"] == found["line 3"] == GOOD
    assert "not JSON" in found["line 2"]
    assert "not UTF-8 (byte 0)" in found["line 4"]
    assert "half a surrogate pair" in found["line 5"]
    assert "not JSON" in found["line 6"]


@pytest.mark.parametrize(
    "raw",
    [
        json.dumps(GOOD, indent=2).encode()[:-2],
        json.dumps({"topics": ["beton"]}, indent=2)
        .replace("beton", "\udcff")
        .encode("utf-8", "surrogateescape"),
        b"this is no JSON\nat all",
        b'{"a": NaN}',
        b"[" * 5_000,
    ],
)
def test_a_single_broken_document_is_one_fault(raw: bytes) -> None:
    """A document of many lines that is broken is refused once, not line by line."""
    ((place, sentence),) = read(raw)
    assert place == ""
    assert isinstance(sentence, str)


@pytest.mark.parametrize("raw", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_text_holds_nothing(raw: bytes) -> None:
    """No event is no document."""
    assert read(raw) == []


def test_size_is_measured_as_the_event_is_stored() -> None:
    """A text of many accents is not refused for how JSON could escape it; a long one is."""
    accents = GOOD | {"data": GOOD["data"] | {"body": "é" * 390_000}}
    assert read(json.dumps(accents, ensure_ascii=False).encode()) == [("", accents)]
    assert read(json.dumps(accents).encode()) == [("", accents)]
    huge = LINE[:-1] + b',"trace":"' + b"x" * 2_000_000 + b'"}'
    ((_, sentence),) = read(huge)
    assert "the limit is 1,000,000" in sentence
    places = read(LINE + b"\n" + huge + b"\n" + LINE)
    assert [place for place, _ in places] == ["line 1", "line 2", "line 3"]
    assert "the limit is 1,000,000" in places[1][1]


@settings(max_examples=60)
@given(raw=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_nothing_does_more_than_be_refused(raw: bytes) -> None:
    """Whatever the text, reading it never raises."""
    for document in read_documents(raw):
        json.dumps(None if isinstance(document.value, Rejected) else document.value)
