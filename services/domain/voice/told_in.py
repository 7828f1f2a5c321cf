"""Whether a text is told in the language that it was sent as.

By its small words: of Dutch or English prose nearly half of all words are small ones that the other of
the two does not have; of prose in another language fewer than one in ten (Frisian: one in five). Lists, names and headings have few in any
language, so that only clauses of some length count, and only a text with enough of them is judged;
so a text that mixes languages, or says little, is never taken for another's.
"""

from __future__ import annotations

import re
from functools import cache

from services.domain.voice.claim_words import CLAIM_WORDS
from services.domain.voice.plain_text import paragraphs
from services.domain.voice.request import Content
from services.domain.voice.statements import words_of
from services.events.incoming import StoryApproved

_CLAUSE_END = re.compile(r"[,;:.!?…()–—·\n]")
#: Words of a clause that counts, and how many such words make a text that is judged.
_CLAUSE, _ENOUGH = 5, 25
#: Of a text's words so many are small ones of its own language, and so many of another's.
_FEW, _MANY = 0.12, 0.2


def primary_language(tag: str) -> str:
    """``nl`` of ``nl-BE``: the part of a BCP 47 tag that chooses words."""
    return tag.split("-", 1)[0].lower()


def other_language(content: Content) -> str | None:
    """The language that the text is in instead of its own; empty: one that we do not know.

    None where it is, or may be, what it was sent as.
    """
    own = primary_language(content.language)
    if own not in CLAIM_WORDS:
        return None
    text = content.body if isinstance(content, StoryApproved) else content.description
    clauses = (words_of(clause) for line in paragraphs(text) for clause in _CLAUSE_END.split(line))
    words = [word for clause in clauses if len(clause) >= _CLAUSE for word in clause]
    if len(words) < _ENOUGH or _share(words, own) >= _FEW:
        return None
    others = (each for each in CLAIM_WORDS if each != own)
    return next((each for each in others if _share(words, each) >= _MANY), "")


def _share(words: list[str], language: str) -> float:
    small = _of_its_own(language)
    return sum(word in small for word in words) / len(words)


@cache
def _of_its_own(language: str) -> frozenset[str]:
    """The small words that the other languages do not have: "was" and "in" tell nothing."""
    others = (known.small for name, known in CLAIM_WORDS.items() if name != language)
    return CLAIM_WORDS[language].small.difference(*others)
