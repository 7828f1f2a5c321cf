"""Markup is removed, never interpreted."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.text.plain_text import phrase
from services.voice.language.words import split_sentences
from services.voice.passages import SourceText
from tests.builders import story

#: The bidirectional classes of characters that change the direction of others (Unicode Annex 9).
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("<p>Een <b>vette</b> zin.</p><p>Nog een.</p>", ["Een vette zin.", "Nog een."]),
        ("# Kop\n\nEen [link](https://x.org/a) en *nadruk*.", ["Een link en nadruk."]),
        ("Een\nregel\n\n- punt een\n- punt twee", ["Een regel", "punt een", "punt twee"]),
        ("Voor.\n<script>alert('Weg.')</script>\nNa.", ["Voor.", "Na."]),
        ("Voor.\n```\ncode = 1\n```\nNa.", ["Voor.", "Na."]),
        ("Voor. <!-- verborgen --> Na.", ["Voor. Na."]),
        ("Tom &amp; Jerry &lt;3 kaas.", ["Tom & Jerry <3 kaas."]),
        ("Hoera 🎉 voor het team.", ["Hoera voor het team."]),
        ("Een feest 🎉🎉 . En koek 🍰, (veel 😀).", ["Een feest. En koek, (veel)."]),
        ("Om\u202egekeerd\u200b en on\u00adzichtbaar.", ["Omgekeerd en onzichtbaar."]),
        ("| a | b |\n|---|---|\nTekst.", ["Tekst."]),
        ("2 * 3 * 4 en snake_case_naam.", ["2 * 3 * 4 en snake_case_naam."]),
        ("Voor. <script>nooit gesloten", ["Voor."]),
    ],
)
def test_markup_is_taken_away(source: str, plain: list[str]) -> None:
    """What is left is what a reader would have read."""
    assert SourceText(story(body=source)).lines == plain


@pytest.mark.parametrize(
    "piece", ["<script>", "[", "![", "<", "*a", "```\n", "&lt;", "<!--", "> > "]
)
def test_a_long_text_of_openings_is_read_in_time(piece: str) -> None:
    """Markup that never closes costs time in proportion to its length."""
    started = time.process_time()
    _ = SourceText(story(body=piece * (100_000 // len(piece)))).lines
    assert time.process_time() - started < 5


@given(st.text())
def test_a_phrase_is_one_visible_line(text: str) -> None:
    """Any text becomes one line that nothing invisible can turn, or nothing."""
    line = phrase(text)
    assert line == " ".join(line.split())
    assert not any(unicodedata.category(character) in {"Cc", "Cs"} for character in line)
    assert not any(unicodedata.bidirectional(character) in TURNING for character in line)


@pytest.mark.parametrize(
    ("paragraph", "sentences"),
    [
        ("Het is 3.500 euro. Dat is veel.", ["Het is 3.500 euro.", "Dat is veel."]),
        ("Bijv. Jan kwam o.a. langs. Klaar?", ["Bijv. Jan kwam o.a. langs.", "Klaar?"]),
        ("“Kom je?” Vroeg hij dat. Ja.", ["“Kom je?”", "Vroeg hij dat.", "Ja."]),
        ("geen hoofdletter. maar wel een punt", ["geen hoofdletter. maar wel een punt"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(paragraph: str, sentences: list[str]) -> None:
    """Numbers and abbreviations do not end a sentence."""
    assert split_sentences(paragraph) == sentences


@given(st.text(alphabet="Ab .?!“”\n", max_size=60))
def test_splitting_loses_nothing(text: str) -> None:
    """All characters but spaces are still there."""
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())
