"""The official SDK writes and reads our events, in every mode."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cloudevents.core.bindings import http, kafka
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent as SdkEvent

from services.errors import Rejected
from services.events import binary_mode
from services.events.cloudevent import load_json, parse_event
from services.events.record import read_record
from services.events.statement import Fact
from tests.builders import event, story, vacancy

JSON = JSONFormat()
FACTS = {"story_id": "s-é", "title": "Een sluis €", "body": "Tekst.", "language": "nl"}


def sdk_event(data: Any = None, **attributes: Any) -> SdkEvent:
    given = {"type": "story.approved", "source": "/cms/é", "id": "e 1", "subject": "ü “x”"}
    return SdkEvent(attributes=given | attributes, data=FACTS if data is None else data)


def test_a_record_in_binary_mode_is_an_event() -> None:
    """What stands in ce_ headers is the envelope, and the value the facts."""
    message = kafka.to_binary(sdk_event(datacontenttype="application/json; charset=utf-8"), JSON)
    value = binary_mode.from_kafka(message.headers.items(), message.value)
    (element,) = read_record(value, "story.approved")
    assert isinstance(element.fact, Fact)
    assert (element.fact.event.id, element.fact.event.subject) == ("e 1", "ü “x”")
    assert element.fact.data.story_id == "s-é"


@pytest.mark.parametrize("headers", [(), (("trace", b"1"),), (("content-type", b"text/plain"),)])
def test_a_record_in_structured_mode_is_left_as_it_is(headers: Any) -> None:
    """With the SDK's headers, with others, or with none."""
    message = kafka.to_structured(sdk_event(), JSON)
    for each in (headers, [*headers, *message.headers.items()]):
        assert binary_mode.from_kafka(each, message.value) is message.value
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
    made = binary_mode.from_kafka([*headers.items(), ("CE_SPECVERSION", b"1.0")], value)
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
        back = binary_mode.from_kafka(
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
    """As the SDK writes them for whoever gives it bytes."""
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
    assert binary_mode.from_http(headers, b"{}")["subject"] == 'a "b" é'


def test_a_byte_order_mark_is_no_part_of_an_event() -> None:
    """Windows' editors write one."""
    assert parse_event(load_json(b"\xef\xbb\xbf" + event(story()).to_bytes()))
