"""A text as numbers: its shingles, and its sentences. No hash is zero.

A shingle is five consecutive words (Broder, "On the resemblance and containment of documents",
1997).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from zlib import crc32

from services.domain.voice.words import sentences_of

SHINGLE = 5


class _WordNumbers(dict[str, int]):
    """A number for each word, the same on every machine; forgets all when it has seen too many."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _MAX_WORDS:
            self.clear()
        number = self[word] = crc32(word.encode())
        return number


_MAX_WORDS = 50_000
_NUMBERS = _WordNumbers()


@lru_cache(maxsize=16)
def shingles(text: str) -> frozenset[int]:
    """A 32-bit hash of every five consecutive words; of all words when there are fewer."""
    words = [_NUMBERS[word] for word in chain.from_iterable(sentences_of(text))]
    if len(words) < SHINGLE:
        runs: Iterable[tuple[int, ...]] = [tuple(words)] if words else []
    else:
        runs = zip(words, words[1:], words[2:], words[3:], words[4:], strict=False)
    # Python salts the hash of a text, but neither that of a number nor of a tuple of numbers.
    return frozenset([hash(run) & 0xFFFF_FFFF or 1 for run in runs])


@lru_cache(maxsize=256)
def sentence_marks(text: str) -> frozenset[int]:
    """A 32-bit hash of each sentence."""
    return frozenset([crc32(" ".join(words).encode()) or 1 for words in sentences_of(text)])
