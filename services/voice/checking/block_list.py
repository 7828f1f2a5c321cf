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
# Accents, and what cannot be seen at all (Unicode category Cf): nobody hides a word behind those.
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
        self._phrases: dict[str, list[tuple[list[str], BlockedWord]]] = {}
        self._beginnings: dict[str, BlockedWord] = {}
        for blocked in self.words:
            parts = _words(blocked.word)
            if not parts:
                continue
            if blocked.key.endswith("*"):
                self._beginnings["".join(parts)] = blocked
            elif len(parts) > 1:
                self._phrases.setdefault("".join(parts), []).append((["".join(parts)], blocked))
            self._phrases.setdefault(parts[0], []).append((parts, blocked))
        self._starts = tuple(self._beginnings)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BlockList) and self.words == other.words

    def __hash__(self) -> int:
        return hash(self.words)

    def found_in(self, text: str) -> list[BlockedWord]:
        """Each blocked word that ``text`` holds, once, in the order of the text."""
        if not self._phrases:
            return []
        words = _words(_LINK.sub(" ", text))
        found: dict[BlockedWord, None] = {}
        for place, word in enumerate(words):
            for parts, blocked in self._phrases.get(word, ()):
                if words[place : place + len(parts)] == parts:
                    found[blocked] = None
            if self._starts and word.startswith(self._starts):
                found |= {
                    blocked: None
                    for beginning, blocked in self._beginnings.items()
                    if word.startswith(beginning)
                }
        return list(found)


def _words(text: str) -> list[str]:
    if not text.isascii():
        text = _UNSEEN.sub("", unicodedata.normalize("NFKD", text))
    return _WORD.findall(text.casefold())
