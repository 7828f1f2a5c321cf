"""The words of a text as a reader hears them: what the checks and the guard compare.

Case, punctuation and emoji are set aside, and so are links and hashtags.
"""

from __future__ import annotations

import re
from functools import lru_cache

#: A number in digits.
FIGURE = re.compile(r"\d(?:[\d.,:/]*\d)?")
#: A quotation, its words as a group.
QUOTED = re.compile(r"“([^”]*)”")

_SET_ASIDE = re.compile(r"https?://\S+|#\w+")
_WORD = re.compile(r"[^\W_]+")


def prose_of(text: str) -> str:
    """The text without links and hashtags."""
    return _SET_ASIDE.sub(" ", text)


@lru_cache(maxsize=16)
def words_of(text: str) -> list[str]:
    """All its words, not to be changed. Cached, because several checks read a draft."""
    return _WORD.findall(prose_of(text).casefold())
