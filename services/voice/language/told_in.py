"""Whether a text is in the language that it was sent as.

Another language is recognised by CLD2, and believed when the small words of the text's own language
are missing as well, or when CLD2 scores it as it scores running prose. A text that mixes
languages, says little, or is written in a neighbour of Dutch (Frisian, Low Saxon) is never taken for
another's. Measured on the sources of this repository, sentence by sentence: see
``tests/unit/voice/test_voice_told_in.py``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import pycld2

from services.language import LANGUAGES
from services.voice.language.words import bare_words
from services.voice.vocabulary import listed

#: Words of a text that is judged, and of a sentence; names make shorter ones.
_SHORT, _SENTENCE = 10, 5
#: Of a text's words so many are small ones of its own language, and so many of our other one.
_FEW, _MANY = 0.2, 0.2
#: CLD2's score a kilobyte: prose has about 1,000, of names and terms no language has 500. Of
#: Afrikaans, in which most Dutch words are words too, Dutch sentences reach 713.
_PROSE, _LEAST, _AFRIKAANS = 700, 500, 900
#: Written by people who send it as Dutch; CLD2 knows no Low Saxon, and calls it one of these.
_NEIGHBOURS = frozenset({"fy", "lb"})
#: Letters of a text whose script is judged.
_LETTERS = 20
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ]")


def other_language_of(lines: Sequence[str], own: str) -> str | None:
    """The language that the lines of a text are in instead of their ``own``; empty: one that we do not
    write in.

    None where they are, or may be, in what they were sent as.
    """
    if own not in LANGUAGES:
        return None
    text = "\n".join(lines)
    if _in_another_script(text):
        return ""
    words = bare_words(text)
    return _recognised(text, words, own) if len(words) >= _SHORT else None


def in_another_language(sentence: str, language: str) -> bool:
    """Whether one sentence of a text is in another language than the text."""
    words = bare_words(sentence)
    return len(words) >= _SENTENCE and _recognised(sentence, words, language) is not None


def _recognised(text: str, words: list[str], own: str) -> str | None:
    """The other language of a text with these words, as `other_language_of` returns it."""
    detected = _detect(text)
    if detected is None or detected[0] in {own, *_NEIGHBOURS}:
        return None
    found, score = detected
    few = _share(words, own) < _FEW
    if found in LANGUAGES:
        return found if few and _share(words, found) >= _MANY else None
    prose = _AFRIKAANS if found == "af" else _PROSE
    return "" if score >= prose or (few and score >= _LEAST) else None


def _detect(text: str) -> tuple[str, float] | None:
    """CLD2's language and its score; None where it doubts, or finds another beside it."""
    # CLD2 refuses what is no text: control characters, halves of surrogate pairs.
    plain = "".join(c if c.isprintable() else " " for c in text)
    sure, _, found = pycld2.detect(plain, isPlainText=True)
    known = [(code, score) for _, code, _, score in found if code != "un"]
    return known[0] if sure and len(known) == 1 else None


def _in_another_script(text: str) -> bool:
    letters, latin = len(_LETTER.findall(text)), len(_LATIN.findall(text))
    return letters >= _LETTERS and latin * 2 < letters


def _share(words: list[str], language: str) -> float:
    small = _of_its_own(language)
    return sum(word in small for word in words) / max(len(words), 1)


@cache
def _of_its_own(language: str) -> frozenset[str]:
    """The small words that the other languages do not have: "was" and "in" tell nothing."""
    others = (listed(each, "function_words") for each in LANGUAGES if each != language)
    return listed(language, "function_words").difference(*others)
