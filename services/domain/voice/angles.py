"""Angles: from where a person looks at a story or a vacancy (product.md, the conviction).

``prefers`` orders the facts, and what an angle ``refuses`` its sentences cannot carry: nobody says
"I want to know what a job is good for" about the coffee. An angle that ``requires`` some of what it
prefers claims something about what it quotes, so it exists only where the source holds so many
sentences, and it quotes nothing else. Where nothing can be quoted at all, as of a vacancy in another
language, those that also go ``unquoted`` are left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.domain.voice.facts import Fact
from services.domain.voice.weight import ASIDE, MINOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Angle:
    """The name is the name of the file with its clauses."""

    name: str
    prefers: frozenset[str] = frozenset()
    refuses: frozenset[str] = frozenset()
    requires: int = 0
    unquoted: bool = False

    def possible(self, facts: tuple[Fact, ...]) -> bool:
        if not facts and self.unquoted:
            return True
        return sum(self.fits(fact) for fact in facts) >= self.requires

    def fits(self, fact: Fact) -> bool:
        return bool(self.prefers & fact.kinds) and not self.refuses & fact.kinds

    def takes(self, fact: Fact) -> bool:
        """Whether it may quote the fact at all."""
        return self.fits(fact) or not (self.requires or self.refuses & fact.kinds)


#: The file of whoever wrote the story: nobody else's angle.
AUTHOR = "author"


def angles_of(kind: str, names: Iterable[str]) -> tuple[Angle, ...]:
    """The angles of this kind with those that marketing made beside them, which take any fact."""
    known = {AUTHOR, *(angle.name for angle in ANGLES[kind])}
    return (*ANGLES[kind], *(Angle(name=name) for name in names if name not in known))


#: What no question or remark can be hung on.
_BESIDE = frozenset({ASIDE, MINOR, "explains"})

ANGLES: dict[str, tuple[Angle, ...]] = {
    "story": (
        Angle(name="craft", prefers=frozenset({"work"}), refuses=frozenset({ASIDE}), requires=3),
        Angle(name="setback", prefers=frozenset({"setback"}), requires=3),
        Angle(name="question", prefers=frozenset({"lesson", "turn"}), refuses=_BESIDE),
        Angle(name="helped", prefers=frozenset({"helped"}), requires=3),
        Angle(name="origin", prefers=frozenset({"origin", "lesson"}), requires=3),
        Angle(
            name="critical",
            prefers=frozenset({"setback", "turn"}),
            refuses=_BESIDE,
            requires=3,
        ),
        Angle(name="inside", refuses=_BESIDE),
    ),
    "vacancy": (
        Angle(name="honest", prefers=frozenset({"challenge"}), requires=1),
        Angle(
            name="craft",
            prefers=frozenset({"craft", "work", "task"}),
            refuses=_BESIDE | {"start", "need", "team", "challenge"},
            requires=2,
            unquoted=True,
        ),
        Angle(name="network", prefers=frozenset({"craft", "team", "need"})),
        Angle(
            name="first_weeks",
            prefers=frozenset({"start"}),
            refuses=frozenset({"challenge", "setback"}),
            requires=2,
            unquoted=True,
        ),
        Angle(
            name="aim",
            prefers=frozenset({"helped", "task"}),
            refuses=_BESIDE | {"challenge", "start", "need", "team"},
            requires=2,
            unquoted=True,
        ),
        Angle(
            name="doubts",
            prefers=frozenset({"setback", "challenge", "need"}),
            refuses=frozenset({ASIDE, MINOR, "team"}),
        ),
    ),
}
