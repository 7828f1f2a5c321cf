"""How much a fact tells of what its source is about, by signs that can be pointed at.

A point for each: it speaks of the work, or of what the title or a topic names; it holds a number;
something changes in it (a setback, a lesson, somebody helped, a "but"); it names what the source
comes back to. A pleasant detail beside the work has none. Facts of little weight are told after the
others, and left out only by an angle that refuses them, or of a source with more facts than are kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.domain.voice.lexicon import Lexicon

#: The kind of a fact that is pleasant to know and beside the point.
ASIDE = "aside"
#: The kind of a fact without any weight.
MINOR = "minor"
#: More points than this tell the same: that the fact comes first.
MOST = 2

_CHANGES = frozenset({"setback", "lesson", "helped", "origin", "challenge", "turn"})
_WORK = frozenset({"craft", "start", "task"})
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS_OF_WEIGHT = 4
#: Words count as the same by so many letters, as "storing" and "storingen" do …
_STEM = 6
#: (Dutch hardens a last letter: "sluizen", "sluis") …
_HARDENED = str.maketrans("zv", "sf")
#: … and a source comes back to what stands in so many of its sentences.
_OFTEN = 3


@dataclass(frozen=True, slots=True)
class Scale:
    """What one source is about: the words of its title, of its topics, and those it comes back to."""

    title: frozenset[str]
    topics: frozenset[str]
    recurring: frozenset[str]
    lexicon: Lexicon

    @classmethod
    def of(
        cls, title: str, topics: Iterable[str], sentences: Sequence[str], lexicon: Lexicon
    ) -> Scale:
        counted = Counter(stem for sentence in sentences for stem in _stems(sentence))
        return cls(
            _stems(title),
            # A topic with a capital names a place or a person, no craft.
            frozenset(stem for topic in topics if topic.islower() for stem in _stems(topic)),
            frozenset(stem for stem, times in counted.items() if times >= _OFTEN),
            lexicon,
        )

    def names_topic(self, sentence: str) -> bool:
        return _meet(_stems(sentence), self.topics)

    def weigh(self, sentence: str, kinds: frozenset[str]) -> int:
        """From 0 to `MOST`."""
        if ASIDE in kinds:
            return 0
        stems = _stems(sentence)
        signs = (
            _meet(stems, self.title | self.topics) or not kinds.isdisjoint(_WORK),
            self._counts(sentence),
            not kinds.isdisjoint(_CHANGES),
            not stems.isdisjoint(self.recurring),
        )
        return min(MOST, sum(signs))

    def _counts(self, sentence: str) -> bool:
        words = _WORD.findall(sentence.casefold())
        return any(c.isdigit() for c in sentence) or not self.lexicon.number_words.isdisjoint(words)


def _stems(text: str) -> frozenset[str]:
    words = _WORD.findall(text.casefold().translate(_HARDENED))
    return frozenset(word[:_STEM] for word in words if len(word) >= _LETTERS_OF_WEIGHT)


def _meet(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether any are alike: ``meter`` and ``meteri`` of "metering"."""
    return any(a.startswith(b) or b.startswith(a) for a in some for b in others)
