"""The proof of distinctness: how much a text has in common with the others of its story.

Overlap is the Jaccard index of the sets of shingles, counted over every text that was added. See
docs/adr/0011 for what this was measured against.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from sys import byteorder
from typing import NamedTuple

import numpy as np

from services.domain.voice.mark_table import MarkTable
from services.domain.voice.shingles import sentence_marks, shingles

#: While a story has at most this many texts, the stricter limits hold: fifty people, two networks.
FEW = 120
#: What is promised is 0.20 and 0.30; setting aside the title can add a little to what is counted.
MAX_OVERLAP_FEW, MAX_OVERLAP = 0.19, 0.27
#: A sentence may stand in so many texts for each thousand people.
USES_PER_THOUSAND = 2

#: Numbers of texts are kept as 32-bit numbers one after the other: an object for each would cost
#: ten times as much memory.
_NUMBERS, _BYTES = "I", 4
#: Sizes are kept as numpy divides by them.
_SIZES = "d"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``overlap`` is the highest with any text; ``uses`` how often its most used sentence stands
    elsewhere. ``reason`` is empty when the text may stand beside the others."""

    overlap: float
    uses: int
    reason: str


class _LookedUp(NamedTuple):
    """A text's shingles: how many, those that stand in several texts, those that stand in a single
    one with its number, and those that stand in none."""

    size: int
    several: set[int]
    single: list[tuple[int, int]]
    fresh: list[int]


class OverlapGuard:
    """The texts of all campaigns of one story, as numbers. Not safe for several threads."""

    def __init__(self) -> None:
        self._posts: set[str] = set()
        # How many shingles each text has.
        self._sizes = array(_SIZES)
        # The one text of a shingle, and the texts of those that stand in several: few shingles, and
        # most of what a text is compared with.
        self._single = MarkTable()
        self._several: dict[int, bytes] = {}
        self._last: tuple[str, _LookedUp] | None = None
        # How often a sentence stands in all texts.
        self._sentences = MarkTable()

    def __len__(self) -> int:
        return len(self._posts)

    def __contains__(self, post_id: str) -> bool:
        return post_id in self._posts

    def overlap(self, text: str) -> float:
        """The highest overlap of ``text`` with any text added before, 0 to 1."""
        found = self._looked_up(text)
        if not (found.several or found.single):
            return 0.0
        # Every text stands there once for each shingle in common.
        single = array(_NUMBERS, [number for _, number in found.single])
        several = [self._several[mark] for mark in found.several]
        shared = np.bincount(np.frombuffer(b"".join([single, *several]), _NUMBERS))
        sizes = np.frombuffer(self._sizes, _SIZES, len(shared))
        # What two have in common of the sum of their sizes grows with their Jaccard index.
        nearest = int((shared / (sizes + found.size)).argmax())
        common = int(shared[nearest])
        return round(common / (found.size + int(sizes[nearest]) - common), 4)

    def judge(self, text: str, *, aside: str = "", rank: int = 0) -> Verdict:
        """Whether ``text`` may stand beside the others.

        ``aside`` holds the sentences of ``text`` that are shared on purpose: title, disclosure.
        ``rank`` is the place of its person in the audience, and tells how many people there are.
        """
        overlap = self.overlap(text)
        marks = sentence_marks(text) - sentence_marks(aside)
        known, _ = self._sentences.look_up(marks)
        uses = max((uses for _, uses in known), default=0)
        few = len(self._posts) < FEW
        limit = MAX_OVERLAP_FEW if few else MAX_OVERLAP
        reason = ""
        if overlap > limit:
            reason = (
                "the wording of this place is too much like another post "
                f"(overlap {overlap:.2f}, at most {limit:.2f})"
            )
        elif uses >= (1 if few else USES_PER_THOUSAND * (1 + rank // 1000)):
            reason = "the wording of this place repeats a sentence of another post"
        return Verdict(overlap, uses, reason)

    def add(self, post_id: str, text: str) -> None:
        """Remember a text; adding the same post again changes nothing."""
        if post_id in self._posts:
            return
        found = self._looked_up(text)
        self._last = None
        number = len(self._posts)
        packed = number.to_bytes(_BYTES, byteorder)
        self._posts.add(post_id)
        self._sizes.append(found.size)
        for mark in found.several:
            self._several[mark] += packed
        for mark, held in found.single:
            self._several[mark] = held.to_bytes(_BYTES, byteorder) + packed
        self._single.add_new(found.fresh, number)
        said, unsaid = self._sentences.look_up(sentence_marks(text))
        self._sentences.add_new(unsaid, 1)
        for mark, uses in said:
            self._sentences.change(mark, uses + 1)

    def _looked_up(self, text: str) -> _LookedUp:
        """Kept for the last text, because most texts are judged and then added."""
        if self._last is None or self._last[0] != text:
            marks = shingles(text)
            several = self._several.keys() & marks
            self._last = (
                text,
                _LookedUp(len(marks), several, *self._single.look_up(marks - several)),
            )
        return self._last[1]
