"""A click's event, written and read by hand for speed, is the event that its model describes."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.events import clicks
from services.events.clicks import ClickTexts, read_clicks
from services.events.outgoing import LinkClicked
from services.events.record import Element, read_record
from services.events.statement import Fact, state
from tests.builders import NOW

AGENTS = ["Firefox/140", "", 'a "quoted" \\ one', "é \U0001f984 \u2028", "a\nb", "x" * 300]


@pytest.mark.parametrize("user_agent", AGENTS)
@pytest.mark.parametrize("prefetch", [False, True])
def test_it_says_what_the_model_says(user_agent: str, prefetch: bool) -> None:
    """But for the id, and for how a moment is spelt; a reader takes it."""
    at = NOW.isoformat()
    text = ClickTexts(1).text(
        "abcdefghij", "0" * 16, method="GET", user_agent=user_agent, prefetch=prefetch, at=at
    )
    model = LinkClicked(
        code="abcdefghij",
        visitor="0" * 16,
        method="GET",
        user_agent=user_agent,
        prefetch=prefetch,
        clicked_at=NOW,
    )
    expected, found = state(model, at=NOW).event.as_dict(), json.loads(text)
    assert datetime.fromisoformat(found["data"].pop("clicked_at")) == NOW
    expected["data"].pop("clicked_at")
    assert found | {"id": ""} == expected | {"id": ""}
    (click,) = read_clicks(f"[{text}]".encode()) or []
    assert click._asdict() == model.model_dump() | {"id": found["id"]}


def test_no_two_clicks_have_one_id() -> None:
    """Of one process they are numbered, and processes differ by chance; each is a UUID."""
    ids = set()
    for random in (0, 2**72 - 1):
        texts = ClickTexts(random)
        for _ in range(1000):
            text = texts.text(
                "a", "0" * 16, method="GET", user_agent="", prefetch=False, at=NOW.isoformat()
            )
            found = json.loads(text)["id"]
            assert UUID(found).version == 8
            ids.add(found)
    assert len(ids) == 2000


TOPIC = clicks.TOPIC


def _event(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "code": "abc",
        "visitor": "0" * 16,
        "method": "GET",
        "user_agent": "Mozilla/5.0",
        "clicked_at": NOW,
    }
    return state(LinkClicked.model_validate(fields | changes), at=NOW).event.as_dict()


def _text(*events: Any) -> bytes:
    return json.dumps(events, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def _told(elements: list[Element]) -> list[Any]:
    """What was read, whichever way."""
    return [
        (
            each.part,
            each.fact.event if isinstance(each.fact, Fact) else str(each.fact),
            [getattr(each.fact.data, name) for name in LinkClicked.model_fields]
            if isinstance(each.fact, Fact)
            else None,
            each.original(b""),
        )
        for each in elements
    ]


def _with_care(value: bytes) -> list[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clicks, "read_documents", lambda _: None)
        return _told(read_record(value, TOPIC))


def test_what_our_pages_write_is_read_quickly() -> None:
    """A record of theirs, of one click or of many, takes the short way."""
    escaped = _event(user_agent='a "quoted"\\one\n')
    for value in (_text(_event(), _event(code="abd")), _text(_event())[1:-1], _text(escaped)):
        assert read_clicks(value)
        assert _told(read_record(value, TOPIC)) == _with_care(value)


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 10**20),
    st.text(max_size=12),
    st.sampled_from(
        [
            *(
                "",
                " ",
                "x" * 11,
                "y" * 301,
                "GET",
                "\x7f",
                "\u2028",
                "\ud800",
                '"',
                '":',
                "\\u0000",
            ),
            *("ABC", "abc\n", "٣", "0" * 17, "/cms", "1.0", "true", [], {}, {"a": "b"}, ["GET"]),
            *("2026-11-24T09:00:00Z", "2026-13-01T00:00:00Z", "2026-11-24T09:00:00.123456+00:00"),
            *(
                "2026-11-24T09:00:00+01:00",
                "2026-11-24 09:00:00Z",
                "20261124T090000Z",
                "2026-11-24",
            ),
            *("2026-11-24T24:00:00Z", "2026-11-24T09:00:00.123456789Z", "0001-01-01T00:00:00Z"),
            *(
                "urn:zwaan:event:link.clicked:2",
                "application/json; charset=utf-8",
                "application/xml",
            ),
        ]
    ),
)
NAMES = st.sampled_from(
    [*_event(), *_event()["data"], "extension", "data_base64", "Data", "unknown"]
)


@settings(max_examples=400)
@given(
    changes=st.lists(st.tuples(NAMES, ODD, st.booleans()), max_size=2),
    missing=st.sets(NAMES, max_size=1),
)
def test_the_short_way_never_reads_otherwise(
    changes: list[tuple[str, Any, bool]], missing: set[str]
) -> None:
    """With any change a click is read, or refused for the same reason, as with care."""
    event = _event()
    for name, value, in_data in changes:
        place = event["data"] if in_data and isinstance(event.get("data"), dict) else event
        place[name] = deepcopy(value)  # an empty object of the list above may become the place
    for name in missing:
        event.pop(name, None)
        if isinstance(event.get("data"), dict):
            event["data"].pop(name, None)
    value = _text(_event(), event)
    assert _told(read_record(value, TOPIC)) == _with_care(value)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"[]",
        b"[1]",
        b"{}",
        b"\xef\xbb\xbf" + _text(_event()),
        _text(_event()).replace(b'"GET"', b'"GET","method":"HEAD"'),
        _text(_event()).replace(b'"GET"', b'"GET\x00"'),
        _text(_event()).replace(b'"GET"', b'"GET\xff"'),
        _text(_event()).replace(b'"GET"', rb'"GE\u0054"'),
        _text(_event()).replace(b'"GET"', rb'"\u0000"'),
        _text(_event()).replace(b"false", b"NaN"),
        _text(_event()).replace(b"Mozilla", b"M" * 1_000_000),
        _text(_event()) + b"x",
        _text(_event(), _event()).replace(b"},{", b"}{"),
        _text(_event(), _event()).replace(b"},{", b"} ,{"),
        _text(_event(), _event()).replace(b"},{", b"},1,{"),
        _text(_event())[1:],
        _text(_event())[1:-1] + b"," + _text(_event())[1:-1],
        _text(_event(), _event())[1:-1].replace(b"},{", b"}{"),
        _text(_event()).replace(b"Mozilla", b'"' * 301),
        _text(_event()).replace(b"Mozilla", rb"\"" * 301),
        _text(_event()).replace(b"Mozilla", rb"\x"),
        _text(_event(user_agent="\n\x7f\u2028 \U0001f984")),
        b" \n" + _text(_event()),
        b" " + json.dumps(_event()).encode(),
    ],
)
def test_odd_records_are_read_with_care(value: bytes) -> None:
    """Named twice, escaped, cut, too large or no JSON: what is said of it is what is always said."""
    assert _told(read_record(value, TOPIC)) == _with_care(value)
