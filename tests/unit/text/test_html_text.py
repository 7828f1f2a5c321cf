"""What a person reads of HTML: nothing glued, nothing left of the markup, no sign lost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.text.html_text import literal, one_line, plain_text, with_signs

READ = {
    "open paragraphs": (
        "<p>Een zin.<p>Twee zin.<ul><li>A<li>B</ul>",
        "Een zin.\n\nTwee zin.\n\nA\n\nB",
    ),
    "nested lists": (
        "<ul><li><p>A</p></li><li>B<ul><li>C</li></ul></li></ul>na",
        "A\n\nB\n\nC\n\nna",
    ),
    "old-fashioned tags": ("<P>EEN<BR>TWEE<LI>DRIE", "EEN\n\nTWEE\n\nDRIE"),
    "a text around blocks": (
        "Kop<div>Een</div>tekst<div>Twee</div>staart",
        "Kop\n\nEen\n\ntekst\n\nTwee\n\nstaart",
    ),
    "a list of terms": ("<dl><dt>Uren<dd>36</dl>", "Uren\n\n36"),
    "a table of pairs": (
        "<table><tr><td>Uren</td><td>36</td></tr><tr><td>Plaats</td><td>Ede</td></tr></table>",
        "Uren: 36\n\nPlaats: Ede",
    ),
    "a table": (
        "<table><tr><th>Dag<th>Van<th>Tot<tr><td>ma<td>9<td>17</table>",
        "Dag, Van, Tot\n\nma, 9, 17",
    ),
    "a row without its table": ("<tr><td>Uren</td><td>36</td></tr>", "Uren: 36"),
    "a table for the layout": (
        "<table><tr><td><p>Een zin.</p></td><td><p>Twee.</p></td></tr></table>",
        "Een zin.\n\nTwee.",
    ),
    "a style sheet": ("<style>.a{color:red}</style><p>Tekst.</p>", "Tekst."),
    "a script": ("<script>if (a < b) x();</script><p>Tekst.</p>", "Tekst."),
    "a comment": ("<p>regel<!-- niet > dit --> door</p>", "regel door"),
    "what is hidden": ('<p hidden>Nee</p><p style="display: none">Nee</p><p>Ja</p>', "Ja"),
    "a page": ("<title>Nee</title><body>Ja</body>", "Ja"),
    "Word's paragraphs": (
        "<!--[if mso]><xml><w:X>1</w:X></xml><![endif]--><p class=MsoNormal>Wij<o:p></o:p></p><p>zoeken<o:p>&nbsp;</o:p></p>",
        "Wij\n\nzoeken",
    ),
    "Word's lists": (
        "<p><![if !supportLists]><span>·&nbsp; </span><![endif]>Rust</p>",
        "· Rust",
    ),
    "an address beside markup": (
        "<p>https://e.org/?a=1&copy=2&amp;reg=3</p>",
        "https://e.org/?a=1&copy=2&reg=3",
    ),
    "an address": ("https://e.org/?a=1&copy=2", "https://e.org/?a=1&copy=2"),
    "an editor's comments": ("<!-- wp:paragraph -->\n<p>Een.</p>\n<!-- /wp:paragraph -->", "Een."),
    "markup written as entities": (
        "&lt;p&gt;Je legt kabels.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;Rust&lt;/li&gt;&lt;/ul&gt;",
        "Je legt kabels.\n\nRust",
    ),
    "markup in markup": ("<div>&lt;p&gt;Een&lt;/p&gt;&lt;p&gt;Twee&lt;/p&gt;</div>", "Een\n\nTwee"),
    "entities": ("&euro;&nbsp;3.000 &ndash; R&amp;D &#8217;s", "€ 3.000 – R&D ’s"),
    "entities of entities": ("<p>R&amp;amp;D, Co&amp;ouml;rdinator</p>", "R&D, Coördinator"),
    "markup that is told about": (
        "<p>Schrijf <code>&lt;b&gt;</code> niet.</p>",
        "Schrijf <b> niet.",
    ),
    "> in an attribute": ('<p title="a > b">Tekst</p>', "Tekst"),
    "< in an attribute": ('<p data-x="1<2">Tekst</p>', "Tekst"),
    "signs beside markup": (
        "<p>Onder 5 &lt; 6 kV</p> en x < 5 en y > 3",
        "Onder 5 < 6 kV\n\nen x < 5 en y > 3",
    ),
    "signs": ("Vec<T>, <0°C, 5<6, a <b en c> d", "Vec<T>, <0°C, 5<6, a <b en c> d"),
    "addresses in brackets": ("<https://e.org> <jan@e.org>", "<https://e.org> <jan@e.org>"),
    "lines of plain text": ("Wij bieden:\n• 36 uur\n• rust", "Wij bieden:\n\n• 36 uur\n\n• rust"),
    "lines with a link": ("Een\nTwee <a href=x>hier</a>", "Een\n\nTwee hier"),
    "lines of the source": ("<p>Zin een\r\ngaat door.</p>", "Zin een gaat door."),
    "a blank line between blocks": (
        "Een <b>zin</b>.\n\nTwee.<ul><li>A</ul>",
        "Een zin.\n\nTwee.\n\nA",
    ),
    "a margin": (
        "Deze regel is door een programma afgebroken waar zijn kantlijn stond\nen gaat hier door.",
        "Deze regel is door een programma afgebroken waar zijn kantlijn stond en gaat hier door.",
    ),
    "raised figures": ("10<sup>3</sup> m<sup>2</sup>", "10³ m²"),
    "quoted words": ("Zij zei <q>nee</q>.", "Zij zei “nee”."),
    "what nobody sees": ("bruggen\u00adbouw\u200b\ufeff", "bruggenbouw"),
    "written CDATA": ("<![CDATA[<p>Een</p>]]>", "Een"),
}


@pytest.mark.parametrize(("markup", "text"), READ.values(), ids=READ)
def test_html_is_read_as_a_person_reads_it(markup: str, text: str) -> None:
    """Blocks stand apart, markup is gone, and signs that are none stay."""
    assert plain_text(markup) == text


def test_a_title_is_one_line() -> None:
    """Tags and entities are read, and lines become one."""
    assert one_line("Het <input> en <script> van nu") == "Het <input> en <script> van nu"
    assert one_line("<script>x</script>Nu<br>en") == "Nu en"
    assert one_line("<b>Wat</b> Vec&lt;T&gt;\n leert &amp;amp; doet") == "Wat Vec<T> leert & doet"


def test_text_that_is_said_to_be_plain_stays_as_it_is() -> None:
    """But for one that is an element all the same: many feeds say the wrong thing."""
    assert literal("Waarom <b> en &amp; tellen") == "Waarom <b> en &amp; tellen"
    assert literal("<p>Een &amp; twee</p><p>Drie</p>") == "Een & twee\n\nDrie"


def test_signs_in_markdown_are_no_tags() -> None:
    """Addresses in brackets and true tags stay as they are written."""
    assert (
        with_signs("Vec<T> <b>x</b> <https://e.org> 1<2")
        == "Vec&lt;T> <b>x</b> <https://e.org> 1<2"
    )


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        "<p>",
        "<div>",
        "<b>x</b>",
        "<script>",
        "&",
        "&amp;",
        "<!--",
        "<sup>",
        "<tr><td>",
        '<a x="',
    ],
)
def test_reading_costs_time_in_proportion(piece: str) -> None:
    """For any page 300 kB are read within seconds, and nothing fails."""
    started = time.process_time()
    plain_text(piece * (300_000 // len(piece)))
    assert time.process_time() - started < 2


@given(st.lists(st.sampled_from([*"<>&;/ab \n\"'=!-", "<p>", "</p>", "<td>", "<b", "&lt;", "<q>"])))
def test_any_text_gives_tidy_paragraphs(pieces: list[str]) -> None:
    """Any text gives a text, of which each paragraph is one tidy line."""
    for line in plain_text("".join(pieces)).split("\n\n"):
        assert line == " ".join(line.split())
