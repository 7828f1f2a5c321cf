"""Passages and layouts dealt to people: no two people get the same pair on a network.

Passages go round, the best to the first person and a different one to each of the first few; layouts
change with every round. A person's turns follow from their rank alone, so any text can be composed again;
pairs that others took meanwhile are passed over.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from services.voice.language.words import words_of
from services.voice.writing.request import Draft


def shingles(text: str) -> frozenset[int]:
    """A 64-bit hash of every five consecutive words; of all words when there are fewer."""
    words = words_of(text)
    runs = zip(words, words[1:], words[2:], words[3:], words[4:], strict=False)
    return frozenset(map(hash, runs)) or frozenset([hash(tuple(words))] if words else ())


class OverlapGuard:
    """The texts of all campaigns of one story, as numbers: a measure, shown beside a text.

    A shingle is five consecutive words (Broder, "On the resemblance and containment of documents",
    1997). Overlap is the Jaccard index of the sets of shingles, counted over every text that was
    added. Text shared on purpose, a passage or an answer, counts to a text's size and never as
    common. Not safe for several threads.
    """

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


T = TypeVar("T")

#: The number of a post without a passage.
NO_PASSAGE = -1
#: No passage is in a larger share of a campaign's posts on a network, …
MOST_SHARE = 0.15
#: and in no more than so many, or one more than that share, of people who have no other relation.
_WEAK_SHARE = 2
#: A text that has more in common with another, their passages aside, is not dealt.
MOST_OVERLAP = 0.30


def turns(rank: int, passages: int, layouts: int, *, shift: int = 0) -> Iterator[tuple[int, int]]:
    """Every pair of a passage and a layout, by number, in the order in which ``rank`` tries them.

    The first pairs of the first ``passages * layouts`` ranks are all different. ``shift`` keeps two
    networks of one person apart.
    """
    if not (passages and layouts):
        return
    lap = rank // passages
    for further in range(layouts):
        for step in range(passages):
            passage = (rank + step) % passages
            yield passage, (lap + further + passage + shift) % layouts


def shift_of(network: str) -> int:
    """The first layout of a network, by number; the same on any machine."""
    other = hashlib.blake2b(network.encode(), digest_size=1).digest()[0]
    return _SHIFTS.get(network, other)


_SHIFTS = {"linkedin": 0, "x": 1, "mastodon": 2}


def even_share(posts: int, passages: int) -> float:
    """How many of ``posts`` may use one passage: `MOST_SHARE` of them, or one more than an even share."""
    return max(MOST_SHARE * posts, posts / passages + 1)


class Dealt:
    """The texts dealt of a source with their pairs, by network. Not safe for several threads."""

    def __init__(self) -> None:
        self.guard = OverlapGuard()
        self._pairs: dict[str, set[tuple[int, str]]] = {}
        self._uses: dict[str, Counter[int]] = {}
        # Who have nothing free, and how many texts there were when that was found.
        self._spent: dict[Hashable, int] = {}

    def __len__(self) -> int:
        return len(self.guard)

    def __contains__(self, post_id: str) -> bool:
        return post_id in self.guard

    def is_free(
        self, network: str, passage: int, layout: str, passages: int, *, weak: bool = False
    ) -> bool:
        """Whether this pair is not taken, and the passage has a share left.

        A few passages are kept for people with a relation; ``weak``: the person has none.
        """
        if self.is_taken(network, passage, layout):
            return False
        if passage == NO_PASSAGE:
            return True
        uses = self._uses.get(network)
        if uses is None:
            return True
        posts = uses.total() + 1
        most = max(_WEAK_SHARE, MOST_SHARE * posts + 1) if weak else even_share(posts, passages)
        return uses[passage] + 1 <= most

    def is_taken(self, network: str, passage: int, layout: str) -> bool:
        return (passage, layout) in self._pairs.get(network, ())

    def spend(self, kin: Hashable) -> None:
        """Remember that these people have no free turn until another text is dealt."""
        self._spent[kin] = len(self)

    def is_spent(self, kin: Hashable) -> bool:
        return self._spent.get(kin) == len(self)

    def add(self, post_id: str, draft: Draft) -> None:
        self.remember(
            post_id,
            network=draft.network,
            text=draft.text,
            passage=draft.passage,
            layout=f"{draft.relation}/{draft.layout}",
            aside=draft.aside,
        )

    def remember(
        self, post_id: str, *, network: str, text: str, passage: int, layout: str, aside: str
    ) -> None:
        """Count a text in; adding the same post again changes nothing."""
        if post_id in self.guard or not text:
            return
        self.guard.add(post_id, text, aside=aside)
        self._pairs.setdefault(network, set()).add((passage, layout))
        if passage != NO_PASSAGE:
            self._uses.setdefault(network, Counter())[passage] += 1


def shuffled(items: Sequence[T], *key: object) -> tuple[T, ...]:
    """``items`` in an order fixed by ``key`` alone, on any machine and Python version."""
    seed = "\x1f".join(map(str, key))

    def place(number: int) -> bytes:
        return hashlib.blake2b(f"{seed}\x1f{number}".encode()).digest()

    return tuple(items[number] for number in sorted(range(len(items)), key=place))
