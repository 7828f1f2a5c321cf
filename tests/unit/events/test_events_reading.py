"""Events as they arrive: anything may come in, and only what is right comes through."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.errors import Rejected
from services.events.catalogue import CATALOGUE, read_data, read_incoming
from services.events.cloudevent import (
    MAX_EVENT_BYTES,
    decode_json,
    dump_json,
    event_data,
    load_json,
    parse_event,
)
from services.events.incoming import Author, VacancyOpened
from services.events.moment import end_of
from services.events.record import read_record
from services.events.statement import Fact
from tests.builders import event, story

TOPIC = "story.approved"
FAST = settings(max_examples=60)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def good(**changes: Any) -> dict[str, Any]:
    return event(story()).as_dict() | changes


ENVELOPES = st.builds(
    lambda changes, gone: {k: v for k, v in good(**changes).items() if k not in gone},
    st.dictionaries(st.sampled_from(list(good())) | st.text(max_size=5), JSON, max_size=3),
    st.sets(st.sampled_from(list(good())), max_size=1),
)


def refused(document: Any) -> str:
    with pytest.raises(Rejected) as caught:
        read_incoming(parse_event(document))
    return str(caught.value)


# --- any input -----------------------------------------------------------------------------


@FAST
@given(value=st.binary(max_size=300))
@example(value=b"\xff\xfe")
@example(value=b"[" * 100_000)
@example(value=b'{"a":' * 5_000)
@example(value=b"1" * 5_000)
@example(value=b"\xef\xbb\xbf{}")
@example(value=b'"\\ud800"')
def test_no_bytes_do_more_than_be_refused(value: bytes) -> None:
    """Arbitrary bytes on a topic become elements, each valid or with the reason why not."""
    elements = read_record(value, TOPIC)
    assert elements
    for element in elements:
        assert isinstance(element.fact, Rejected)
        assert str(element.fact)
        assert isinstance(element.original(value), bytes)


@FAST
@given(document=ENVELOPES | st.lists(ENVELOPES | JSON, max_size=3))
def test_no_json_does_more_than_be_refused(document: Any) -> None:
    """For any JSON an event is valid and can be written again, or is refused."""
    raw = json.dumps(document).encode()
    for element in read_record(raw, TOPIC):
        if isinstance(element.fact, Fact):
            written = element.fact.event.to_bytes()
            assert parse_event(load_json(written)) == element.fact.event
        else:
            json.loads(element.original(raw))


@FAST
@given(data=JSON, name=st.sampled_from(sorted(CATALOGUE)))
def test_no_data_does_more_than_be_refused(data: Any, name: str) -> None:
    """Arbitrary ``data`` of every type is valid or refused with a sentence."""
    with suppress(Rejected):
        read_data(parse_event(good(type=name, data=data)))


TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=50)
TEXT = TEXT.filter(lambda text: bool(text.strip()))


@FAST
@given(title=TEXT, body=TEXT, identity=st.text("abc é\U0001f984", min_size=1, max_size=9))
def test_a_valid_event_survives_the_round_trip(title: str, body: str, identity: str) -> None:
    """What is written is read again as the same event and the same data."""
    told = event(story(title=title, body=body), identity=f"x{identity}", extensions={"trace": "a1"})
    raw = told.to_bytes()
    again = parse_event(load_json(raw))
    assert again == told
    assert read_data(again) == story(title=title, body=body)
    assert again.to_bytes() == raw


# --- the envelope -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["id", "source", "type", "specversion", "data"])
def test_what_is_missing_is_named(name: str) -> None:
    """The sentence names the attribute that is not there."""
    document = good()
    del document[name]
    assert f'"{name}"' in refused(document)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"id": 5}, '"id" is missing or not a text'),
        ({"id": "  "}, '"id" is missing or not a text'),
        ({"id": "x" * 301}, '"id" is longer than 300 characters'),
        ({"source": "a\x00b"}, '"source" holds control characters'),
        ({"subject": ["a"]}, '"subject" is not a text'),
        ({"subject": "\ud800"}, '"subject" holds control characters'),
        ({"specversion": "0.3"}, '"specversion" has to be "1.0"'),
        ({"datacontenttype": "text/xml"}, '"datacontenttype" has to be "application/json"'),
        ({"data_base64": "YQ=="}, '"data" and "data_base64" exclude each other'),
        ({"data": "text"}, '"data" is missing or not an object'),
        ({"dataschema": "urn:other:1"}, 'the schema "urn:other:1" is not supported'),
        ({"type": "story.deleted"}, 'the type "story.deleted" is unknown'),
        ({"type": "post.published"}, '"post.published" is stated by Zwaan itself'),
        ({"dataSchema": "x"}, 'the attribute "dataSchema" is unknown'),
        ({"trace": {"a": 1}}, '"trace" is neither a text nor a boolean nor a 32-bit integer'),
        ({"trace": 1.5}, '"trace" is neither'),
        ({"trace": 2**31}, '"trace" is neither'),
        ({"trace": "a\nb"}, '"trace" holds control characters'),
    ],
)
def test_a_wrong_envelope_is_refused_by_name(changes: dict[str, Any], sentence: str) -> None:
    """The sentence names the attribute at fault and what it should be."""
    assert refused(good(**changes)).startswith(sentence)


@pytest.mark.parametrize("document", [None, 1, "text", [], [good()], True])
def test_only_an_object_is_an_event(document: Any) -> None:
    """Any other JSON value is refused."""
    assert refused(document) == "an event is a JSON object"


def test_extension_attributes_are_kept() -> None:
    """What other systems add beside the data survives; null means absent."""
    told = parse_event(good(traceparent="00-ab", sampled=True, retries=3, nothing=None))
    assert told.extensions == {"traceparent": "00-ab", "sampled": True, "retries": 3}
    assert json.loads(told.to_bytes())["sampled"] is True


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-24T09:00:00Z", "2026-11-24T09:00:00+00:00"),
        ("2026-11-24t09:00:00z", "2026-11-24T09:00:00+00:00"),
        ("2026-11-24T09:00:00.5+01:00", "2026-11-24T09:00:00.500000+01:00"),
        ("2026-11-24T09:00:00.123456789-11:30", "2026-11-24T09:00:00.123456-11:30"),
        ("2026-11-24T09:00:00-00:00", "2026-11-24T09:00:00+00:00"),
    ],
)
def test_times_are_rfc_3339(text: str, utc: str) -> None:
    """Every form of RFC 3339 is read, with or without fractions, in any zone."""
    time = parse_event(good(time=text)).time
    assert time is not None
    assert time.isoformat() == utc


@pytest.mark.parametrize(
    "text",
    [
        "20261124",
        "2026-11-24T09:00:00",
        "2026-11-24T09:00Z",
        "2026-11-24 09:00:00Z",
        "1700000000",
        "2026-02-30T00:00:00Z",
        "2026-11-24T25:00:00Z",
        "2026-11-24T09:00:00+25:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "٢٠٢٦-11-24T09:00:00Z",
        "",
        1700000000,
        True,
    ],
)
def test_other_times_are_refused(text: Any) -> None:
    """A number, a time without zone or one that UTC cannot express is refused."""
    assert refused(good(time=text)).startswith('"time"')
    sentence = refused(good(type="vacancy.opened", data=_vacancy(closes_at=text)))
    assert sentence.startswith('the field "data.closes_at"')


def test_a_vacancy_may_close_on_a_day() -> None:
    """A day without a time is taken as it is, and lasts to its end where the organisation is."""
    vacancy = read_data(
        parse_event(good(type="vacancy.opened", data=_vacancy(closes_at="2026-12-18")))
    )
    assert isinstance(vacancy, VacancyOpened)
    assert vacancy.closes_at == date(2026, 12, 18)
    assert event_data(vacancy)["closes_at"] == "2026-12-18"
    assert refused(good(time="2026-12-18")).startswith('"time"')
    assert end_of(vacancy.closes_at, ZoneInfo("Europe/Amsterdam")) == datetime(
        2026, 12, 18, 22, 59, 59, tzinfo=UTC
    )


def test_an_address_holds_no_password() -> None:
    """A user name or password in an address is refused, in every field."""
    sentence = refused(good(type="vacancy.opened", data=_vacancy(url="https://a:b@example.org/")))
    assert "may hold no user name or password" in sentence


def test_an_author_s_address_does_not_stand_in_their_name() -> None:
    """A name with an e-mail address is taken apart; an address alone gives a name."""
    author = Author.model_validate({"name": "Jan Vos <jan@example.org>"})
    assert (author.name, author.email) == ("Jan Vos", "jan@example.org")
    assert Author.model_validate({"name": "jan.vos@example.org"}).name == "Jan Vos"


def _vacancy(**changes: Any) -> dict[str, Any]:
    return {
        "vacancy_id": "v",
        "title": "t",
        "description": "d",
        "language": "nl",
        "url": "https://example.org",
    } | changes


# --- the data -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"colour": "red"}, 'the field "data.colour" is unknown'),
        ({"title": 5}, 'the field "data.title" has to be a text'),
        ({"title": "\n"}, 'the field "data.title" is empty'),
        ({"title": "one\ntwo"}, 'the field "data.title" holds control characters'),
        ({"title": "x" * 301}, 'the field "data.title" is longer than 300 characters'),
        ({"title": None}, 'the field "data.title" has to be a text'),
        ({"body": "a\x00b"}, 'the field "data.body" holds a NUL'),
        ({"body": "a\ud800b"}, 'the field "data.body" holds half a surrogate'),
        ({"language": "Dutch!"}, 'the field "data.language" has to be the code of a language'),
        ({"url": "javascript:alert(1)"}, 'the field "data.url" has to be an http'),
        ({"url": "https://exa\nmple.org"}, 'the field "data.url" holds blanks'),
        ({"url": "https://[bad"}, 'the field "data.url" has to be an http'),
        ({"url": "https://"}, 'the field "data.url" has to be an http'),
        ({"topics": "beton"}, 'the field "data.topics" has to be a list'),
        ({"topics": ["beton", 5]}, 'the field "data.topics.1" has to be a text'),
        ({"author": "Anna"}, 'the field "data.author" has to be an object'),
        ({"author": {"name": "A", "phone": "1"}}, 'the field "data.author.phone" is unknown'),
        ({"images": [{"alt": "x"}]}, 'the field "data.images.0.url" is missing'),
        ({"approved_at": "yesterday"}, 'the field "data.approved_at" has to be an RFC 3339'),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], sentence: str) -> None:
    """The sentence names the field at fault, down to its place in a list."""
    assert refused(good(data=good()["data"] | changes)).startswith(sentence)


def test_several_faults_are_named() -> None:
    """All are named at once, up to five, a name that is unknown first; the others are counted."""
    few = refused(good(data={"title": "t", "body": "b", "a": 1}))
    assert few == (
        'the field "data.a" is unknown; the field "data.story_id" is missing; '
        'the field "data.language" is missing'
    )
    many = refused(good(data=dict.fromkeys("abcd", 1)))
    assert many.count("the field") == 5
    assert many.endswith("(and 3 more)")


def test_a_guess_says_which_name_it_is_about() -> None:
    """With several unknown names, each guess names the one that it is for."""
    data = {"story_id": "s", "language": "nl", "titel": "t", "bodytext": "b", "bodi": "b"}
    with pytest.raises(Rejected) as caught:
        read_incoming(parse_event(good(data=data)))
    assert 'Did you mean "title" by "titel"?' in str(caught.value.remedy)
    assert 'Did you mean "body" by "bodi"?' in str(caught.value.remedy)


def test_a_missing_field_is_named() -> None:
    """A required field that is absent is called missing."""
    data = good()["data"]
    del data["story_id"]
    assert refused(good(data=data)) == 'the field "data.story_id" is missing'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("link.clicked", {"prefetch": "yes"}),
        ("link.clicked", {"prefetch": 1}),
        ("share.requested", {"asked": [{"ambassador_id": "a", "rank": "5", "reason": "r"}]}),
        ("share.requested", {"asked": [{"ambassador_id": "a", "rank": True, "reason": "r"}]}),
        ("share.requested", {"asked": [{"ambassador_id": "a", "rank": -1, "reason": "r"}]}),
        ("share.requested", {"asked": []}),
        ("reach.measured", {"value": "5"}),
        ("reach.measured", {"value": 1.0}),
        ("reach.measured", {"tag": "guessed"}),
    ],
)
def test_wrong_types_are_not_bent_into_right_ones(name: str, data: dict[str, Any]) -> None:
    """A text is no number and a number no boolean."""
    with pytest.raises(Rejected, match=f"data.{next(iter(data))}"):
        read_data(parse_event(good(type=name, data=VALID[name] | data)))
    read_data(parse_event(good(type=name, data=VALID[name])))


def test_a_request_of_before_is_read() -> None:
    """The log may hold requests of version 1, which asked one ambassador each."""
    asked = {"ambassador_id": "a", "rank": 5, "reason": "r"}
    old = good(
        type="share.requested",
        dataschema="urn:zwaan:event:share.requested:1",
        data={"campaign_id": "c"} | asked,
    )
    new = good(type="share.requested", data={"campaign_id": "c", "asked": [asked]})
    assert read_data(parse_event(old)) == read_data(parse_event(new))
    for data in ({"rank": "5"}, {"mood": "good"}):
        with pytest.raises(Rejected, match=f"data.asked.0.{next(iter(data))}"):
            read_data(parse_event(old | {"data": old["data"] | data}))
    with pytest.raises(Rejected, match="requested:3"):
        read_data(parse_event(new | {"dataschema": "urn:zwaan:event:share.requested:3"}))


VALID: dict[str, dict[str, Any]] = {
    "link.clicked": {
        "code": "abc",
        "visitor": "0" * 16,
        "method": "GET",
        "user_agent": "x",
        "clicked_at": "2026-11-24T09:00:00Z",
    },
    "share.requested": {
        "campaign_id": "c",
        "asked": [{"ambassador_id": "a", "rank": 5, "reason": "r"}],
    },
    "reach.measured": {
        "post_id": "p",
        "campaign_id": "c",
        "network": "x",
        "metric": "reach",
        "tag": "measured",
        "value": 5,
        "source": "X",
        "measured_at": "2026-11-24T09:00:00Z",
    },
}


# --- records ------------------------------------------------------------------------------------


def test_each_event_of_a_batch_is_read_by_itself() -> None:
    """Of a batch, each event is valid or refused by itself, with its place."""
    elements = [good(id="1"), {"a": "\ud800"}, 7, good(id="2", type="vacancy.closed"), good(id="3")]
    raw = json.dumps(elements).encode()
    read = read_record(raw, TOPIC)
    assert [element.part for element in read] == [0, 1, 2, 3, 4]
    assert [isinstance(element.fact, Fact) for element in read] == [True, False, False, False, True]
    assert "half a surrogate pair" in str(read[1].fact)
    assert 'type "vacancy.closed" does not belong on the topic story.approved' in str(read[3].fact)
    assert [json.loads(element.original(raw)) for element in read] == elements


@pytest.mark.parametrize("raw", [b"", b"[]", b"not json", b"\xff", b"x" * (MAX_EVENT_BYTES + 1)])
def test_a_record_that_is_none_keeps_its_bytes(raw: bytes) -> None:
    """What cannot be read at all is refused as a whole, with the original bytes."""
    (element,) = read_record(raw, TOPIC)
    assert element.part == -1
    assert isinstance(element.fact, Rejected)
    assert element.original(raw) == raw
    assert isinstance(read_record(None, TOPIC)[0].fact, Rejected)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "[1,-1e999]"])
def test_what_json_does_not_know_is_refused(text: str) -> None:
    """Not-a-number and infinities could not be written again."""
    with pytest.raises(Rejected, match="not JSON"):
        decode_json(text.encode())


@pytest.mark.parametrize("depth", [32, 33, 100_000])
def test_deep_nesting_has_a_limit(depth: int) -> None:
    """Nesting up to the limit is read; anything deeper is refused before it can hurt."""
    raw = ("[" * depth + "]" * depth).encode()
    if depth <= 32:
        assert dump_json(decode_json(raw)) == raw
        return
    with pytest.raises(Rejected, match="nested more than 32"):
        decode_json(raw)


def test_the_size_limit_is_exact() -> None:
    """An event of exactly the limit is read, one byte more is refused with both figures."""
    filler = MAX_EVENT_BYTES - len(dump_json(good(trace="")))
    exact = json.dumps(good(trace="")).encode()
    assert load_json(exact + b" " * (MAX_EVENT_BYTES - len(exact)))
    assert filler > 0
    with pytest.raises(Rejected, match="1,000,001 bytes, the limit is 1,000,000"):
        load_json(exact + b" " * (MAX_EVENT_BYTES + 1 - len(exact)))


@pytest.mark.parametrize(
    ("document", "fault", "remedy"),
    [
        (good(type="story.aproved"), 'the type "story.aproved" is unknown', '"story.approved"?'),
        (good(type="Vacancy.Opened"), "is unknown", 'Did you mean "vacancy.opened"? Send one of'),
        (good(type="post.publish"), "is unknown", "Send one of: story.approved, vacancy.opened,"),
        (good(data={"title": "x"}), "is missing", "See docs/events/story.approved.json."),
        (
            good(data=good()["data"] | {"titel": "x"}),
            'the field "data.titel" is unknown',
            'Did you mean "title"? The fields are: story_id, title,',
        ),
    ],
)
def test_a_refusal_says_what_is_expected(document: dict[str, Any], fault: str, remedy: str) -> None:
    """A misspelt name is met with the one that was meant, and with those that may be sent."""
    with pytest.raises(Rejected) as caught:
        read_incoming(parse_event(document))
    assert fault in str(caught.value)
    assert remedy in str(caught.value.remedy)
    assert "post." not in str(caught.value.remedy)


def test_a_name_twice_in_an_object_is_refused() -> None:
    """Readers would differ in which of the two they take; equal names in other objects are fine."""
    with pytest.raises(Rejected, match='the name "a" stands twice'):
        load_json(b'{"x": {"b": 1, "a": 1, "a": 2}}')
    assert load_json(b'{"a": {"a": 1}}') == {"a": {"a": 1}}
