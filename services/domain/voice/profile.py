"""What a text may say about the person who posts it, cleaned for use inside a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from services.domain.ambassador import Ambassador, Language, Length
from services.domain.voice.jobs import lowered, said_role
from services.domain.voice.plain_text import phrase

_LONGEST = 48
_UNSAFE = re.compile(
    r"[<>{}\[\]|\\`@#*_~^=\"“”!?;:]|\.\s|https?|www\.|[^\u0000-\u024f\u2010-\u2019]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A profile as posts use it; an empty text means: do not mention it. ``said_role`` is the role
    where a sentence has it."""

    language: Language
    polite: bool
    emoji: int
    length: Length
    role: str
    said_role: str
    team: str
    region: str
    since: str
    crafts: tuple[str, ...]


@lru_cache(maxsize=1024)
def voice_of(person: Ambassador) -> Voice:
    """The voice of one person; whatever could break a sentence is left out."""
    role = lowered(_field(person.role))
    return Voice(
        language=person.language,
        polite=person.address_form == "u",
        emoji=max(0, min(2, person.emoji)),
        length=person.length,
        role=role,
        said_role=said_role(role, person.language),
        team=_field(person.team),
        region=_field(person.region),
        since=str(person.since) if person.since and 1900 <= person.since <= 2100 else "",
        crafts=tuple(filter(None, (lowered(_field(craft)) for craft in person.crafts))),
    )


@lru_cache(maxsize=4096)
def _field(text: str) -> str:
    line = phrase(text, _LONGEST).rstrip(".,")
    return "" if _UNSAFE.search(line) else line
