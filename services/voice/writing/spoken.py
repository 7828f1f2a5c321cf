"""A passage as one person may use it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.voice.language.sentences import split_sentences
from services.voice.passages import Passage

_ENDS = (".", "?", "!", "…", "”", "’", ")")
_FULL = 80
WE = re.compile(r"\b(?:we|wij|us)\b", re.IGNORECASE)
_OURS = re.compile(r"\b(?:we|us|ours?|wij|ons|onze)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A passage of this ``number``, told by whoever posts it. ``bad``: it tells what went wrong."""

    number: int
    passage: Passage
    bad: bool = False

    def is_ours(self, employer: str) -> bool:
        """Whether the passage itself says of whom it tells."""
        text = self.passage.text
        return bool(_OURS.search(text)) or employer.casefold() in text.casefold()

    @property
    def is_told(self) -> bool:
        """Long enough to be a post where nobody says a word of their own: two sentences, or a full one."""
        text = self.passage.text
        return len(text) >= _FULL or len(split_sentences(text)) > 1

    @property
    def text(self) -> str:
        """Ready to stand; ends with its own mark."""
        told = self.passage.text
        return told if told.endswith(_ENDS) else told.rstrip(":;,") + "."
