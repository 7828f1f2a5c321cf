"""Words that say nothing by themselves, those of talking and asking, and those that turn a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from services.language import LANGUAGES
from services.voice.vocabulary import listed


@lru_cache(maxsize=32_768)
def stem(word: str, language: str) -> str:
    """``word`` in small letters without what its place in a sentence adds to it."""
    # A stemmer keeps the word that it works on, and several threads ask at a time: one for each word.
    found = str(snowballstemmer.stemmer(_STEMMERS[language]).stemWord(word))
    if language == "nl":
        # Left by the stemmer: "hij volgt", and the two spellings of "precies, precieze".
        found = _THIRD_PERSON.sub("", found).translate(_SPELLED_AS_SAID)
    return found


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


_THIRD_PERSON = re.compile(r"(?<=[^\W\d_aeiou])t$|e$")
_SPELLED_AS_SAID = str.maketrans("zv", "sf")
_STEMMERS = {"nl": "dutch", "en": "english"}


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
