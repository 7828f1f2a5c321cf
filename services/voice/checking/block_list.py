"""Words that an organisation does not want in its people's posts, each with the reason why.

Case, accents and punctuation do not matter, whole words do: ``sale`` is not in ``Jerusalem``. A word
that ends with ``*`` means every word that begins with it. A phrase is also found written as
one word, as in a hashtag. Links are set aside.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_LINK = re.compile(r"https?://\S+")
_WORD = re.compile(r"[^\W_]+")
# Accents, and what cannot be seen at all (Unicode category Cf): no word is hidden behind those.
_UNSEEN = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedWord:
    """``word`` as marketing wrote it, and a sentence that says why."""

    word: str
    reason: str

    @property
    def key(self) -> str:
        """The same for two spellings of one word; empty when no letter is left."""
        plain = " ".join(_words(self.word))
        return f"{plain}*" if plain and self.word.rstrip().endswith("*") else plain


class BlockList:
    """Finds blocked words in a time that does not depend on how many there are."""

    def __init__(self, words: Iterable[BlockedWord] = ()) -> None:
        self.words = tuple(words)
        split = [(parts, each) for each in self.words if (parts := _words(each.word))]
        # Each phrase also as one word.
        self._phrases = {mark.join(parts): each for parts, each in split for mark in ("", " ")}
        self._beginnings = {"".join(parts): each for parts, each in split if each.key.endswith("*")}
        self._lengths = sorted({each.count(" ") + 1 for each in self._phrases})

    def found_in(self, text: str) -> list[BlockedWord]:
        """Each blocked word that ``text`` holds, once, in the order of the text."""
        words = _words(_LINK.sub(" ", text)) if self._phrases else ()
        starts = tuple(self._beginnings)
        found: dict[BlockedWord, None] = {}
        for place, word in enumerate(words):
            for count in self._lengths:
                phrase = " ".join(words[place : place + count])
                if phrase in self._phrases:
                    found[self._phrases[phrase]] = None
            if word.startswith(starts):
                found |= {self._beginnings[each]: None for each in starts if word.startswith(each)}
        return list(found)


def _words(text: str) -> list[str]:
    if not text.isascii():
        text = _UNSEEN.sub("", unicodedata.normalize("NFKD", text))
    return _WORD.findall(text.casefold())
