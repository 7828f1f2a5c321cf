"""The overlap of a text with the others of its story: a measure, shown beside the text.

A shingle is five consecutive words (Broder, "On the resemblance and containment of documents",
1997). Overlap is the Jaccard index of the sets of shingles, counted over every text that was added.
Text shared on purpose, a passage or an answer, counts to a text's size and never as common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from services.voice.language.words import words_of


def shingles(text: str) -> frozenset[int]:
    """A 64-bit hash of every five consecutive words; of all words when there are fewer."""
    words = words_of(text)
    runs = zip(words, words[1:], words[2:], words[3:], words[4:], strict=False)
    return frozenset(map(hash, runs)) or frozenset([hash(tuple(words))] if words else ())


class OverlapGuard:
    """The texts of all campaigns of one story, as numbers. Not safe for several threads."""

    def __init__(self) -> None:
        self._posts: dict[str, int] = {}
        self._sizes: list[int] = []
        self._texts_with: dict[int, list[int]] = {}

    def __len__(self) -> int:
        return len(self._posts)

    def __contains__(self, post_id: str) -> bool:
        return post_id in self._posts

    def overlap(self, text: str, *, aside: str = "", besides: Iterable[str] = ()) -> float:
        """The highest overlap of ``text`` with any text added before but ``besides``, 0 to 1."""
        marks = shingles(text)
        shared = Counter[int]()
        for mark in marks - shingles(aside):
            shared.update(self._texts_with.get(mark, ()))
        for post_id in besides:
            shared.pop(self._posts.get(post_id, -1), None)
        size = len(marks)
        found = (common / (size + self._sizes[n] - common) for n, common in shared.items())
        return round(max(found, default=0.0), 4)

    def add(self, post_id: str, text: str, *, aside: str = "") -> None:
        """Remember a text; adding the same post again changes nothing."""
        if post_id in self._posts:
            return
        marks = shingles(text)
        for mark in marks - shingles(aside):
            self._texts_with.setdefault(mark, []).append(len(self._sizes))
        self._posts[post_id] = len(self._sizes)
        self._sizes.append(len(marks))
