"""Shingles, and the few of them by which texts find each other. No hash is zero.

A shingle is five consecutive words (Broder, "On the resemblance and containment of documents",
1997). Fingerprints are chosen by winnowing (Schleimer, Wilkerson and Aiken, "Winnowing: local
algorithms for document fingerprinting", SIGMOD 2003): of every few consecutive shingles the
smallest. Two texts with `PASSAGE` consecutive words in common always share a fingerprint; two short
ones, as X allows, already with `SHORT_PASSAGE`, because there a passage weighs more.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from zlib import crc32

from services.domain.voice.words import sentences_of

SHINGLE = 5
#: A text with fewer shingles than this is short.
SHORT_TEXT = 64
_WINDOW, _SHORT_WINDOW = 6, 3
PASSAGE, SHORT_PASSAGE = SHINGLE + _WINDOW - 1, SHINGLE + _SHORT_WINDOW - 1


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
def shingles(text: str) -> tuple[int, ...]:
    """A 32-bit hash of every five consecutive words, in order; of all words when there are fewer."""
    words = [_NUMBERS[word] for word in chain.from_iterable(sentences_of(text))]
    if len(words) < SHINGLE:
        runs: Iterable[tuple[int, ...]] = [tuple(words)] if words else []
    else:
        runs = zip(words, words[1:], words[2:], words[3:], words[4:], strict=False)
    # Python salts the hash of a text, but neither that of a number nor of a tuple of numbers.
    return tuple([hash(run) & 0xFFFF_FFFF or 1 for run in runs])


@lru_cache(maxsize=16)
def fingerprints(text: str) -> frozenset[int]:
    """The shingles that stand for the text in an index: two in seven, of a short text half.

    The smallest of six is also the smallest of three of them, so short and long texts meet.
    """
    hashes = shingles(text)
    if len(hashes) < _SHORT_WINDOW:
        return frozenset(hashes)
    threes = list(map(min, hashes, hashes[1:], hashes[2:]))
    if len(hashes) < SHORT_TEXT:
        return frozenset(threes)
    return frozenset(map(min, threes, threes[3:]))


@lru_cache(maxsize=32)
def sentence_marks(text: str) -> frozenset[int]:
    """A 32-bit hash of each sentence."""
    return frozenset([crc32(" ".join(words).encode()) or 1 for words in sentences_of(text)])
