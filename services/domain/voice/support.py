"""The check that no text says more than its sources: numbers, names and quotations.

Clauses are attitudes and questions, written without numbers and names. Whatever carries content is
a quotation or a value, and each of these is looked up in the source or the profile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.domain.voice.lexicon import LEXICONS

_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_WORD = re.compile(r"[^\W\d_]+")
_QUOTED = re.compile(r"“([^”]*)”")
_SKIPPED = re.compile(r"https?://\S+|#\w+")
#: A capital that opens no sentence: preceded by a lower-case letter, a digit or a comma.
_NAME = re.compile(r"(?<=[\w,;)’]\s)([A-ZÀ-ÞŁŠŽ][^\W_]*)")
_FLAT = re.compile(r"[\W_]+")
_NUMBER_WORDS = {language: lexicon.number_words for language, lexicon in LEXICONS.items()}
_ENGLISH_PRONOUNS = frozenset({"I"})


@dataclass(slots=True, kw_only=True)
class Sources:
    """Everything a text may draw on. ``texts`` are quotable; words and numbers count anywhere."""

    texts: list[str] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Sources:
        sources = cls()
        for text in texts:
            sources.add(text)
        return sources

    def add(self, text: str) -> None:
        self.texts.append(_flat(text))
        self.numbers.update(_NUMBER.findall(text))
        self.words.update(_WORD.findall(text))

    def holds_quote(self, text: str) -> bool:
        flat = _flat(text)
        return any(flat in source for source in self.texts)


def check_supported(
    text: str, sources: Sources, *, profile: Iterable[str] = (), language: str = "nl"
) -> list[str]:
    """Everything in ``text`` that neither ``sources`` nor ``profile`` holds; empty when all is.

    Links and hashtags are set aside. A word with a capital counts as a name unless it opens a
    sentence; number words count as numbers.
    """
    own = Sources.of(profile)
    prose = _SKIPPED.sub(" ", text)
    found = []
    for quoted in _QUOTED.findall(prose):
        if not sources.holds_quote(quoted):
            found.append(f"the quotation “{quoted}”")
    for number in _NUMBER.findall(prose):
        if number not in sources.numbers and number not in own.numbers:
            found.append(f"the number {number}")
    outside = _QUOTED.sub(" ", prose)
    for name in _NAME.findall(outside):
        if name not in sources.words and name not in own.words and name not in _ENGLISH_PRONOUNS:
            found.append(f"the name {name}")
    number_words = _NUMBER_WORDS[language].intersection(_WORD.findall(outside.lower()))
    found.extend(
        f"the number {word}"
        for word in sorted(number_words)
        if not any(word in source for source in (*sources.words, *own.words))
    )
    return found


def _flat(text: str) -> str:
    return _FLAT.sub(" ", text.casefold()).strip()
