"""All that people and systems write arrives as text, never as markup, formula or crash."""

from __future__ import annotations

import asyncio
import csv
import io
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from services.campaigns.accept_events import accept
from services.errors import Rejected
from services.message import message
from services.web import rendering
from services.web.api.events import FORMATS
from services.web.messages import messages_in
from services.web.pages.figures.figure_rows import FigureRow
from services.web.pages.figures.figures_export import COLUMNS, csv_lines
from tests.builders import NOW
from tests.fakes import MemoryLog

# What an HTML parser gives back unchanged: no NUL, no surrogates, no carriage return.
TEXT = st.text(st.characters(exclude_characters="\x00\r", exclude_categories=["Cs"]), min_size=1)
HOSTILE = st.sampled_from(["</textarea>", "<script>", '"', "'", "&amp;", "{{ 1 }}", "\n", "=1+1"])
ANY = st.lists(st.one_of(TEXT, HOSTILE), min_size=1, max_size=6).map("".join)


class Reader(HTMLParser):
    """Collects the text of the textarea, the value of the input, and every tag's name."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.value: str | None = None
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "input":
            self.value = dict(attrs)["value"]

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] == ["textarea"]:
            self.text += data


@given(ANY)
def test_a_field_holds_exactly_what_was_typed(text: str) -> None:
    """A text comes out of a form's field as it went in, and brings no tag with it."""
    template = rendering.environment().from_string(
        '{% from "form.html" import field %}'
        '{{ field("a", "A", text) }}{{ field("b", "B", text, rows=3) }}'
    )
    reader = Reader()
    reader.feed(template.render(text=text))
    reader.close()
    assert reader.tags == ["div", "label", "input", "div", "label", "textarea"]
    assert reader.value == text
    # A browser drops the first line end after the tag, and what follows the closing tag is ours.
    assert reader.text.startswith(f"\n{text}")
    assert not reader.text.removeprefix(f"\n{text}").strip()


@given(ANY)
def test_markdown_brings_no_markup_of_its_own(text: str) -> None:
    """A story's Markdown yields only the tags of CommonMark without HTML and images."""
    reader = Reader()
    reader.feed(str(rendering.markdown(text)))
    known = {
        *("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
        *("em", "strong", "a", "hr", "br"),
    }
    assert set(reader.tags) <= known


@given(ANY)
def test_no_cell_of_the_export_is_a_formula(text: str) -> None:
    """Every title comes back from the CSV whole, and never begins as a formula does."""
    row = FigureRow(
        campaign="c",
        kind="story",
        title=text,
        figure="reach",
        value=1,
        tag="measured",
        source=text,
        at=NOW,
    )
    (read,) = csv.DictReader(io.StringIO(csv_lines([row]), newline=""), COLUMNS)
    assert read["title"] in (text, f"'{text}")
    assert read["title"][0] not in "=+-@\t\r\n"


@given(st.sampled_from(sorted(FORMATS)), st.one_of(st.binary(), ANY.map(str.encode)))
def test_any_body_is_refused(content_type: str, body: bytes) -> None:
    """No body brings the event API down: it is refused as a whole, or each event by itself."""
    log = MemoryLog()
    try:
        documents = FORMATS[content_type].read(body)
    except Rejected:
        return
    acceptance = asyncio.run(accept(log, documents))
    assert len(acceptance.refused) == len(documents)
    assert all(str(refusal.fault) for refusal in acceptance.refused)
    assert not log.records


@given(ANY)
def test_any_sentence_can_be_said(text: str) -> None:
    """What a service or network says is shown in any language without a crash, and not lost."""
    for language in ("nl", "en"):
        said = messages_in(language).say(message("x.refused", "X refuses this: {said}", said=text))
        assert text.strip()[:20] in said
