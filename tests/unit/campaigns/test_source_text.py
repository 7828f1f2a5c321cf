"""Encodings, addresses and authors of what comes from other sites."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import pytest

from services.campaigns.import_feed import check_whole, read_feed
from services.campaigns.source_text import SourceDocument, decoded, web_address
from services.errors import Rejected
from tests.builders import NOW

XML = '<?xml version="1.0" encoding="utf-16"?>'
LATIN = '<meta charset="iso-8859-1">'


@pytest.mark.parametrize(
    ("raw", "said", "text"),
    [
        ("Coördinator €".encode("cp1252"), "text/html; charset=iso-8859-1", "Coördinator €"),
        ("Coördinator".encode("cp1252"), "", "Coördinator"),
        ("Ingénieur à Ede – “nu”".encode("cp1252"), "", "Ingénieur à Ede – “nu”"),
        ((LATIN + "Coördinator").encode("latin-1"), "", LATIN + "Coördinator"),
        ((LATIN + "Coördinator").encode(), "", LATIN + "Coördinator"),
        ("Coördinator".encode(), "text/html; charset=iso-8859-1", "Coördinator"),
        ("Coördinator".encode(), "text/html; charset=nonsense", "Coördinator"),
        ("Инженер по сетям и сооружениям".encode("koi8-r"), "text/html; charset=koi8-r", "Инженер по сетям и сооружениям"),
        ("Инженер по сетям и сооружениям".encode("cp1251"), "", "Инженер по сетям и сооружениям"),
        ("Coördinator".encode("utf-16"), "", "Coördinator"),
        (f"{XML}<a>Coördinator</a>".encode(), "", f"{XML}<a>Coördinator</a>"),
        (f"{XML}<a>Coördinator!</a>".encode(), "text/xml", f"{XML}<a>Coördinator!</a>"),
        ("Coördinator".encode("utf-16-le"), "", "Coördinator"),
        (b"\xef\xbb\xbf" + "Coördinator".encode(), "text/html; charset=iso-8859-1", "Coördinator"),
        ("Café, crème ".encode() + b"\xe9", "text/html; charset=utf-8", "Café, crème é"),
    ],
)  # fmt: skip
def test_no_character_is_lost(raw: bytes, said: str, text: str) -> None:
    """The encoding is the one that is said, or where that cannot be, the one that it is."""
    assert decoded(SourceDocument(raw=raw, address="https://e.org", content_type=said)) == text


def test_a_character_that_was_lost_before_is_named() -> None:
    """What already holds the mark of a lost character is not imported in silence."""
    posting = {"@type": "JobPosting", "title": "Co\ufffdrdinator", "description": "x"}
    source = SourceDocument(raw=json.dumps(posting).encode(), address="https://e.org")
    (event,) = read_feed(source, language="nl", zone=ZoneInfo("UTC"), now=NOW)
    with pytest.raises(Rejected, match="characters were lost"):
        check_whole(event)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("/1", "https://werk.example/1"),
        ("2", "https://werk.example/v/2"),
        ("?id=3", "https://werk.example/v/1?id=3"),
        ("//e.org/3", "https://e.org/3"),
        ("www.e.org/3", "https://www.e.org/3"),
        (" https://e.org/1 ", "https://e.org/1"),
        ("https://e.org/\n1\t", "https://e.org/1"),
        ("https://e.org/a b?q=c d", "https://e.org/a%20b?q=c%20d"),
        ("https://e.org/1?a=1&amp;b=2", "https://e.org/1?a=1&b=2"),
        ("https://e.org/1?a=1&amp;amp;copy=2", "https://e.org/1?a=1&copy=2"),
        ("https://e.org/1?a=1&#038;b=2&amp;#38;c=3", "https://e.org/1?a=1&b=2&c=3"),
        ("https:/e.org/1", "https://e.org/1"),
        ("HTTPS:///e.org/1", "https://e.org/1"),
        ("\u200b\u00a0https://e.org/1\u200e", "https://e.org/1"),
        ("javascript:alert(1)", ""),
        ("mailto:a@e.org", ""),
        ("#top", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_an_address_is_whole(written: str, address: str) -> None:
    """Joined to its base address, without what sites put around it."""
    assert web_address(written, "https://werk.example/v/1") == address


def feed(entry: str, attributes: str = "") -> dict[str, object]:
    raw = (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><entry><id>u</id>'
        f"<title>t</title><content>x</content>{entry}</entry></feed>"
    )
    return _data(raw)


def rss(entry: str, channel: str = "") -> dict[str, object]:
    raw = (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"{channel}<item><title>t</title><description>x</description>{entry}</item></channel></rss>"
    )
    return _data(raw)


def _data(raw: str) -> dict[str, object]:
    source = SourceDocument(raw=raw.encode(), address="https://werk.example/feeds/all.xml")
    (event,) = read_feed(source, language="nl", zone=ZoneInfo("UTC"), now=NOW)
    return event.data


def test_an_entry_s_link_starts_where_its_feed_says() -> None:
    """At xml:base, at the site that the feed names, or where the feed came from."""
    base = 'xml:base="https://blog.example/nl/"'
    assert feed('<link href="1"/>', base)["url"] == "https://blog.example/nl/1"
    assert feed('<link xml:base="https://e.org/" href="1"/>', base)["url"] == "https://e.org/1"
    assert rss("<link>/1</link>", "<link>https://blog.example/</link>")["url"] == (
        "https://blog.example/1"
    )
    assert rss("<link>1</link>")["url"] == "https://werk.example/feeds/1"
    assert "url" not in rss("<guid>n-2</guid>")


def test_a_page_s_base_counts() -> None:
    """A posting's address starts at the page's base."""
    posting = '{"@type": "JobPosting", "title": "t", "description": "x", "url": "1"}'
    raw = f'<base href="/banen/"><script type="application/ld+json">{posting}</script>'
    assert _data(raw)["url"] == "https://werk.example/banen/1"
    saved = raw.replace("<base ", '<link rel="canonical" ').replace("/banen/", "https://e.org/v/")
    assert _data(saved)["url"] == "https://e.org/v/1"


JAN = {"name": "Jan Voorbeeld", "email": "jan@werk.example"}


@pytest.mark.parametrize(
    ("written", "author"),
    [
        ("<author>jan@werk.example (Jan Voorbeeld)</author>", JAN),
        ("<author>Jan Voorbeeld &lt;jan@werk.example&gt;</author>", JAN),
        ("<author>mailto:jan@werk.example (Jan Voorbeeld)</author>", JAN),
        ("<author>jan@werk.example</author><dc:creator>Jan Voorbeeld</dc:creator>", {"name": "Jan Voorbeeld"}),
        ("<dc:creator>Jan Voorbeeld</dc:creator><author>jan@werk.example</author>", JAN),
        ("<author>jan@werk.example (Jan Voorbeeld), piet@werk.example (Piet)</author>", JAN),
        ("<author>jan@werk.example;Jan Voorbeeld</author>", JAN),
        ("<author>Jan Voorbeeld|jan@werk.example.</author>", JAN),
        ("<author>jan [at] werk.example (Jan Voorbeeld)</author>", JAN),
        ("<author>Jan Voorbeeld (jan%40werk.example)</author>", JAN),
        ("<author>jan.voorbeeld@werk</author>", {"name": "Jan Voorbeeld"}),
        ("<author>Jan Voorbeeld @ Werk</author>", {"name": "Jan Voorbeeld @ Werk"}),
        ("<author>jan@werk.example, Jan Voorbeeld</author>", JAN),
        ("<dc:creator>Jan Voorbeeld (jan@werk.example)</dc:creator>", JAN),
        ("<dc:creator>Jan Voorbeeld</dc:creator>", {"name": "Jan Voorbeeld"}),
        ("<author>jan.voorbeeld@werk.example</author>", JAN | {"email": "jan.voorbeeld@werk.example"}),
    ],
)  # fmt: skip
def test_an_author_s_name_and_address_are_apart(written: str, author: dict[str, str]) -> None:
    """The name is on public pages, so no address may stand in it."""
    assert rss(written)["author"] == author


@pytest.mark.parametrize(
    "written",
    [
        "<name>Jan Voorbeeld</name><email>jan@werk.example</email>",
        "<name>Jan Voorbeeld (jan@werk.example)</name>",
        "<name>Jan Voorbeeld (jan@werk.example)</name><email>none</email>",
        "<name>Jan Voorbeeld</name><email>jan@werk.example</email></author><author><name>Piet</name>",
    ],
)
def test_atom_s_first_author_is_the_author(written: str) -> None:
    """Its elements, or an address in the name."""
    assert feed(f"<author>{written}</author>")["author"] == JAN
