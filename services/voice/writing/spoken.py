"""A passage as one person may use it."""

from __future__ import annotations

from dataclasses import dataclass

from services.language.patterns import words_pattern
from services.voice.language.sentences import split_sentences
from services.voice.passages import Passage
from services.voice.vocabulary.grammar import GRAMMAR

_ENDS = (".", "?", "!", "…", "”", "’", ")")
_FULL = 80
WE = words_pattern(GRAMMAR.we | GRAMMAR.us)
_OURS = words_pattern(GRAMMAR.we_or_ours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """The passage of this ``number`` for one person's post. ``bad``: it is bad news."""

    number: int
    passage: Passage
    bad: bool = False

    def is_ours(self, employer: str) -> bool:
        """Whether the passage names the employer, or says "we" or "our"."""
        text = self.passage.text
        return bool(_OURS.search(text)) or employer.casefold() in text.casefold()

    @property
    def is_told(self) -> bool:
        """Long enough for a post without own words of its person: two sentences, or a full one."""
        text = self.passage.text
        return len(text) >= _FULL or len(split_sentences(text)) > 1

    @property
    def text(self) -> str:
        """The text, ending with a mark."""
        told = self.passage.text
        return told if told.endswith(_ENDS) else told.rstrip(":;,") + "."
