"""Events as other systems send them: in binary mode, or several in one text."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cloudevents.core.bindings import http, kafka
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent as SdkEvent
from hypothesis import given, settings
from hypothesis import strategies as st

from services.errors import Rejected
from services.events import modes
from services.events.cloudevent import load_json, parse_event
from services.events.modes import read_documents
from services.events.record import read_record
from services.events.statement import Fact
from tests.builders import event, story, vacancy

JSON = JSONFormat()
FACTS = {"story_id": "s-é", "title": "Een sluis €", "body": "Tekst.", "language": "nl"}


def sdk_event(data: Any = None, **attributes: Any) -> SdkEvent:
    given = {"type": "story.approved", "source": "/cms/é", "id": "e 1", "subject": "ü “x”"}
    return SdkEvent(attributes=given | attributes, data=FACTS if data is None else data)


def test_a_record_in_binary_mode_is_an_event() -> None:
    """What is in ce_ headers is the envelope, and the value the facts."""
    message = kafka.to_binary(sdk_event(datacontenttype="application/json; charset=utf-8"), JSON)
    value = modes.from_kafka(message.headers.items(), message.value)
    (element,) = read_record(value, "story.approved")
    assert isinstance(element.fact, Fact)
    assert (element.fact.event.id, element.fact.event.subject) == ("e 1", "ü “x”")
    assert element.fact.data.story_id == "s-é"


@pytest.mark.parametrize("headers", [(), (("trace", b"1"),), (("content-type", b"text/plain"),)])
def test_a_record_in_structured_mode_is_left_as_it_is(headers: Any) -> None:
    """With the SDK's headers, with others, or with none."""
    message = kafka.to_structured(sdk_event(), JSON)
    for each in (headers, [*headers, *message.headers.items()]):
        assert modes.from_kafka(each, message.value) is message.value
    (element,) = read_record(message.value, "story.approved")
    assert isinstance(element.fact, Fact)


@pytest.mark.parametrize(
    ("headers", "value", "sentence"),
    [
        ({"ce_type": b"story.approved"}, b"{}", '"id" is missing'),
        ({"ce_id": b"1", "ce_source": b"/x", "ce_type": b"story.approved"}, b"{}", "data.story_id"),
        ({"ce_id": b"1", "ce_source": b"/x", "content-type": b"text/xml"}, b"<a/>", '"type"'),
        ({"ce_id": b"1"}, b"no JSON", "is not JSON"),
        ({"ce_id": b"1"}, b"", "is empty"),
    ],
)
def test_a_broken_record_in_binary_mode_is_refused_by_its_fault(
    headers: dict[str, bytes], value: bytes, sentence: str
) -> None:
    """As one in structured mode."""
    made = modes.from_kafka([*headers.items(), ("CE_SPECVERSION", b"1.0")], value)
    (element,) = read_record(made, "story.approved")
    assert isinstance(element.fact, Rejected)
    assert sentence in str(element.fact)


def test_the_sdk_reads_what_we_write() -> None:
    """Our structured events, alone and one after the other, and those events in binary mode."""
    for ours in (event(story()), event(vacancy())):
        read = http.from_structured(
            http.HTTPMessage({"content-type": JSON.get_content_type()}, ours.to_bytes()), JSON
        )
        assert (read.get_id(), read.get_type(), read.get_data()) == (ours.id, ours.type, ours.data)
        back = modes.from_kafka(
            kafka.to_binary(read, JSON).headers.items(), kafka.to_binary(read, JSON).value
        )
        assert parse_event(load_json(back)).digest == ours.digest


@pytest.mark.parametrize(
    "media_type",
    [
        *("application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8"),
        *("text/json", "application/vnd.ats+json", " application/json ", None),
    ],
)
def test_facts_are_json_by_any_of_its_names(media_type: str | None) -> None:
    """Media types are compared as such, and null is not there."""
    document = event(story()).as_dict() | {"datacontenttype": media_type, "data_base64": None}
    assert parse_event(document | {"subject": None, "time": None, "anything": None})


@pytest.mark.parametrize("media_type", ["text/xml", "json", "application/jsonp", "", 7])
def test_facts_are_nothing_else(media_type: Any) -> None:
    """What names another type is refused."""
    with pytest.raises(Rejected, match="datacontenttype"):
        parse_event(event(story()).as_dict() | {"datacontenttype": media_type})


def test_facts_may_be_base64() -> None:
    """As the SDK writes them for a caller that gives it bytes."""
    written = JSON.write(sdk_event(data=json.dumps(FACTS).encode()))
    assert parse_event(load_json(written)).data == FACTS
    lines = base64.encodebytes(json.dumps(FACTS).encode()).decode()
    assert parse_event(load_json(written) | {"data_base64": lines}).data == FACTS
    for wrong in ("###", 7, "e30=e30="):
        with pytest.raises(Rejected):
            parse_event(load_json(written) | {"data_base64": wrong})


@pytest.mark.parametrize("written", ['"a \\"b\\" é"', "a%20%22b%22%20%C3%A9", ' a "b" é '])
def test_a_header_says_the_same_however_it_is_written(written: str) -> None:
    """In quotation marks, in percents, or as it is."""
    headers = {"ce-subject": written.encode().decode("latin-1"), "content-type": "application/json"}
    assert modes.from_http(headers, b"{}")["subject"] == 'a "b" é'


def test_a_byte_order_mark_is_no_part_of_an_event() -> None:
    """Windows' editors write one."""
    assert parse_event(load_json(b"\xef\xbb\xbf" + event(story()).to_bytes()))


GOOD: dict[str, Any] = event(story()).as_dict()
LINE = json.dumps(GOOD, ensure_ascii=False).encode()


def read(raw: bytes) -> list[tuple[str, Any]]:
    """Place and value of each; of a refused one the sentence."""
    return [
        (each.place, str(each.value) if isinstance(each.value, Rejected) else each.value)
        for each in read_documents(raw)
    ]


def test_an_object_is_one_event() -> None:
    """A JSON object is one event without a place, also when it is written over several lines."""
    assert read(LINE) == [("", GOOD)]
    assert read(json.dumps(GOOD, indent=2).encode()) == [("", GOOD)]
    assert read(b"\xef\xbb\xbf" + LINE + b"\r\n") == [("", GOOD)]


def test_the_events_of_an_array_are_numbered() -> None:
    """Elements of a JSON array are distinguished by number."""
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
    """Reading any text never raises."""
    for document in read_documents(raw):
        json.dumps(None if isinstance(document.value, Rejected) else document.value)
