"""A text as numbers: its shingles.

A shingle is five consecutive words (Broder, "On the resemblance and containment of documents",
1997).
"""

from __future__ import annotations

from services.voice.language.words import marks_of

SHINGLE = 5


def shingles(text: str) -> frozenset[int]:
    """A 64-bit hash of every five consecutive words; of all words when there are fewer."""
    words = [mark for mark in marks_of(text) if mark]
    # Python salts the hash of a text, but neither that of a number nor of a tuple of numbers.
    if len(words) < SHINGLE:
        return frozenset([hash(tuple(words))] if words else ())
    return frozenset(
        map(hash, zip(words, words[1:], words[2:], words[3:], words[4:], strict=False))
    )
