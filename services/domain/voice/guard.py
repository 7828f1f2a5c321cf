"""The proof of distinctness: how much a text has in common with the others of its story.

Overlap is the Jaccard index of the sets of shingles, exact for the texts that share most
fingerprints. See docs/adr/0011 for what this was measured against.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import chain

from services.domain.voice.fingerprint import SHORT_TEXT, fingerprints, sentence_marks, shingles
from services.domain.voice.mark_table import MarkTable

#: While a story has at most this many texts, the stricter limits hold: fifty people, two networks.
FEW = 120
#: What is promised is 0.20 and 0.30; setting aside the title can add a little to what is counted.
MAX_OVERLAP_FEW, MAX_OVERLAP = 0.19, 0.27
#: A sentence may stand in so many texts for each thousand people.
USES_PER_THOUSAND = 2

#: Of a text's fingerprints the quarter that most texts hold is left out of the search, as far as it
#: is this common. A text that has only those in common is not much alike: the prefix filter of
#: Bayardo, Ma and Srikant, "Scaling up all pairs similarity search", WWW 2007.
_COMMON = 160
#: So many candidates are compared exactly, those with most fingerprints in common, and up to the
#: last figure those that may well share a fifth. Comparing short texts is cheap and tells more.
_COMPARED, _COMPARED_SHORT, _COMPARED_AT_MOST = 8, 16, 64
_SEVERAL = 1 << 31


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
        # A fingerprint's texts: the number of the one, or from `_SEVERAL` on a place in `_shared`.
        self._index = MarkTable()
        self._shared: list[list[int]] = []
        # How often a sentence stands in all texts.
        self._sentences = MarkTable()

    def __len__(self) -> int:
        return len(self._posts)

    def __contains__(self, post_id: str) -> bool:
        return post_id in self._posts

    def overlap(self, text: str) -> float:
        """The highest overlap of ``text`` with any text added before, 0 to 1."""
        own = set(shingles(text))
        marks = fingerprints(text)
        found = self._index.find(marks)
        lists = [self._shared[held - _SEVERAL] for held in found if held >= _SEVERAL]
        lists.sort(key=len)
        spared = len(marks) // 4
        while spared and lists and len(lists[-1]) > _COMMON:
            lists.pop()
            spared -= 1
        counts = Counter(chain.from_iterable(lists))
        counts.update([held for held in found if held < _SEVERAL])
        enough = _COMPARED if len(own) >= SHORT_TEXT else _COMPARED_SHORT
        # Whoever shares a fifth with this text shares about a third of its fingerprints.
        several = [(count, number) for number, count in counts.items() if count > 1]
        several.sort(reverse=True)
        likely = bisect_right(several, -(len(marks) // 5), key=lambda pair: -pair[0])
        candidates = several[: max(enough, min(likely, _COMPARED_AT_MOST))]
        candidates = candidates or [(1, number) for number in [*counts][:enough]]
        highest = 0.0
        for _, number in candidates:
            other = self._shingles[self._ends[number] : self._ends[number + 1]]
            shared = len(own.intersection(other))
            highest = max(highest, shared / (len(own) + len(other) - shared))
        return round(highest, 4)

    def judge(self, text: str, *, aside: str = "", rank: int = 0) -> Verdict:
        """Whether ``text`` may stand beside the others.

        ``aside`` holds the sentences of ``text`` that are shared on purpose: title, disclosure.
        ``rank`` is the place of its person in the audience, and tells how many people there are.
        """
        overlap = self.overlap(text)
        marks = sentence_marks(text) - sentence_marks(aside)
        uses = max(self._sentences.find(marks), default=0)
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
        number = len(self._posts)
        self._posts.add(post_id)
        self._shingles.extend(set(shingles(text)))
        self._ends.append(len(self._shingles))
        for mark, held in self._index.add_all(fingerprints(text), number):
            if held >= _SEVERAL:
                self._shared[held - _SEVERAL].append(number)
            else:
                self._index.set(mark, _SEVERAL + len(self._shared))
                self._shared.append([held, number])
        for mark, uses in self._sentences.add_all(sentence_marks(text), 1):
            self._sentences.set(mark, uses + 1)
