"""How a fact stands in a text: in quotation marks, two sentences in two pairs of them.

Two sentences are joined into one of the text, because a sentence that ends inside a quotation would
be the same in every post that quotes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.domain.voice.facts import Fact
from services.domain.voice.pairing import Pairing
from services.domain.voice.post_templates import Clause, Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapper:
    """A clause around a quotation, and the words between its two sentences.

    The words belong to the wrapper, so that two posts with the same passage differ in them too.
    """

    clause: Clause
    joint: str

    def quote(self, fact: Fact) -> str:
        """Closed: for the end of a sentence."""
        return f"{self._opening(fact)}“{fact.sentences[-1]}”"

    def snippet(self, fact: Fact) -> str:
        """Without a full stop: for the middle of a sentence."""
        return f"{self._opening(fact)}{_open(fact.sentences[-1])}"

    def _opening(self, fact: Fact) -> str:
        return f"{_open(fact.sentences[0])}{self.joint} " if len(fact.sentences) > 1 else ""


def quoting(
    clauses: Pool, joints: Sequence[str], facts: tuple[Fact, ...], *, uses: int = 2
) -> Pairing[Wrapper, Fact]:
    """Each clause around each fact; ``joints`` take turns."""
    wrappers = tuple(
        Wrapper(clause=clause, joint=joints[place % len(joints)])
        for place, clause in enumerate(clauses)
    )
    return Pairing(wrappers=wrappers, items=facts, uses=uses)


def _open(sentence: str) -> str:
    return f"“{sentence.removesuffix('.')}”"
