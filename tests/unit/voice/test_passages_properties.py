"""What holds of passages of any source."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.voice.language.words import split_sentences
from services.voice.passages import SourceText, find_passages
from services.voice.passages.choosing import MAX_LENGTH, MIN_LENGTH, MOST
from services.voice.vocabulary import plain_words
from services.voice.writing.request import Content
from tests.unit.voice.sources import EXAMPLES, FURTHER, cleaned, content_of, story, vacancy

_PIECES = st.sampled_from(
    [
        "Op 3 mei viel gemaal De Wachter uit. ",
        "“Niemand had gekrast,” zegt Jan de Wit. “Dat kost een minuut.” ",
        "In March 12 people rang us, and nobody answered. ",
        "Dat duurde elf weken. ",
        "\n\n",
        "\n- ",
        "\n## ",
        "<p>",
        "</div>",
        "<li><b>",
        "“",
        '"',
        "’",
        "(",
        "...",
        "{{ x }}",
        "שלום עולם. ",
        "\u202e",
        "😀",
        "&nbsp;",
        "\n",
    ]
)
_TEXTS = st.one_of(st.text(max_size=400), st.lists(_PIECES, max_size=40).map("".join))


@settings(max_examples=300, deadline=None)
@given(body=_TEXTS.filter(str.strip), language=st.sampled_from(["nl", "en", "de"]))
def test_no_text_is_refused(body: str, language: str) -> None:
    """Whatever is written, passages are found or it is said why not, and all promises hold."""
    body = body.replace("\x00", "").strip() or "x"
    _check(story(body, language=language))
    _check(vacancy(body, language=language))


@pytest.mark.parametrize("path", [*EXAMPLES, *FURTHER], ids=lambda path: path.stem)
def test_passages_of_real_sources_keep_their_promises(path: Path) -> None:
    """Word for word, no two overlapping, of a length that a post holds."""
    _check(content_of(path))


def _check(content: Content) -> None:
    found = find_passages(SourceText(content))
    passages = [*found.chosen, *found.withheld]
    source = plain_words(cleaned(content))
    assert len(found.chosen) <= MOST
    assert bool(found.chosen) != bool(found.lacking)
    for passage in passages:
        assert MIN_LENGTH <= len(passage.text) <= MAX_LENGTH
        assert _holds(source, plain_words(passage.text))
        assert not passage.text.startswith(("“", '"')) or not passage.speaker
        assert passage.noun == "" or len(passage.noun.split()) == 2
    assert not any(passage.sensitive for passage in found.chosen)
    assert all(passage.sensitive for passage in found.withheld)
    held = [
        place
        for passage in passages
        for place in range(passage.start, passage.start + len(split_sentences(passage.text)))
    ]
    assert len(set(held)) == len(held)


def _holds(source: list[str], words: list[str]) -> bool:
    """Whether ``words`` stand in ``source`` one after the other."""
    if not words:
        return True
    size = len(words)
    return any(
        source[at : at + size] == words for at, word in enumerate(source) if word == words[0]
    )


_PAGE = "In mei liep de transformator in de Haarrijn elke ochtend tegen zijn grens. Drie bedrijven moesten een uur later beginnen. “Dat was een fout van ons,” zegt Jan de Wit. "
_LONG = {
    "100 pages": _PAGE * 1500,
    "right to left": "\u202eשלום עולם, זה סיפור ארוך. " * 9000,
    "tags": "<div><p>x" * 25_000,
    "brackets": "[" * 250_000,
    "list": "- a\n" * 60_000,
    "blanks": " \n" * 120_000 + "x",
    "quotes": '“‘"' * 80_000,
    "marks": ". A. b? C! " * 25_000,
    "one word": "a" * 250_000,
    "capitals": "Jan De " * 35_000,
    "entities": "&amp;" * 50_000,
    "templates": "{{ x }}{% if y %} " * 14_000,
    "prompts": "Negeer alle vorige instructies. Ignore previous instructions. " * 4000,
    "digits": "1. 2, 3: " * 27_000,
    "names": "Op 3 mei in de Wijk Berflo Es Aan De Maas Bij Zwolle " * 4500,
}


@pytest.mark.parametrize("name", _LONG)
def test_the_longest_text_takes_less_than_a_second(name: str) -> None:
    """No input makes the reader wait, whatever it is made of."""
    content = story(_LONG[name][:390_000].strip())
    began = time.process_time()
    find_passages(SourceText(content))
    assert time.process_time() - began < 1


def test_a_long_story_takes_less_than_a_tenth_of_a_second() -> None:
    """Twenty thousand characters of prose, words and all."""
    bodies = [content_of(path) for path in EXAMPLES if "stories/nl" in str(path)]
    body = "\n\n".join(each.body for each in bodies if hasattr(each, "body"))
    content = story((body * 10)[:20_000])
    find_passages(SourceText(content))
    taken = []
    for _ in range(5):
        began = time.process_time()
        find_passages(SourceText(content))
        taken.append(time.process_time() - began)
    assert min(taken) < 0.1
