"""Stories and vacancies from feeds, however they are written, by any author."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.campaigns.import_feed import read_feed
from services.campaigns.source_text import SourceDocument
from services.errors import Rejected
from services.events.catalogue import read_incoming
from services.events.cloudevent import CloudEvent
from services.events.incoming import StoryApproved, VacancyOpened
from tests.builders import NOW

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Nieuws</title>
<language>nl-NL</language>
<item><guid>n-1</guid><title>De sluis &amp; de schipper</title><link>https://e.org/1</link>
<category>beton</category><author>Piet</author>
<description>&lt;p&gt;Het klopte &lt;b&gt;niet&lt;/b&gt;.&lt;/p&gt;&lt;p&gt;Toen wel.&lt;/p&gt;</description></item>
<item><guid>n-2</guid><title>Tweede</title><description>Tekst.</description></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>News</title>
<entry><id>urn:1</id><title>First</title><link href="https://e.org/a"/>
<content type="html">&lt;p&gt;Body.&lt;/p&gt;</content></entry></feed>"""
POSTING = {
    "@context": "https://schema.org",
    "@type": "JobPosting",
    "identifier": {"value": "v-9"},
    "title": "Constructeur",
    "description": "<p>Je rekent.</p><ul><li>aan sluizen</li></ul>",
    "url": "https://e.org/v-9",
    "validThrough": "2026-12-31",
    "jobLocation": {"address": {"addressLocality": "Utrecht"}},
}


def page(*documents: Any) -> str:
    scripts = "".join(
        f'<script async type="application/ld+json">{json.dumps(each)}</script>'
        for each in documents
    )
    return f"<html><head><script>var x = 1</script>{scripts}</head></html>"


def read(content: str | bytes, language: str = "nl") -> list[CloudEvent]:
    raw = content if isinstance(content, bytes) else content.encode()
    source = SourceDocument(raw=raw, address="https://e.org/feed")
    return read_feed(source, language=language, zone=ZoneInfo("Europe/Amsterdam"), now=NOW)


def test_rss_entries_become_stories() -> None:
    """Title, text by paragraph, address, topics and language of each entry."""
    first, second = map(read_incoming, read(RSS))
    assert isinstance(first, StoryApproved)
    assert (first.title, first.body) == ("De sluis & de schipper", "Het klopte niet.\n\nToen wel.")
    assert (first.url, first.topics, first.language) == ("https://e.org/1", ("beton",), "nl-NL")
    assert isinstance(second, StoryApproved)
    assert second.url is None


def test_atom_entries_become_stories() -> None:
    """The content is the body, and the language is the one given where the feed names none."""
    (story,) = map(read_incoming, read(ATOM, language="en"))
    assert isinstance(story, StoryApproved)
    assert (story.title, story.body, story.language) == ("First", "Body.", "en")


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(POSTING),
        json.dumps([POSTING]),
        json.dumps({"@graph": [{"@type": "Organization"}, POSTING]}),
        page({"@type": "WebPage"}, POSTING),
        page(POSTING | {"@type": ["JobPosting", "Thing"]}),
    ],
)
def test_job_postings_become_vacancies(content: str) -> None:
    """Alone, in a list, in a graph or in a page; a date means the end of that day."""
    (vacancy,) = map(read_incoming, read(content))
    assert isinstance(vacancy, VacancyOpened)
    assert (vacancy.vacancy_id, vacancy.title, vacancy.location) == (
        "v-9",
        "Constructeur",
        "Utrecht",
    )
    assert vacancy.description == "Je rekent.\n\naan sluizen"
    assert vacancy.closes_at is not None
    assert vacancy.closes_at.isoformat() == "2026-12-31T23:59:59+01:00"


def test_importing_again_states_the_same_events() -> None:
    """Ids come from what the feed calls an entry, so a repetition has no effect."""
    assert [each.id for each in read(RSS)] == [each.id for each in read(RSS)]
    assert len({each.id for each in read(RSS)}) == 2


