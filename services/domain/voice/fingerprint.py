"""Shingles, and the few of them by which texts find each other.

A shingle is five consecutive words (Broder, "On the resemblance and containment of documents",
1997). Fingerprints are chosen by winnowing (Schleimer, Wilkerson and Aiken, "Winnowing: local
algorithms for document fingerprinting", SIGMOD 2003): of every `WINDOW` consecutive shingles the
smallest, so that two texts with `WINDOW` + 4 consecutive words in common always share one.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate, chain
from zlib import crc32

from services.domain.voice.words import sentences_of

SHINGLE = 5
WINDOW = 4


@lru_cache(maxsize=16)
def shingles(text: str) -> tuple[int, ...]:
    """A 32-bit hash of every five consecutive words, in order; of all words when there are fewer."""
    data = " ".join(chain.from_iterable(sentences_of(text))).encode()
    words = data.split()
    if len(words) <= SHINGLE:
        return (crc32(data),) if words else ()
    starts = list(accumulate([len(word) + 1 for word in words], initial=0))
    # The last of five words ends one byte, a space, before the sixth begins.
    spans = zip(starts, starts[SHINGLE:], strict=False)
    return tuple([crc32(data[start : end - 1]) for start, end in spans])


@lru_cache(maxsize=16)
def fingerprints(text: str) -> frozenset[int]:
    """The shingles that stand for the text in an index: about two in five."""
    hashes = shingles(text)
    if len(hashes) < WINDOW:
        return frozenset((min(hashes),)) if hashes else frozenset()
    return frozenset(map(min, hashes, hashes[1:], hashes[2:], hashes[3:]))


@lru_cache(maxsize=32)
def sentence_marks(text: str) -> frozenset[int]:
    """A 32-bit hash of each sentence."""
    return frozenset([crc32(" ".join(words).encode()) for words in sentences_of(text)])
