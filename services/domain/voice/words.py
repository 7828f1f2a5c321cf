"""The words of a text as a reader hears them: what the checks and the guard compare.

Case, punctuation and emoji are set aside, and so are links and hashtags.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SET_ASIDE = re.compile(r"https?://\S+|#\w+")
_WORD = re.compile(r"[^\W_]+")
# A pattern that begins with one character of a set is searched for several times faster.
_SENTENCE_END = re.compile(r"[.!?…][.!?…\"'”’)\]]*(?:\s+|$)")

Sentences = tuple[tuple[str, ...], ...]


@lru_cache(maxsize=16)
def prose_of(text: str) -> str:
    """The text without links and hashtags."""
    return _SET_ASIDE.sub(" ", text)


@lru_cache(maxsize=16)
def sentences_of(text: str) -> Sentences:
    """The words of each sentence. Cached, because several checks read the same draft."""
    # A line ends a sentence too; one kind of end is found twice as fast as two.
    pieces = _SENTENCE_END.split(prose_of(text).casefold().replace("\n", ".\n"))
    return tuple([tuple(words) for piece in pieces if (words := _WORD.findall(piece))])