def test_one_bad_entry_leaves_the_others() -> None:
    """Each entry is refused or published by itself, with the field at fault."""
    bad = POSTING | {"validThrough": "next week", "identifier": "v-10"}
    events = read(json.dumps([bad, POSTING]))
    with pytest.raises(Rejected, match="closes_at"):
        read_incoming(events[0])
    assert read_incoming(events[1])


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "a\x00b\ud800c", "description": "x\x00\ud800"},
        {"jobLocation": [{"address": "Utrecht"}]},
        {"jobLocation": []},
        {"jobLocation": {"address": {"addressLocality": "  "}}},
        {"identifier": None, "url": "https://e.org/\u00e9"},
        {"validThrough": None},
    ],
)
def test_odd_postings_are_read_all_the_same(changes: dict[str, Any]) -> None:
    """What a posting lacks, or writes in another form, is left out."""
    (event,) = read(json.dumps(POSTING | changes))
    assert read_incoming(event)
    assert event.to_bytes()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<html><body>Hello</body></html>",
        b"\xff\xfe\x00",
        "[" * 100_000,
        json.dumps({"@graph": 5}),
        json.dumps([1, "x", None, {"@type": 7}]),
        page("text") + '<script type="application/ld+json">{broken</script>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><rss><channel><x>&b;</x></channel></rss>',
    ],
)
def test_what_is_no_feed_is_refused(content: str | bytes) -> None:
    """One sentence says that there are no entries."""
    with pytest.raises(Rejected, match="holds no entries"):
        read(content)


def test_a_document_that_names_a_file_does_not_open_it(tmp_path: Path) -> None:
    """The content of a feed is never taken for the name of another file."""
    secret = tmp_path / "secret.xml"
    secret.write_text(RSS)
    with pytest.raises(Rejected, match="holds no entries"):
        read(str(secret))


@pytest.mark.parametrize(
    "content",
    [
        "<" * 100_000,
        '<script type="application/ld+json">' * 15_000,
        "<script " * 15_000,
        json.dumps(POSTING | {"description": "<" * 300_000}),
        json.dumps(POSTING | {"description": "<a " * 100_000}),
    ],
)
def test_a_hostile_document_costs_little_time(content: str) -> None:
    """Reading takes work in proportion to the size, for any content."""
    started = time.process_time()
    try:
        events = read(content)
    except Rejected:
        events = []
    assert len(events) <= 1
    assert time.process_time() - started < 2


def test_an_entity_bomb_does_not_go_off() -> None:
    """Entities that multiply are refused by the parser."""
    entities = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 100}">' for n in range(9)
    )
    bomb = (
        f"<!DOCTYPE rss [{entities}]><rss><channel><item><title>&e8;</title></item></channel></rss>"
    )
    started = time.process_time()
    try:
        events = read(bomb)
    except Rejected:
        events = []
    assert all(len(each.to_bytes()) < 100_000 for each in events)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("kind", "title", "body"),
    [
        ("text", "Waarom Vec<T> telt", "a < b en c > d."),
        ("html", "Waarom Vec<T> telt", "a < b en c > d."),
    ],
)
def test_plain_text_of_a_feed_keeps_its_signs(kind: str, title: str, body: str) -> None:
    """What Atom calls text holds no markup, and signs in HTML are none."""
    (story,) = read(
        f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>u</id><title type="{kind}">'
        f'Waarom Vec&lt;T&gt; telt</title><content type="{kind}">a &lt; b en c &gt; d.</content>'
        "</entry></feed>"
    )
    assert (story.data["title"], story.data["body"]) == (title, body)


def test_the_longest_text_of_an_entry_is_its_body() -> None:
    """A content that is empty or shortened does not hide the other."""
    (story,) = read(
        '<rss version="2.0" xmlns:c="http://purl.org/rss/1.0/modules/content/"><channel><item>'
        "<title><![CDATA[List<String> & meer]]></title><guid>1</guid><c:encoded></c:encoded>"
        "<description>Het hele stuk.</description></item></channel></rss>"
    )
    assert (story.data["title"], story.data["body"]) == ("List<String> & meer", "Het hele stuk.")


@pytest.mark.parametrize("wrong", ["http://[a", "//[", "http://[::1", "http://a]b/"])
def test_an_address_that_is_none_takes_no_entry_away(wrong: str) -> None:
    """As a feed's own link, as a page's base, or as an entry's link."""
    feed = RSS.replace("<title>Nieuws", f"<link>{wrong}</link><title>Nieuws")
    assert len(read(feed)) == 2
    linked = read(RSS.replace("https://e.org/1", wrong))
    assert "url" not in linked[0].data
    relative = dict(POSTING, url="/v/9")
    based = page(relative).replace("<head>", f'<head><base href="{wrong}">')
    (posting,) = read(based)
    assert posting.data["url"] == "https://e.org/v/9"
