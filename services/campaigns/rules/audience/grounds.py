"""Why somebody is asked, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.language import Language


class Ground(StrEnum):
    #: The story is the person's own.
    AUTHOR = "author"
    CRAFT = "craft"
    TEAM = "team"
    REGION = "region"
    #: The person said that they want to share about this.
    TOPIC = "topic"
    #: The story's text names the person's craft, team or place.
    MENTION = "mention"
    #: The person writes in this language, and nothing else is in common.
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
        Ground.AUTHOR: "dit is jouw verhaal",
        Ground.CRAFT: "zelfde vak: {}",
        Ground.TEAM: "zelfde team: {}",
        Ground.REGION: "zelfde regio: {}",
        Ground.TOPIC: "je wilt delen over: {}",
        Ground.MENTION: "het verhaal noemt: {}",
        Ground.LANGUAGE: "je schrijft in deze taal",
        Ground.INTEREST: "je deelde eerder over {}",
        Ground.ADDED: "toegevoegd door {}",
    },
    "en": {
        Ground.AUTHOR: "this is your story",
        Ground.CRAFT: "same craft: {}",
        Ground.TEAM: "same team: {}",
        Ground.REGION: "same region: {}",
        Ground.TOPIC: "you want to share about: {}",
        Ground.MENTION: "the story mentions: {}",
        Ground.LANGUAGE: "you write in this language",
        Ground.INTEREST: "you shared about {} before",
        Ground.ADDED: "added by {}",
    },
}
