"""The word lists, and how they are asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

import services
from services.language import LANGUAGES, Language
from services.voice.vocabulary import WordList, lines_of, plain_words, vocabulary

_ROOT = resources.files("services.voice.vocabulary")
_NAMES = {
    language: sorted(
        each.name for each in (_ROOT / language).iterdir() if each.name.endswith(".txt")
    )
    for language in LANGUAGES
}


def test_each_language_has_the_same_lists() -> None:
    """What is known of one language is asked of the other."""
    assert _NAMES["nl"] == _NAMES["en"]


def test_each_list_can_be_read() -> None:
    """All of them, those that the tests ask for no word as well."""
    for language in LANGUAGES:
        assert all(lines_of(f"{language}/{name[:-4]}") for name in _NAMES[language])


@pytest.mark.parametrize(
    ("lines", "text", "found"),
    [
        (["lek"], "Het lek is dicht", True),
        (["lek"], "Het lekte", False),
        (["lek*"], "Het lekte", True),
        (["*tig"], "Er waren tweeëntachtig", True),
        (["te laat"], "Ze kwam te laat", True),
        (["te laat"], "Te vroeg, laat staan", False),
        (["collega’s"], "Mijn collega's", True),
    ],
)
def test_words_and_phrases_are_found(lines: list[str], text: str, found: bool) -> None:
    """Whole words, beginnings, endings and phrases, without case."""
    assert WordList(lines).within(plain_words(text)) is found


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_key_of_the_grammar_is_read(language: Language) -> None:
    """One that is misspelt, or that no rule reads any more, is named with file and line."""
    read = set(re.findall(r"\bGRAMMAR\.(\w+)", "".join(_sources())))
    file = _ROOT / language / "grammar.toml"
    unread = [
        f"{file}:{number}: {key[1]}"
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if (key := re.match(r"(\w+) *=", line)) and key[1] not in read
    ]
    assert unread == []


def _sources() -> Iterator[str]:
    for path in Path(services.__path__[0]).rglob("*.py"):
        yield path.read_text(encoding="utf-8")


def test_a_language_without_lists_is_refused() -> None:
    """Nobody is judged by the words of another language."""
    with pytest.raises(KeyError):
        vocabulary("fr")
