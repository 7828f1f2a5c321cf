"""Words that say nothing by themselves, those of talking and asking, those that turn a sentence; and the
words of a text that say something, by their stems.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

import snowballstemmer

from services.language import LANGUAGES, TRAITS
from services.voice.vocabulary import listed
from services.voice.vocabulary.grammar import phrases_of


@lru_cache(maxsize=32_768)
def stem(word: str, language: str) -> str:
    """``word`` in small letters without what its place in a sentence adds to it."""
    # A stemmer keeps the word that it works on, and several threads ask at a time: one for each word.
    name = TRAITS[language].name.lower()
    found = str(snowballstemmer.stemmer(name).stemWord(word))
    drop, spelled = _left_of(language)
    return drop.sub("", found).translate(spelled)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimWords:
    """One language's words, in small letters, from its folder of the vocabulary."""

    #: Words that say nothing by themselves.
    small: frozenset[str]
    #: Stems of what a person does with a text: reading, telling, asking and thinking.
    talking: frozenset[str]
    #: Without one of these, or with one more, a sentence says something else.
    denying: frozenset[str]
    counting: frozenset[str]
    #: Between the words of a sentence these add nothing.
    glue: frozenset[str]
    #: What opens a question that claims nothing.
    asking: frozenset[str]


@cache
def _left_of(language: str) -> tuple[re.Pattern[str], dict[int, str]]:
    """What a stemmer leaves to do. ``(?!)`` is found nowhere."""
    stems = phrases_of(language).stems
    return re.compile(stems.drop or r"(?!)"), str.maketrans(dict(stems.spelled))


def _read(language: str) -> ClaimWords:
    return ClaimWords(
        small=listed(language, "function_words"),
        talking=frozenset(stem(word, language) for word in listed(language, "talking")),
        denying=listed(language, "denying"),
        counting=listed(language, "number_words") | listed(language, "quantities"),
        glue=listed(language, "glue"),
        asking=listed(language, "question_words"),
    )


CLAIM_WORDS = {language: _read(language) for language in LANGUAGES}


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
