"""For any input from outside: no crash, no second of waiting, and what is taken is whole.

``ZWAAN_TEST_FUZZ`` is how many inputs each entrance gets; `make test-fuzz` gives a hundred thousand.
Each is made from a seed, which takes a tenth of the time of drawing every piece.
"""

from __future__ import annotations

import gc
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import x_answers
from services.campaigns.import_feed import check_whole, read_feed
from services.campaigns.source_text import SourceDocument
from services.errors import Rejected
from services.events.catalogue import CATALOGUE, read_incoming
from services.events.cloudevent import CloudEvent, load_json, parse_event
from services.events.modes import from_http, from_kafka
from services.events.record import read_record
from services.figures.rules.user_agent import machine_of
from services.identity import ambassador_id, copied_code, link_number
from services.people.import_ambassadors import read_ambassadors
from services.text.html_text import plain_text
from services.text.mail_address import mailbox
from services.web.rendering import markdown
from services.web.short_links import redirect_address
from tests.builders import NOW, event, story, vacancy

INPUTS = int(os.environ.get("ZWAAN_TEST_FUZZ", "100"))
FUZZ = settings(
    max_examples=INPUTS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
PIECES = (
    *("<", ">", "&", ";", "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", '"', "'", "=", "\\", "\n\n"),
    *("<p>", "</p>", "<td>", "<tr>", "<table>", "<li>", "<script>", "<style>", "<b", "<sup>9</sup>"),
    *("&lt;p&gt;", "&amp;amp;", "&#0;", "&#x110000;", "\x00", "\ufffd", "\ufeff", "\u200b", "\ud800"),
    *("Vec<T>", "x < 5", "![a](b)", "[a](javascript:b)", "# ", "* ", "```", "|", "é", "字", "😀"),
    *("{", "}", "[", "]", ",", ":", "null", "1e999", "-0", "@", "@id", "@value", "@type", "JobPosting"),
    *("title", "description", "jobLocation", "baseSalary", "validThrough", "url", "2026-12-31"),
    *("https://e.org/a b", "//[", "mailto:a@e.org", "\\u0000", "\\ud800", "sep=;", ";", "\t", "\r"),
    *("email", "name", "language", "since", "nl", "\x1a", "bücher.example", "xn--", "%00", "%E2"),
)  # fmt: skip
_Made = TypeVar("_Made")


def seeded(make: Callable[[Random], _Made]) -> st.SearchStrategy[_Made]:
    return st.integers(0, 2**64 - 1).map(lambda seed: make(Random(seed)))  # noqa: S311 - no secret


def text_of(random: Random, pieces: int = 40) -> str:
    return "".join(
        random.choice(PIECES) if random.random() < 0.7 else odd_of(random)
        for _ in range(random.randrange(pieces))
    )


def odd_of(random: Random) -> str:
    """Signs of every plane, half surrogate pairs and control characters among them."""
    return "".join(
        chr(random.randrange(random.choice((32, 128, 0x3000, 0x110000))))
        for _ in range(random.randrange(8))
    )


def value_of(random: Random, depth: int = 3) -> Any:
    kind = random.randrange(8 if depth else 5)
    if kind > 5:
        return [value_of(random, depth - 1) for _ in range(random.randrange(4))]
    if kind == 5:
        return {
            random.choice(PIECES): value_of(random, depth - 1) for _ in range(random.randrange(5))
        }
    number = random.choice((-1, 0, 1, 7, 2**31, 2**63, 10**30))
    return (text_of(random, 12), number, random.choice(FLOATS), random.random() * number, random.choice((None, True, False)))[kind]  # fmt: skip


FLOATS = (0.0, -0.0, 1e25, 1e308, 5e-324, float("inf"), float("-inf"), float("nan"))
TEXT = seeded(text_of)
JSON = seeded(value_of)
NAMES = (
    *("title", "description", "url", "identifier", "jobLocation", "jobLocationType", "inLanguage"),
    *("baseSalary", "estimatedSalary", "salaryCurrency", "workHours", "validThrough", "@id", "name"),
)  # fmt: skip


def posting_of(random: Random) -> dict[str, Any]:
    names = random.sample(NAMES, random.randrange(len(NAMES)))
    return {"@type": "JobPosting"} | {name: value_of(random) for name in names}


POSTING = seeded(posting_of)


@contextmanager
def within_a_second() -> Iterator[None]:
    # What cleans up after a hundred thousand other inputs is not this one's.
    gc.disable()
    started = time.process_time()
    yield
    took = time.process_time() - started
    gc.enable()
    assert took < 1


def damage(random: Random, raw: bytes) -> bytes:
    """A good document of which pieces are cut out and others put in."""
    made = raw
    for _ in range(random.randrange(5)):
        at = random.randrange(len(made) + 1)
        piece = surrogates(text_of(random, 6)) if random.random() < 0.7 else random.randbytes(9)
        made = made[:at] + piece + made[at + random.randrange(60) :]
    return made


def damaged(raw: bytes) -> st.SearchStrategy[bytes]:
    return seeded(lambda random: damage(random, raw))


def surrogates(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


#: A value as Python writes it.
_PYTHON = re.compile(r"\{'@?\w+': ")


def read(raw: bytes, content_type: str = "") -> None:
    source = SourceDocument(raw=raw, address="https://e.org/feed", content_type=content_type)
    with within_a_second():
        try:
            events = read_feed(source, language="nl", zone=ZoneInfo("UTC"), now=NOW)
        except Rejected:
            return
    for each in events:
        with suppress(Rejected):
            check_whole(each)
            read_incoming(each)
            assert parse_event(load_json(each.to_bytes())).data == each.data
            assert not _PYTHON.search(each.data["title"])


RSS = b"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>t</title>
<link>https://e.org/</link><language>nl</language><item><guid>1</guid><title>Een &amp; twee</title>
<link>/1</link><author>jan@e.org (Jan)</author><category>a</category>
<description>&lt;p&gt;Een&lt;/p&gt;&lt;p&gt;Twee&lt;/p&gt;</description></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://e.org/"><entry><id>u</id>
<title type="text">a &lt; b</title><link href="1"/><author><name>Jan</name><email>j@e.org</email></author>
<content type="html">&lt;p&gt;Een&lt;/p&gt;</content></entry></feed>"""
MARKED = b"""<html lang="nl"><base href="/x/"><div itemscope itemtype="http://schema.org/JobPosting"
itemref="b"><h1 itemprop="title">t</h1><div itemprop="description"><p>Een</p></div></div>
<div id="b" typeof="JobPosting"><b property="title">u</b><i property="description">x</i></div></html>"""


@FUZZ
@given(
    st.one_of(damaged(RSS), damaged(ATOM)), st.sampled_from(["", "text/xml; charset=utf-16", "a"])
)
def test_any_feed(raw: bytes, content_type: str) -> None:
    """Stories, or one refusal."""
    read(raw, content_type)


@FUZZ
@given(
    st.one_of(
        POSTING.map(lambda each: surrogates(json.dumps(each, ensure_ascii=False))),
        POSTING.map(lambda each: b"<script type=application/ld+json>%s</script>" % json.dumps(each).encode()),
        seeded(lambda random: json.dumps({"@graph": [posting_of(random), posting_of(random)]}).encode("utf-16")),
        damaged(MARKED),
        TEXT.map(lambda text: b'<script type="application/ld+json">%s' % surrogates(text)),
    )
)  # fmt: skip
def test_any_posting(raw: bytes) -> None:
    """Vacancies, of which no value is shown as it is written in Python, or one refusal."""
    read(raw)


TABLE = "email;name;language;since;crafts\r\na@e.org;Zoë;nl;2019-03-01;a;b\r\n"


@FUZZ
@given(
    st.one_of(*(damaged(TABLE.encode(code)) for code in ("utf-8", "cp1252", "utf-16", "utf-16-le")))
)
def test_any_table(raw: bytes) -> None:
    """People whose addresses can be mailboxes, named faults, or one refusal."""
    with within_a_second(), suppress(Rejected):
        reading = read_ambassadors(raw)
        assert all(row.fault and row.line >= 1 for row in reading.bad_rows)
        assert all(mailbox(each.email) == each.email for each in reading.ambassadors)
        assert all(ambassador_id(each.email) == each.id for each in reading.ambassadors)


GOOD = st.sampled_from([event(story()), event(vacancy())]).map(CloudEvent.as_dict)
_ATTRIBUTES = ("id", "time", "subject", "datacontenttype", "data_base64", "data", "x", "Ü")
_HEADERS = ("ce-id", "ce-time", "ce-ü", "content-type", "ce-")


def some_of(names: Sequence[str], value: Callable[[Random], Any]) -> st.SearchStrategy[Any]:
    return seeded(lambda random: {name: value(random) for name in names if random.random() < 0.4})


@FUZZ
@given(
    st.one_of(
        st.tuples(GOOD, some_of(_ATTRIBUTES, value_of)).map(
            lambda each: surrogates(json.dumps(each[0] | each[1]))
        ),
        damaged(event(story()).to_bytes()),
        JSON.map(lambda each: surrogates(json.dumps(each, ensure_ascii=False))),
    ),
    some_of(_HEADERS, text_of),
)
def test_any_event(raw: bytes, headers: dict[str, str]) -> None:
    """An event with valid data, or a refusal; in binary mode too."""
    with within_a_second():
        for topic in ("story.approved", "vacancy.opened"):
            for element in read_record(raw, topic):
                assert isinstance(element.fact, Rejected) or element.fact.event.type in CATALOGUE
        latin = {
            name: value.encode("utf-8", "replace").decode("latin-1")
            for name, value in headers.items()
        }
        with suppress(Rejected):
            from_http(latin | {"ce-specversion": "1.0"}, raw)
        kafka = [(name.replace("ce-", "ce_"), surrogates(value)) for name, value in headers.items()]
        read_record(from_kafka([("ce_specversion", b"1.0"), *kafka], raw), "story.approved")


@FUZZ
@given(TEXT)
def test_any_markdown(text: str) -> None:
    """A page without scripts, and paragraphs of one tidy line each."""
    with within_a_second():
        assert "<script" not in markdown(text)
        for line in plain_text(text).split("\n\n"):
            assert line == " ".join(line.split())


def _quietly(read_text: Callable[[str], object]) -> Callable[[str], object]:
    def call(text: str) -> object:
        with suppress(ValueError):
            return read_text(text)
        return None

    return call


@FUZZ
@given(st.one_of(TEXT, st.tuples(TEXT, st.just("abcdefghij"), TEXT).map("".join)))
def test_any_code_address_and_agent(text: str) -> None:
    """A code, an e-mail address, a browser's name, a redirect: each is judged."""
    with within_a_second():
        code = copied_code(text)
        assert link_number(code) is not None or code == text
        machine_of(text)
        if address := _quietly(mailbox)(text):
            assert mailbox(str(address)) == address
        if "\ud800" not in text:
            _quietly(redirect_address)(f"https://{text}")


_LIMITS = [
    f"x-{name}-{end}"
    for name in ("rate-limit", "user-limit-24hour", "app-limit-24hour", "limit")
    for end in ("reset", "remaining")
]


def _limit_of(random: Random) -> str:
    number = random.choice((0, 1, 10, 2**31, 1_796_000_000, 10**18, 10**400)) - random.randrange(3)
    return text_of(random, 5) if random.random() < 0.3 else str(number)


@FUZZ
@given(some_of(_LIMITS, _limit_of))
def test_any_limit_headers(headers: dict[str, str]) -> None:
    """Moments, from any text."""
    with within_a_second():
        assert all(isinstance(each, float) for each in x_answers._resets(headers))
