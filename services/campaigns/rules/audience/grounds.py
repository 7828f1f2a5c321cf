"""Why somebody is asked, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.language import Language, traits_of


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


#: More names than this say nothing more to a reader.
_NAMED = 3


def in_words(reasons: Sequence[Reason], language: Language) -> str:
    """The reasons as the person asked reads them; never empty where there are any."""
    words = traits_of(language).grounds
    return "; ".join(
        words[reason.ground].format(", ".join(reason.about[:_NAMED])) for reason in reasons
    )
