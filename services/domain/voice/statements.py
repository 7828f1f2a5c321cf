"""A text as statements: its sentences and clauses, by the stems of the words that say something.

A quotation is one mark in them, because whoever quotes claims nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from services.domain.voice.claim_words import CLAIM_WORDS, stem
from services.domain.voice.words import QUOTED

#: Stands for a quotation, and is no part of a word.
MARK = "\N{OBJECT REPLACEMENT CHARACTER}"

_WORD = re.compile(r"[^\W\d_]+(?:’[^\W\d_]+)*")
_SENTENCE = re.compile(r"([^.!?…\n]+)([.!?…]*)")
_CLAUSE_END = re.compile(r"[,;–—]")
#: Two stems are of one word, or of a word and its compound, when they begin with so many of the same
#: letters and with all but the last few of the shorter.
_SHARED_START, _FREE_END = 5, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence or clause. ``text`` holds a mark for each of its ``quotes``; ``telling`` are stems."""

    language: str
    text: str
    quotes: tuple[str, ...]
    asks: bool

    @property
    def telling(self) -> frozenset[str]:
        return telling(self.text, self.language)

    @property
    def denies(self) -> bool:
        # "No work without setbacks" denies nothing.
        denying = CLAIM_WORDS[self.language].denying
        return sum(word in denying for word in bare_words(self.text)) % 2 == 1

    @property
    def shown(self) -> str:
        """For people to read."""
        return " ".join(self.text.replace(MARK, "“…”").split())

    def clauses(self) -> Iterator[Statement]:
        """What stands between its commas."""
        quotes = iter(self.quotes)
        for text in _CLAUSE_END.split(self.text):
            own = tuple(next(quotes) for _ in range(text.count(MARK)))
            yield Statement(language=self.language, text=text, quotes=own, asks=self.asks)


def statements_of(text: str, language: str) -> list[Statement]:
    """The sentences of ``text``, whose quotations stand between “ and ”."""
    text = text.replace(MARK, " ")
    quotes = iter(QUOTED.findall(text))
    found = []
    for match in _SENTENCE.finditer(QUOTED.sub(_marked, text)):
        said, end = match.groups()
        own = tuple(next(quotes) for _ in range(said.count(MARK)))
        if said.strip():
            found.append(
                Statement(language=language, text=said.strip(), quotes=own, asks="?" in end)
            )
    return found


def bare_words(text: str) -> list[str]:
    """Without case, numbers and the two ways to write an apostrophe."""
    return _WORD.findall(text.casefold().replace("'", "’"))


@lru_cache(maxsize=4096)
def telling(text: str, language: str) -> frozenset[str]:
    """The stems of the words that say something."""
    small = CLAIM_WORDS[language].small
    return frozenset(stem(word, language) for word in bare_words(text) if word not in small)


def akin(word: str, others: Iterable[str]) -> bool:
    """Whether ``word`` or a kin of it is among ``others``; all are stems."""
    return word in others or any(_kin(word, other) for other in others)


def _kin(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    least = max(_SHARED_START, shorter - _FREE_END)
    return shorter >= _SHARED_START and one[:least] == other[:least]


def _marked(quotation: re.Match[str]) -> str:
    """One that ends its own sentence ends the one around it too, where a new one begins after it."""
    after = quotation.string[quotation.end() :].lstrip()
    ends = quotation[1].endswith((".", "?", "…")) and (not after or not after[0].islower())
    return f"{MARK}. " if ends else MARK
