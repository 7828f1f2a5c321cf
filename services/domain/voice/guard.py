"""The proof of distinctness: how much a text has in common with the others of its story.

Overlap is the Jaccard index of the sets of shingles, exact for the texts that share most
fingerprints. See docs/adr/0011 for what this was measured against.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter

from services.domain.voice.fingerprint import fingerprints, sentence_marks, shingles

#: While a story has at most this many texts, the stricter limits hold: fifty people, two networks.
FEW = 120
MAX_OVERLAP_FEW, MAX_OVERLAP = 0.20, 0.30
MAX_SENTENCE_USES_FEW, MAX_SENTENCE_USES = 1, 2

#: A passage in more texts than this (and than an eighth of all) finds no candidates: a vacancy's
#: salary stands in most of its posts and tells none of them apart.
_COMMON = 48
#: Candidates that are compared exactly, those with most fingerprints in common first.
_COMPARED = 6


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
        # All shingles of all texts, one after the other, and where each text's end.
        self._shingles = array("I")
        self._ends = array("I", [0])
        # A fingerprint's texts: one number while there is one, a list from the second on.
        self._index: dict[int, int | list[int]] = {}
        self._sentences: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._posts)

    def __contains__(self, post_id: str) -> bool:
        return post_id in self._posts

    def overlap(self, text: str) -> float:
        """The highest overlap of ``text`` with any text added before, 0 to 1."""
        index = self._index
        common = max(_COMMON, len(self._posts) // 8)
        found = [index[mark] for mark in fingerprints(text) if mark in index]
        several = [texts for texts in found if isinstance(texts, list) and len(texts) <= common]
        counts = Counter(chain.from_iterable(several))
        counts.update([number for number in found if isinstance(number, int)])
        floor = max(counts.values(), default=0) / 2
        candidates = sorted([c for c in counts.items() if c[1] >= floor], key=itemgetter(1))
        own = set(shingles(text))
        highest = 0.0
        for number, _ in candidates[-_COMPARED:]:
            other = self._shingles[self._ends[number] : self._ends[number + 1]]
            shared = len(own.intersection(other))
            highest = max(highest, shared / (len(own) + len(other) - shared))
        return round(highest, 4)

    def judge(self, text: str, aside: str = "") -> Verdict:
        """Whether ``text`` may stand beside the others.

        ``aside`` holds the sentences of ``text`` that are shared on purpose: title, disclosure.
        """
        overlap = self.overlap(text)
        held = self._sentences
        marks = sentence_marks(text) - sentence_marks(aside)
        uses = max([held[mark] for mark in marks if mark in held], default=0)
        few = len(self._posts) < FEW
        limit = MAX_OVERLAP_FEW if few else MAX_OVERLAP
        reason = ""
        if overlap > limit:
            reason = (
                "the wording of this place is too much like another post "
                f"(overlap {overlap:.2f}, at most {limit:.2f})"
            )
        elif uses >= (MAX_SENTENCE_USES_FEW if few else MAX_SENTENCE_USES):
            reason = "the wording of this place repeats a sentence of another post"
        return Verdict(overlap, uses, reason)

    def add(self, post_id: str, text: str) -> None:
        """Remember a text; adding the same post again changes nothing."""
        if post_id in self._posts:
            return
        number = len(self._posts)
        self._posts.add(post_id)
        self._shingles.extend(set(shingles(text)))
        self._ends.append(len(self._shingles))
        index = self._index
        for mark in fingerprints(text):
            held = index.setdefault(mark, number)
            if isinstance(held, list):
                held.append(number)
            elif held != number:
                index[mark] = [held, number]
        sentences = self._sentences
        for mark in sentence_marks(text):
            sentences[mark] = sentences.get(mark, 0) + 1
