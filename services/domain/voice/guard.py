"""The proof of distinctness: how much a text has in common with the others of its story.

Overlap is the Jaccard index of the sets of 5-word shingles (Broder, "On the resemblance and
containment of documents", 1997), exact, for the texts that share a fingerprint. Fingerprints are
chosen by winnowing (Schleimer, Wilkerson and Aiken, "Winnowing", SIGMOD 2003): of every
`WINDOW` consecutive shingles the smallest, so that two texts with `WINDOW` + 4 consecutive words
in common always meet. See docs/adr for what this was measured against.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from zlib import crc32

SHINGLE = 5
WINDOW = 4

#: While a story has at most this many texts, the stricter limits hold: fifty people, two networks.
FEW = 120
MAX_OVERLAP_FEW, MAX_OVERLAP = 0.20, 0.30
MAX_SENTENCE_USES_FEW, MAX_SENTENCE_USES = 1, 2

#: Candidates that are compared exactly, those with most fingerprints in common first.
_COMPARED = 6

#: Links, hashtags, and a line that is nothing but a quotation: the title.
_SET_ASIDE = re.compile(r"https?://\S+|#\w+|^“[^”\n]*”$", re.MULTILINE)
_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?:\s+|$)|\n+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """``overlap`` is the highest with any text; ``uses`` how often its most used sentence stands
    elsewhere. ``reason`` is empty when the text may stand beside the others."""

    overlap: float
    uses: int
    reason: str


class OverlapGuard:
    """The texts of all campaigns of one story, as fingerprints. Not safe for several threads."""

    def __init__(self) -> None:
        self._posts: list[str] = []
        self._known: set[str] = set()
        self._shingles = array("I")
        self._ends = array("I", [0])
        # A fingerprint's posts: one number while there is one, a list from the second on.
        self._index: dict[int, int | list[int]] = {}
        self._sentences: dict[int, int] = {}
        self._last: tuple[str, array[int]] = ("", array("I"))

    def __len__(self) -> int:
        return len(self._posts)

    def __contains__(self, post_id: str) -> bool:
        return post_id in self._known

    def overlap(self, text: str) -> float:
        """The highest overlap of ``text`` with any text added before, 0 to 1."""
        shingles = self._shingles_of(text)
        index = self._index
        found = [index[mark] for mark in _winnow(shingles) if mark in index]
        if not found:
            return 0.0
        counts = Counter(chain.from_iterable(f if isinstance(f, list) else (f,) for f in found))
        candidates = counts.most_common(_COMPARED) if len(counts) > _COMPARED else counts.items()
        own = set(shingles)
        highest = 0.0
        for number, _ in candidates:
            others = self._shingles[self._ends[number] : self._ends[number + 1]]
            shared = len(own.intersection(others))
            highest = max(highest, shared / (len(own) + len(others) - shared))
        return round(highest, 4)

    def judge(self, text: str, prose: str) -> Verdict:
        """Whether ``text`` may stand beside the others.

        ``prose`` is the text without what is shared on purpose: title, disclosure, link, hashtags.
        """
        overlap = self.overlap(text)
        uses = max((self._sentences.get(mark, 0) for mark in sentence_marks(prose)), default=0)
        few = len(self._posts) < FEW
        limit = MAX_OVERLAP_FEW if few else MAX_OVERLAP
        allowed = MAX_SENTENCE_USES_FEW if few else MAX_SENTENCE_USES
        reason = ""
        if overlap > limit:
            reason = (
                f"every wording left is too much like another post "
                f"(overlap {overlap:.2f}, at most {limit:.2f})"
            )
        elif uses >= allowed:
            reason = "every wording left repeats a sentence of another post"
        return Verdict(overlap, uses, reason)

    def add(self, post_id: str, text: str) -> None:
        """Remember a text; adding the same post again changes nothing."""
        if post_id in self._known:
            return
        number = len(self._posts)
        self._known.add(post_id)
        self._posts.append(post_id)
        shingles = self._shingles_of(text)
        self._shingles.extend(set(shingles))
        self._ends.append(len(self._shingles))
        index = self._index
        for mark in _winnow(shingles):
            held = index.setdefault(mark, number)
            if isinstance(held, list):
                held.append(number)
            elif held != number:
                index[mark] = [held, number]
        for mark in sentence_marks(text):
            self._sentences[mark] = self._sentences.get(mark, 0) + 1

    def _shingles_of(self, text: str) -> array[int]:
        # A draft is judged and then added: its shingles are computed once.
        if self._last[0] != text:
            self._last = (text, shingle_hashes(text))
        return self._last[1]


def shingle_hashes(text: str) -> array[int]:
    """A 32-bit hash of every five consecutive words, in order; of all words when there are fewer.

    Case, punctuation, emoji, links and hashtags are set aside.
    """
    words = _WORD.findall(_SET_ASIDE.sub(" ", text).casefold())
    if len(words) <= SHINGLE:
        return array("I", [crc32(" ".join(words).encode())] if words else [])
    data = " ".join(words).encode()
    ends = []
    position = -1
    for word in words:
        position += 1 + (len(word) if word.isascii() else len(word.encode()))
        ends.append(position)
    starts = [0, *[end + 1 for end in ends]]
    return array("I", [crc32(data[a:b]) for a, b in zip(starts, ends[SHINGLE - 1 :], strict=False)])


def sentence_marks(text: str) -> set[int]:
    """A hash of each sentence, after setting aside case, punctuation, emoji, link and hashtags."""
    sentences = _SENTENCE_END.split(_SET_ASIDE.sub(" ", text).casefold())
    return {crc32(" ".join(words).encode()) for s in sentences if (words := _WORD.findall(s))}


def _winnow(shingles: Sequence[int]) -> Iterable[int]:
    if len(shingles) <= WINDOW:
        return set(shingles[:1]) if len(shingles) == 1 else {min(shingles)} if shingles else ()
    return set(map(min, *(shingles[offset:] for offset in range(WINDOW))))
