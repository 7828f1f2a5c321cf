"""The check that no text says more than its sources: numbers, names and quotations.

Clauses are attitudes and questions, written without numbers and names. Whatever carries content is
a quotation or a value, and each of these is looked up in the source or the profile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from services.domain.voice.lexicon import LEXICONS
from services.domain.voice.words import prose_of, sentences_of

_NUMBER = re.compile(r"\d(?:[\d.,:/]*\d)?")
_WORD = re.compile(r"[^\W\d_]+")
_QUOTED = re.compile(r"“([^”]*)”")
_CAPITAL = re.compile(r" ([A-ZÀ-ÞŁŠŽ][^\W_]*)")
#: A capital opens no sentence when one of these, or a letter or digit, stands before its space.
_INSIDE = ",;)’&-"
_FLAT = re.compile(r"[\W_]+")
_NUMBER_WORDS = {language: lexicon.number_words for language, lexicon in LEXICONS.items()}
_NO_NAMES = frozenset({"I"})


class Sources:
    """Everything a text may draw on: passages that may be quoted, with their numbers and words."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.numbers: set[str] = set()
        self.words: set[str] = set()
        self._passages: list[str] = []
        self._held: dict[str, bool] = {}
        for text in texts:
            self.numbers.update(_NUMBER.findall(text))
            self.words.update(_WORD.findall(text))
            self._passages.append(_flat(text))

    def holds_quote(self, quoted: str) -> bool:
        """Whether one passage holds these words in this order."""
        if quoted not in self._held:
            flat = _flat(quoted)
            self._held[quoted] = any(flat in passage for passage in self._passages)
        return self._held[quoted]

    def holds_number_word(self, word: str) -> bool:
        """Also as a part of a longer word: ``vierde`` holds ``vier``."""
        if word not in self._held:
            self._held[word] = any(word in held.casefold() for held in self.words)
        return self._held[word]


def check_supported(
    text: str, sources: Sources, *, profile: Iterable[str] = (), language: str = "nl"
) -> list[str]:
    """Everything in ``text`` that neither ``sources`` nor ``profile`` holds; empty when all is.

    Links and hashtags are set aside. A word with a capital counts as a name unless it opens a
    sentence; number words count as numbers.
    """
    prose = prose_of(text)
    found = [
        f"the quotation “{quoted}”"
        for quoted in _QUOTED.findall(prose)
        if not sources.holds_quote(quoted)
    ]
    numbers = [n for n in _NUMBER.findall(prose) if n not in sources.numbers]
    names = [name for name in _names(prose) if name not in sources.words]
    number_words = _NUMBER_WORDS[language]
    counted = [
        word
        for words in sentences_of(text)
        if not number_words.isdisjoint(words)
        for word in words
        if word in number_words and not sources.holds_number_word(word)
    ]
    if numbers or names or counted:
        own = Sources(profile)
        found += [f"the number {number}" for number in numbers if number not in own.numbers]
        found += [f"the name {name}" for name in names if name not in own.words]
        found += [f"the number {word}" for word in counted if not own.holds_number_word(word)]
    return found


def _names(prose: str) -> list[str]:
    """Words with a capital that do not open a sentence or a quotation."""
    return [
        match[1]
        for match in _CAPITAL.finditer(prose)
        if (before := prose[match.start() - 1]).isalnum() or before in _INSIDE
        if match[1] not in _NO_NAMES
    ]


def _flat(text: str) -> str:
    return _FLAT.sub(" ", text.casefold()).strip()
