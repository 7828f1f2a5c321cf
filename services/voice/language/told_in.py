"""Whether a text is told in the language that it was sent as.

By its small words: of Dutch or English prose nearly half of all words are small ones that the other of
the two does not have; of prose in another language fewer than one in ten (Frisian: one in five).
A long text needs no more than to lack them, counted in clauses of some length only: lists, names and
headings have few in any language. A short one must hold those of another language besides, so that
a text that mixes languages, or says little, is never taken for another's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from services.events.incoming import StoryApproved
from services.text.plain_text import paragraphs
from services.voice.checking.claim_words import CLAIM_WORDS
from services.voice.checking.statements import bare_words
from services.voice.language.foreign_words import FOREIGN_WORDS, ForeignWords
from services.voice.language.sentences import split_sentences
from services.voice.vocabulary import LANGUAGES, listed
from services.voice.writing.request import Content

_CLAUSE_END = re.compile(r"[,;:.!?…()–—·\n]")
#: Words of a clause that counts, and how many such words make a text that is judged by them alone.
_CLAUSE, _ENOUGH = 5, 25
#: Words of a text that is judged by the small words of another language in it.
_SHORT = 10
#: Of a text's words so many are small ones of its own language, and so many of another's.
_FEW, _MANY = 0.12, 0.2
#: So many are small ones of the other of our two languages in a short text (names of things hold a
#: few), and so many, of several kinds, those that `ForeignWords` lists.
_MOST, _TELLING, _KINDS = 0.3, 0.12, 2
#: Letters of a text whose script is judged.
_LETTERS = 20
_BARE = re.compile(r"(?P<bare>[^\W\d_]+’?)(?:[^\W\d_]|’)*")
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ]")


def primary_language(tag: str) -> str:
    """``nl`` of ``nl-BE``: the part of a BCP 47 tag that chooses words."""
    return tag.split("-", 1)[0].lower()


def other_language(content: Content) -> str | None:
    """The language that the text is in instead of its own; empty: one that we do not write in.

    None where it is, or may be, what it was sent as.
    """
    text = content.body if isinstance(content, StoryApproved) else content.description
    return other_language_of(paragraphs(text), primary_language(content.language))


def other_language_of(lines: list[str], own: str) -> str | None:
    """The same of the lines of a text that was sent as ``own``."""
    if own not in CLAIM_WORDS:
        return None
    if _in_another_script(lines):
        return ""
    words = [word for line in lines for word in bare_words(line)]
    if len(words) < _SHORT:
        return None
    uncapped = _uncapped(lines)
    if any(_mostly(uncapped, words, own, each) for each in FOREIGN_WORDS):
        return ""
    others = [each for each in CLAIM_WORDS if each != own]
    long = [word for clause in _clauses(lines) if len(clause) >= _CLAUSE for word in clause]
    if len(long) >= _ENOUGH and _share(long, own) < _FEW:
        return next((each for each in others if _share(long, each) >= _MANY), "")
    if _share(words, own) >= _FEW:
        return None
    return next((each for each in others if _share(words, each) >= _MOST), None)


def in_another_language(sentence: str, language: str) -> bool:
    """By its small words: several of another language, and none of its own."""
    words = bare_words(sentence)
    if listed(language, "common_words").isdisjoint(words) and any(
        sum(word in listed(other, "common_words") for word in words) >= _KINDS
        for other in LANGUAGES
        if other != language
    ):
        return True
    uncapped = _uncapped([sentence])
    return any(
        len(set(_telling(uncapped, language, foreign))) >= _KINDS
        and _of_its_own(language).difference(foreign.shared).isdisjoint(words)
        for foreign in FOREIGN_WORDS
    )


def _clauses(lines: Iterable[str]) -> Iterable[list[str]]:
    return (bare_words(clause) for line in lines for clause in _CLAUSE_END.split(line))


def _in_another_script(lines: list[str]) -> bool:
    letters = sum(len(_LETTER.findall(line)) for line in lines)
    latin = sum(len(_LATIN.findall(line)) for line in lines)
    return letters >= _LETTERS and latin * 2 < letters


def _mostly(uncapped: list[str], words: list[str], own: str, foreign: ForeignWords) -> bool:
    telling = _telling(uncapped, own, foreign)
    if len(set(telling)) < _KINDS or len(telling) < _TELLING * len(words):
        return False
    small = _of_its_own(own) - foreign.shared
    return sum(word in small for word in words) < _FEW * len(words)


def _telling(uncapped: list[str], own: str, foreign: ForeignWords) -> list[str]:
    telling = foreign.telling - CLAIM_WORDS[own].small
    return [word for word in uncapped if word in telling]


def _uncapped(lines: Iterable[str]) -> list[str]:
    """The words, with the capital that only begins a sentence made small: "La Place" is a name.

    Of "l’équipe" this is "l’".
    """
    found = []
    for line in lines:
        for sentence in split_sentences(line):
            begin = _LETTER.search(sentence)
            at = begin.start() if begin else 0
            begun = sentence[:at] + sentence[at : at + 1].lower() + sentence[at + 1 :]
            found += [each["bare"] for each in _BARE.finditer(begun.replace("'", "’"))]
    return found


def _share(words: list[str], language: str) -> float:
    small = _of_its_own(language)
    return sum(word in small for word in words) / len(words)


@cache
def _of_its_own(language: str) -> frozenset[str]:
    """The small words that the other languages do not have: "was" and "in" tell nothing."""
    others = (known.small for name, known in CLAIM_WORDS.items() if name != language)
    return CLAIM_WORDS[language].small.difference(*others)
