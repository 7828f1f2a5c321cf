"""The words of a text that say something, by their stems."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from services.voice.checking.claim_words import CLAIM_WORDS, stem

_WORD = re.compile(r"[^\W\d_]+(?:’[^\W\d_]+)*")
#: Two stems are of one word, or of a word and its compound, when they begin with so many of the same
#: letters and with all but the last few of the shorter.
_SHARED_START, _FREE_END = 5, 2


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
