"""What a text may say about the person who posts it, cleaned for use inside a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from services.domain.ambassador import Ambassador, Language, Length
from services.domain.voice.plain_text import phrase

_LONGEST = 48
_UNSAFE = re.compile(
    r"[<>{}\[\]|\\`@#*_~^=\"“”!?;:]|\.\s|https?|www\.|[^\u0000-\u024f\u2010-\u2019]"
)
_VOWEL_SOUND = re.compile(r"(?:[aeio]|u(?!s|ni|til|ro)|h(?:our|onest|eir)\b)", re.IGNORECASE)
_LETTER_NAMES_WITH_VOWEL = "AEFHILMNORSX"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A profile in the positions where clauses use it; an empty text means: do not mention it."""

    language: Language
    polite: bool
    emoji: int
    length: Length
    role: str
    a_role: str
    team: str
    region: str
    since: str
    crafts: tuple[str, ...]


@lru_cache(maxsize=1024)
def voice_of(person: Ambassador) -> Voice:
    """The voice of one person; whatever could break a sentence is left out."""
    role = _lowered(_field(person.role))
    return Voice(
        language=person.language,
        polite=person.address_form == "u",
        emoji=max(0, min(2, person.emoji)),
        length=person.length,
        role=role,
        a_role=f"{_article(role)} {role}" if role else "",
        team=_field(person.team),
        region=_field(person.region),
        since=str(person.since) if person.since and 1900 <= person.since <= 2100 else "",
        crafts=tuple(filter(None, (_lowered(_field(craft)) for craft in person.crafts))),
    )


@lru_cache(maxsize=4096)
def _field(text: str) -> str:
    line = phrase(text, _LONGEST).rstrip(".,")
    return "" if _UNSAFE.search(line) else line


def _lowered(text: str) -> str:
    """``Monteur`` inside a sentence is ``monteur``; ``HR-adviseur`` and ``iOS`` stay."""
    return text[0].lower() + text[1:] if len(text) > 1 and text[1:2].islower() else text


def _article(role: str) -> str:
    word = role.split(maxsplit=1)[0] if role else ""
    if len(word) > 1 and word[:2].isupper():
        return "an" if word[0] in _LETTER_NAMES_WITH_VOWEL else "a"
    return "an" if _VOWEL_SOUND.match(word) else "a"
