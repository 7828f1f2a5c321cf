"""What a text may say about the person who posts it, cleaned for use inside a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from services.people.rules.ambassador import Ambassador
from services.text.plain_text import phrase
from services.voice.writing.jobs import lowered, said_role

_LONGEST = 48
_UNSAFE = re.compile(
    r"[<>{}\[\]|\\`@#*_~^=\"“”!?;:]|\.\s|https?|www\.|[^\u0000-\u024f\u2010-\u2019]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A profile as posts use it; an empty text means: do not mention it. ``said_role`` is the role
    where a sentence has it."""

    polite: bool
    short: bool
    role: str
    said_role: str
    team: str


@lru_cache(maxsize=1024)
def voice_of(person: Ambassador) -> Voice:
    """The voice of one person; whatever could break a sentence is left out."""
    role = lowered(_field(person.role), person.region)
    return Voice(
        polite=person.address_form == "u",
        short=person.length == "short",
        role=role,
        said_role=said_role(role, person.language),
        team=_field(person.team),
    )


@lru_cache(maxsize=4096)
def _field(text: str) -> str:
    line = phrase(text, _LONGEST).rstrip(".,")
    return "" if _UNSAFE.search(line) else line
