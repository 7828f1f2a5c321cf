"""A text as numbers: its shingles, and its sentences.

A shingle is five consecutive words (Broder, "On the resemblance and containment of documents",
1997).
"""

from __future__ import annotations

from functools import lru_cache

from services.domain.voice.words import marks_of

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


@lru_cache(maxsize=256)
def sentence_marks(text: str) -> frozenset[int]:
    """A 64-bit hash of each sentence."""
    marks = marks_of(text)
    ends = [place for place, mark in enumerate(marks) if not mark]
    starts = [0, *[end + 1 for end in ends]]
    return frozenset(
        [
            hash(tuple(marks[start:end]))
            for start, end in zip(starts, [*ends, len(marks)], strict=True)
            if start < end
        ]
    )
