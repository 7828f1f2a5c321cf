"""JobPostings as sites write them: found, and read with values of any shape."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.campaigns.import_feed import read_feed
from services.campaigns.source_text import SourceDocument
from services.events.catalogue import read_incoming
from services.events.cloudevent import CloudEvent
from tests.builders import NOW

POSTING = {
    "@context": "https://schema.org",
    "@type": "JobPosting",
    "title": "Monteur",
    "url": "https://werk.example/1",
    "description": "<p>Je legt kabels.</p>",
    "identifier": {"@type": "PropertyValue", "value": "r-1"},
}
WRITTEN = json.dumps(POSTING)


def page(script: Any, kind: str = "application/ld+json") -> str:
    script = script if isinstance(script, str) else json.dumps(script)
    return f'<!doctype html><html><head><script type="{kind}">{script}</script></head></html>'


def read(content: str | bytes) -> list[CloudEvent]:
    raw = content if isinstance(content, bytes) else content.encode()
    source = SourceDocument(raw=raw, address="https://werk.example/v/1")
    return read_feed(source, language="nl", zone=ZoneInfo("Europe/Amsterdam"), now=NOW)


MICRODATA = """<div itemscope itemtype="http://schema.org/JobPosting"><h1 itemprop="title">Monteur</h1>
<div itemprop="description"><p>Een.</p><p>Twee.</p></div><a itemprop="url" href="/v/2">x</a>
<span itemprop="jobLocation" itemscope itemtype="http://schema.org/Place"><span itemprop="address"
itemscope><span itemprop="addressLocality">Ede</span></span></span></div>"""
RDFA = """<div vocab="https://schema.org/" typeof="JobPosting"><h1 property="title">Monteur</h1>
<div property="description"><p>Een.</p><p>Twee.</p></div><a property="url" href="/v/2">x</a>
<div property="jobLocation" typeof="Place"><div property="address" typeof="PostalAddress">
<span property="addressLocality">Ede</span></div></div></div>"""
REFERRING = [
    {"@type": "JobPosting", "title": "Monteur", "description": {"@id": "#d"}, "jobLocation": {"@id": "#p"}},
    {"@id": "#p", "address": {"@id": "#a"}},
    {"@id": "#a", "addressLocality": "Ede"},
    {"@id": "#d", "@value": "Een.\n\nTwee."},
]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        page(json.dumps(POSTING | {"description": "Een.@@Twee."}).replace("@@", "\n")),
        page(json.dumps(POSTING | {"description": "Een.@@Twee."}).replace("@@", "\t")),
        page(f"{WRITTEN[:-1]},}}"),
        page(f"/* made by hand */\n// line\n{WRITTEN};"),
        page(f"<!--\n{WRITTEN}\n-->"),
        page(f"/* <![CDATA[ */{WRITTEN}/* ]]> */"),
        page(WRITTEN.replace('"', "&#34;")),
        page(json.dumps(WRITTEN)),
        page(WRITTEN.replace(", ", ",\u00a0")),
        page(WRITTEN.replace('", "url"', '",, "url"')),
        page(WRITTEN.replace("<p>Je", '<p class="a">Je "legt", en')),
        page(WRITTEN.replace("Je legt", "\\x2b \\- Foto\\'s")),
        page(f'{{"@type": "Organization"}}\n{WRITTEN}'),
        page(f"//<![CDATA[\n{WRITTEN}\n//]]>"),
        page(WRITTEN.replace('"', "&quot;")),
        page(POSTING, kind="Application/LD+JSON; charset=utf-8"),
        page(POSTING | {"@type": "https://schema.org/JobPosting"}),
        page(POSTING | {"@type": ["Thing", "schema:JobPosting"]}),
        page({f"schema:{key}": value for key, value in POSTING.items() if key[0] != "@"} | {"@type": "schema:JobPosting"}),
        page({"@type": "WebPage", "mainEntity": POSTING}),
        page({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": POSTING}]}),
        page({"@graph": [{"@type": "Organization"}, POSTING]}),
        page("{broken") + page(POSTING),
        page(POSTING) + page(POSTING) + MICRODATA,
        b"\xef\xbb\xbf" + WRITTEN.encode(),
        WRITTEN.encode("utf-16"),
        WRITTEN.encode("utf-16-le"),
        MICRODATA,
        RDFA,
        page(REFERRING),
    ],
)  # fmt: skip
def test_a_posting_is_found(content: str | bytes) -> None:
    """However loose its JSON, wherever it is nested, and in Microdata and RDFa too."""
    (event,) = read(content)
    assert read_incoming(event)
    assert event.data["title"] == "Monteur"


@pytest.mark.parametrize("content", [MICRODATA, RDFA, page(REFERRING)])
def test_nested_elements_and_nodes_belong_to_the_posting(content: str) -> None:
    """Nested items and references are read; blocks of a description stay apart."""
    (event,) = read(content)
    assert (event.data["description"], event.data["location"]) == ("Een.\n\nTwee.", "Ede")


def money(**values: Any) -> dict[str, Any]:
    return {"@type": "MonetaryAmount", "currency": "EUR"} | values


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("title", {"title": {"@value": "Fitter", "@language": "nl"}}, "Fitter"),
        ("title", {"title": ["Fitter"]}, "Fitter"),
        ("title", {"title": [{"@value": "Fitter", "@language": "en"}, {"@value": "Monteur", "@language": "nl"}]}, "Monteur"),
        ("title", {"title": {"en": "Fitter", "nl": "Monteur"}}, "Monteur"),
        ("title", {"title": None, "name": "Fitter"}, "Fitter"),
        ("vacancy_id", {"identifier": {"value": {"@value": "r-2"}}}, "r-2"),
        ("vacancy_id", {"identifier": 12345}, "12345"),
        ("vacancy_id", {"identifier": {"name": "Werk BV", "propertyID": "ats", "value": ""}}, "https://werk.example/1"),
        ("language", {"inLanguage": "eng"}, "en"),
        ("vacancy_id", {"identifier": [{"name": "Werk BV", "value": 778.0}]}, "778"),
        ("description", {"description": ["<p>A</p>", {"@value": "B"}]}, "A\n\nB"),
        ("description", {"description": "", "responsibilities": "<p>A</p>", "skills": ["B"]}, "A\n\nB"),
        ("url", {"url": ["https://werk.example/2"]}, "https://werk.example/2"),
        ("url", {"url": {"@id": "https://werk.example/2"}}, "https://werk.example/2"),
        ("url", {"url": None}, "https://werk.example/v/1"),
        ("url", {"url": "javascript:alert(1)"}, "https://werk.example/v/1"),
        ("language", {"inLanguage": "nl_NL"}, "nl-NL"),
        ("language", {"inLanguage": {"@type": "Language", "name": "Dutch"}}, "nl"),
        ("language", {"inLanguage": {"name": "Dutch", "alternateName": "nl"}}, "nl"),
        ("language", {"inLanguage": 7}, "nl"),
        ("location", {"jobLocation": [{"address": [{"addressLocality": "Arnhem"}]}]}, "Arnhem"),
        ("location", {"jobLocation": {"@type": "Place", "address": "Arnhem"}}, "Arnhem"),
        ("location", {"jobLocation": ["Arnhem", {"address": {"addressLocality": ["Ede"]}}]}, "Arnhem, Ede"),
        ("location", {"jobLocation": {"address": {"addressCountry": {"name": "NL"}}}}, "NL"),
        ("location", {"jobLocation": {"@id": "#elsewhere"}}, None),
        ("location", {"jobLocation": {"é": "Arnhem"}}, None),
        ("location", {"jobLocation": {"nl": "Den Haag", "en-GB": "The Hague"}}, "Den Haag"),
        ("location", {"jobLocationType": "TELECOMMUTE"}, "op afstand"),
        ("location", {"jobLocation": "Ede", "jobLocationType": ["TELECOMMUTE"]}, "Ede, op afstand"),
        ("hours", {"workHours": {"minValue": 32, "maxValue": 40}}, "32 – 40 uur"),
        ("hours", {"workHours": 36}, "36 uur"),
        ("hours", {"workHours": ["ma–vr 9–17"]}, "ma–vr 9–17"),
        ("salary", {"baseSalary": money(value={"minValue": 3000, "maxValue": "4.000,00", "unitText": "MONTH"})}, "€ 3.000 – € 4.000 per maand"),
        ("salary", {"baseSalary": money(value="18.50", unitText="hourly")}, "€ 18,50 per uur"),
        ("salary", {"baseSalary": money(currency=["EUR"], value={"value": {"@value": "3200"}, "unitCode": "MON"})}, "€ 3.200 per maand"),
        ("salary", {"baseSalary": {"currency": "USD", "minValue": 5e4, "maxValue": 50000, "unitText": "YEAR"}}, "US$ 50.000 per jaar"),
        ("salary", {"baseSalary": 3500, "salaryCurrency": "EUR"}, "€ 3.500"),
        ("salary", {"baseSalary": "€ 3.000 tot € 4.000 bruto"}, "€ 3.000 tot € 4.000 bruto"),
        ("salary", {"baseSalary": [{"price": "3000", "priceCurrency": "EUR"}]}, "€ 3.000"),
        ("salary", {"baseSalary": money()}, None),
        ("salary", {"baseSalary": money(value={"value": 0, "unitText": "MONTH"})}, None),
        ("salary", {"baseSalary": money(value={"value": -1, "unitText": "MONTH"})}, None),
        ("salary", {"baseSalary": money(value={"minValue": 0, "maxValue": 3999.999999, "unitText": "PER_MONTH"})}, "€ 4.000 per maand"),
        ("salary", {"baseSalary": money(value=400, unitText="DAILY")}, "€ 400 per dag"),
        ("salary", {"baseSalary": money(value=400, unitText="P1W")}, "€ 400 per week"),
        ("salary", {"baseSalary": money(value=3000, currency="&euro;", unitText="mnd")}, "€ 3.000 per maand"),
        ("salary", {"baseSalary": money(value=3000, currency="Euro")}, "€ 3.000"),
        ("salary", {"baseSalary": money(value=3000, currency="what we pay")}, "3.000"),
        ("salary", {"baseSalary": "null"}, None),
        ("location", {"jobLocation": {"address": {"addressLocality": ["Ede", "Arnhem"]}}}, "Ede, Arnhem"),
        ("location", {"jobLocation": {"address": {"addressLocality": "N/A", "addressRegion": "Utrecht"}}}, "Utrecht"),
    ],
)  # fmt: skip
def test_a_value_of_any_shape_is_read(field: str, value: dict[str, Any], told: str | None) -> None:
    """Text, number, list, object: what a person can read is kept, and what cannot be read is not."""
    (event,) = read(page(POSTING | value))
    assert read_incoming(event)
    assert event.data.get(field) == told


@pytest.mark.parametrize("written", ["null", "-", "0000-00-00", None])
def test_a_value_that_is_no_day_is_none(written: str | None) -> None:
    """A vacancy is not refused for what a program writes where it has no value."""
    (event,) = read(page(POSTING | {"validThrough": written}))
    assert "closes_at" not in event.data


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-12-31", "2026-12-31T23:59:59+01:00"),
        ("20261231", "2026-12-31T23:59:59+01:00"),
        ("2026-06-30", "2026-06-30T23:59:59+02:00"),
        ("31-12-2026", "2026-12-31T23:59:59+01:00"),
        ("12/31/2026", "2026-12-31T23:59:59+01:00"),
        ("31 December 2026", "2026-12-31T23:59:59+01:00"),
        ("2026-12-31 17:00", "2026-12-31T17:00:00+01:00"),
        ("2026-12-31T17:00Z", "2026-12-31T17:00:00+00:00"),
        ("Thu, 31 Dec 2026 17:00:00 GMT", "2026-12-31T17:00:00+00:00"),
        ("2026-12-31+01:00", "2026-12-31T23:59:59+01:00"),
        ("2026-12-31Z", "2026-12-31T23:59:59+01:00"),
        ("2026-12-31T24:00:00", "2026-12-31T23:59:59+01:00"),
        ("2026-12-31T17:00:00+01:00[Europe/Amsterdam]", "2026-12-31T17:00:00+01:00"),
        ("Thu Dec 31 2026 17:00:00 GMT+0100 (CET)", "2026-12-31T17:00:00+01:00"),
        ("31 mrt. 2027", "2027-03-31T23:59:59+02:00"),
        ("2 mei 2027 17:00", "2027-05-02T17:00:00+02:00"),
        ({"@type": "Date", "@value": "2026-12-31"}, "2026-12-31T23:59:59+01:00"),
        (1798675200, "2026-12-31T00:00:00+00:00"),
        ("December 2026", "December 2026"),
        ("soon", "soon"),
    ],
)
def test_a_day_without_a_time_is_the_whole_day(written: Any, moment: str) -> None:
    """Where the organisation is; what is no day stays, to be refused with the name of its field."""
    (event,) = read(page(POSTING | {"validThrough": written}))
    assert event.data["closes_at"] == moment
