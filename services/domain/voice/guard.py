"""The proof of distinctness: how much a text has in common with the others of its story.

Overlap is the Jaccard index of the sets of shingles, counted over every text that was added. See
docs/adr/0011 for what this was measured against.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from sys import byteorder

import numpy as np

from services.domain.voice.mark_table import MarkTable
from services.domain.voice.shingles import sentence_marks, shingles

#: While a story has at most this many texts, the stricter limits hold: fifty people, two networks.
FEW = 120
#: What is promised is 0.20 and 0.30; setting aside the title can add a little to what is counted.
MAX_OVERLAP_FEW, MAX_OVERLAP = 0.19, 0.27
#: A sentence may stand in so many texts for each thousand people.
USES_PER_THOUSAND = 2

#: Numbers of texts are below this; from here on a number is a place in `_shared`.
_SEVERAL = 1 << 31
#: Numbers of texts are kept as 32-bit numbers one after the other: an object for each would cost
#: ten times as much memory.
_NUMBERS, _BYTES = "I", 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """``overlap`` is the highest with any text; ``uses`` how often its most used sentence stands
    elsewhere. ``reason`` is empty when the text may stand beside the others."""

    overlap: float
    uses: int
    reason: str


class OverlapGuard:
    """The texts of all campaigns of one story, as numbers. Not safe for several threads."""

    def __init__(self) -> None:
        self._posts: set[str] = set()
        # How many shingles each text has.
        self._sizes = array(_NUMBERS)
        # A shingle's texts: the number of the one, or from `_SEVERAL` on a place in `_shared`.
        self._index = MarkTable()
        self._shared: list[bytes] = []
        self._last: tuple[str, list[tuple[int, int]], list[int]] | None = None
        # How often a sentence stands in all texts.
        self._sentences = MarkTable()

    def __len__(self) -> int:
        return len(self._posts)

    def __contains__(self, post_id: str) -> bool:
        return post_id in self._posts

    def overlap(self, text: str) -> float:
        """The highest overlap of ``text`` with any text added before, 0 to 1."""
        known, fresh = self._looked_up(text)
        if not known:
            return 0.0
        shared_by = self._shared
        holders = [shared_by[held - _SEVERAL] for _, held in known if held >= _SEVERAL]
        holders.append(array(_NUMBERS, [held for _, held in known if held < _SEVERAL]).tobytes())
        # Every text stands there once for each shingle in common.
        shared = np.bincount(np.frombuffer(b"".join(holders), _NUMBERS))
        sizes = np.frombuffer(self._sizes, _NUMBERS, len(shared))
        own = len(known) + len(fresh)
        return round(float((shared / (own + sizes - shared)).max()), 4)

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
        known, fresh = self._looked_up(text)
        self._last = None
        number = len(self._posts)
        packed = number.to_bytes(_BYTES, byteorder)
        self._posts.add(post_id)
        self._sizes.append(len(known) + len(fresh))
        self._index.add_new(fresh, number)
        for mark, held in known:
            if held >= _SEVERAL:
                self._shared[held - _SEVERAL] += packed
            else:
                self._index.set(mark, _SEVERAL + len(self._shared))
                self._shared.append(held.to_bytes(_BYTES, byteorder) + packed)
        said, unsaid = self._sentences.look_up(sentence_marks(text))
        self._sentences.add_new(unsaid, 1)
        for mark, uses in said:
            self._sentences.set(mark, uses + 1)

    def _looked_up(self, text: str) -> tuple[list[tuple[int, int]], list[int]]:
        """The shingles that are known, with what is held of them, and those that are not.

        Kept for the last text, because most texts are judged and then added.
        """
        if self._last is None or self._last[0] != text:
            self._last = (text, *self._index.look_up(shingles(text)))
        return self._last[1:]
