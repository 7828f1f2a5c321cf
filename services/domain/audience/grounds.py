"""Why somebody is asked, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.domain.ambassador import Language


class Ground(StrEnum):
    CRAFT = "craft"
    TEAM = "team"
    REGION = "region"
    LANGUAGE = "language"
    #: The person shared about this before. Theirs to know: managers are not shown it.
    INTEREST = "interest"
    #: Somebody put the person on the list by hand.
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One ground, and what it is about: names of crafts, a team, a place, topics, who added."""

    ground: Ground
    about: tuple[str, ...] = ()


def in_words(reasons: Sequence[Reason], language: Language) -> str:
    """The reasons as the person asked reads them; never empty where there are any."""
    words = _WORDS[language]
    return "; ".join(
        words[reason.ground].format(", ".join(reason.about[:_NAMED])) for reason in reasons
    )


#: More names than this say nothing more to a reader.
_NAMED = 3

_WORDS: dict[Language, dict[Ground, str]] = {
    "nl": {
        Ground.CRAFT: "zelfde vak: {}",
        Ground.TEAM: "zelfde team: {}",
        Ground.REGION: "zelfde regio: {}",
        Ground.LANGUAGE: "het verhaal is in jouw taal",
        Ground.INTEREST: "je deelde eerder over {}",
        Ground.ADDED: "toegevoegd door {}",
    },
    "en": {
        Ground.CRAFT: "same craft: {}",
        Ground.TEAM: "same team: {}",
        Ground.REGION: "same region: {}",
        Ground.LANGUAGE: "the story is in your language",
        Ground.INTEREST: "you shared about {} before",
        Ground.ADDED: "added by {}",
    },
}
