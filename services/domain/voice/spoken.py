"""A passage as one person may use it: their own, told by nobody in particular, or quoted."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.voice.claim_words import CLAIM_WORDS
from services.domain.voice.passages import Passage
from services.domain.voice.sentences import split_sentences

#: Quotation marks inside quotation marks.
_INNER = str.maketrans({"“": "‘", "”": "’", "„": "‘", "«": "‘", "»": "’", '"': "’"})
_ENDS = (".", "?", "!", "…", "”", "’", ")")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """``speaker`` is whose words it is where it is not the poster's to say; then it is ``quoted``."""

    number: int
    passage: Passage
    speaker: str = ""

    @property
    def quoted(self) -> bool:
        return bool(self.speaker)

    @property
    def written(self) -> bool:
        """In the words of the story's author."""
        return self.quoted and not self.passage.speaker

    def text(self, language: str, sentences: int = 0) -> str:
        """Ready to stand, whole or only its first ``sentences``; ends with its own mark."""
        passage = self.passage
        told = passage.text
        if sentences:
            told = " ".join(split_sentences(told)[:sentences])
        told = told if told.endswith(_ENDS) else told.rstrip(":;,") + "."
        if self.quoted:
            told = f"“{told.translate(_INNER)}”"
        if not passage.about:
            return told
        first = told.split(" ", 1)[0]
        if first.casefold() in CLAIM_WORDS[language].small:
            told = told[0].lower() + told[1:]
        return f"{passage.about}: {told}"
