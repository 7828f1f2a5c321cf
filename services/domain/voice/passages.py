"""Passages: one to three consecutive sentences of a source that a stranger understands alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from services.domain.voice.lexicon import LEXICONS
from services.domain.voice.plain_text import paragraphs
from services.domain.voice.request import Content
from services.domain.voice.sentences import split_sentences
from services.domain.voice.standing import stands_alone
from services.domain.voice.told_in import primary_language
from services.events.incoming import StoryApproved


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """``text`` stands in the source word for word; ``about`` names what it speaks of, "" when it
    stands alone. ``speaker`` said it aloud; ``narrator`` is the person that its teller speaks in.
    ``noun`` names it in a question. ``sensitive`` says why an editor has to tick it."""

    text: str
    about: str = ""
    speaker: str = ""
    narrator: Literal["neutral", "i", "we"] = "neutral"
    noun: str = ""
    sensitive: str = ""
    start: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """Those that are ``chosen``, best first; ``withheld`` until an editor ticks them; ``lacking``
    says why there are too few."""

    chosen: tuple[Passage, ...] = ()
    withheld: tuple[Passage, ...] = ()
    lacking: str = ""


def find_passages(content: Content) -> Passages:
    """The passages of a source; exactly those that its event names, where it names some."""
    lexicon = LEXICONS.get(primary_language(content.language))
    if content.passages:
        return Passages(chosen=tuple(_told(text) for text in content.passages))
    if lexicon is None:
        return Passages(lacking="other_language")
    text = content.body if isinstance(content, StoryApproved) else content.description
    found: list[Passage] = []
    for number, line in enumerate(paragraphs(text)):
        some = split_sentences(line)
        for place in range(0, len(some), 2):
            both = " ".join(some[place : place + 2])
            if 60 <= len(both) <= 300 and stands_alone(some[place], lexicon):
                found.append(_told(both, number * 100 + place))
    return Passages(chosen=tuple(found[:10]), lacking="" if found else "short")


def _told(text: str, start: int = 0) -> Passage:
    narrator: Literal["neutral", "i", "we"] = "neutral"
    if re.search(r"\b(?:ik|mijn|i|my)\b", text, re.IGNORECASE):
        narrator = "i"
    elif re.search(r"\b(?:wij|we|ons|onze|our)\b", text, re.IGNORECASE):
        narrator = "we"
    return Passage(text=text, narrator=narrator, start=start)
