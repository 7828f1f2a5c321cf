"""What an editor who does not know the rules would use of a source, and what never.

Beside each source in `tests/passages_by_an_editor` stand its GOOD passages and its BAD sentences,
with a "# why" below each of these.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.voice.language.words import split_sentences
from services.voice.passages import Passage, SourceText, find_passages
from services.voice.vocabulary import plain_words
from tests.unit.voice.sources import ROOT, content_of

_SOURCES = sorted((ROOT / "tests" / "passages_by_an_editor").glob("*.json"))
#: Texts that share so much of their words are the same.
_SAME, _LEAST_FOUND = 0.8, 0.6


def _told_in(path: Path) -> tuple[list[str], list[str]]:
    text = path.with_suffix(".txt").read_text(encoding="utf-8")
    good, _, bad = text.removeprefix("GOOD\n").partition("\nBAD\n")
    told = [re.sub(r"(?m)^#.*$\n?", "", part).strip().split("\n") for part in (good, bad)]
    return [line for line in told[0] if line], [line for line in told[1] if line]


def _is_of(text: str, other: str) -> bool:
    one, two = set(plain_words(text)), set(plain_words(other))
    return len(one & two) >= _SAME * min(len(one), len(two))


def _chosen(path: Path) -> tuple[Passage, ...]:
    return find_passages(SourceText(content_of(path))).chosen


@pytest.mark.parametrize("path", _SOURCES, ids=lambda path: path.stem)
def test_nothing_begins_as_an_editor_would_not(path: Path) -> None:
    """A later sentence may be one that was bad alone: then the passage says what it speaks of."""
    _, bad = _told_in(path)
    begun = [split_sentences(each.text)[0] for each in _chosen(path)]
    assert [text for text in begun if any(_is_of(text, each) for each in bad)] == []


def test_most_of_what_an_editor_would_use_is_found() -> None:
    """Precision comes first, and still the better half is there."""
    wanted = [(path, text) for path in _SOURCES for text in _told_in(path)[0]]
    chosen = {path: _chosen(path) for path in _SOURCES}
    found = [text for path, text in wanted if any(_is_of(each.text, text) for each in chosen[path])]
    assert len(found) >= _LEAST_FOUND * len(wanted)


def test_what_is_chosen_is_what_an_editor_would_use() -> None:
    """Of twenty passages nineteen are among theirs."""
    chosen = [(path, each.text) for path in _SOURCES for each in _chosen(path)]
    theirs = [
        text for path, text in chosen if any(_is_of(text, each) for each in _told_in(path)[0])
    ]
    assert len(theirs) >= 0.95 * len(chosen) > 0
