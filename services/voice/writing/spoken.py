"""A passage as one person may use it: their own, told by nobody in particular, or quoted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.language import Language
from services.voice.checking.claim_words import CLAIM_WORDS
from services.voice.language.names import spelling
from services.voice.language.sentences import split_sentences
from services.voice.passages import Passage
from services.voice.vocabulary import plain_words, vocabulary
from services.voice.writing.jobs import said_role

#: Quotation marks inside quotation marks.
_INNER = str.maketrans({"“": "‘", "”": "’", "„": "‘", "«": "‘", "»": "’", '"': "’"})
_ENDS = (".", "?", "!", "…", "”", "’", ")")
_SAYS = {"nl": "zegt mijn collega", "en": "says my colleague"}
#: Words of a role, at most.
_LONGEST = 6
WE = re.compile(r"\b(?:we|wij|us)\b", re.IGNORECASE)
_OURS = re.compile(r"\b(?:we|us|ours?|wij|ons|onze)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """``speaker`` is whose words it is where it is not the poster's to say; then it is ``quoted``.

    ``written``: in the words of the story's author, whom the layout names. ``role`` is the speaker's,
    where the source gives it. ``bad``: it tells what went wrong.
    """

    number: int
    passage: Passage
    speaker: str = ""
    written: bool = False
    role: str = ""
    bad: bool = False

    @property
    def quoted(self) -> bool:
        return bool(self.speaker)

    def is_known_by(self, names: Collection[str]) -> bool:
        """Whether it can be said who speaks: what they are, or that they are a colleague."""
        return bool(self.written or self.role) or spelling(self.speaker) in names

    def is_ours(self, employer: str) -> bool:
        """Whether the passage itself says of whom it tells."""
        text = self.passage.text
        return bool(_OURS.search(text)) or employer.casefold() in text.casefold()

    def text(self, language: str, sentences: int = 0) -> str:
        """Ready to stand, whole or only its first ``sentences``; ends with its own mark."""
        passage = self.passage
        told = passage.text
        if sentences:
            told = " ".join(split_sentences(told)[:sentences])
        told = told if told.endswith(_ENDS) else told.rstrip(":;,") + "."
        if self.quoted:
            told = self._said(told.translate(_INNER), language)
        if not passage.about:
            return told
        first = told.split(" ", 1)[0]
        if first.casefold() in CLAIM_WORDS[language].small:
            told = told[0].lower() + told[1:]
        return f"{passage.about}: {told}"

    def _said(self, told: str, language: str) -> str:
        if self.written:
            return f"“{told}”"
        if self.role:
            return f"“{told}”\n– {self.speaker}, {self.role}"
        told = f"{told[:-1]}," if told.endswith(".") else told
        return f"“{told}” {_SAYS[language]} {self.speaker}."


def role_of(name: str, texts: Iterable[str], language: Language) -> str:
    """What a source says that somebody is: "managing director" of "managing director Paul Dyer"."""
    whole, words = re.escape(name), vocabulary(language)
    for text in texts:
        if found := re.search(rf"{whole}, ([^\W\d_][\w’'& -]{{2,60}}?)[,.;”\"]", text):
            role = re.sub(r"^(?:an?|the|our|een|de|het|onze?) ", "", found[1])
            said = plain_words(role)
            if (
                len(said) <= _LONGEST
                and said[0] not in words["small"]
                and said_role(role, language)
            ):
                return role
        for before in re.finditer(rf"((?:[a-zà-ÿ-]+ ){{1,4}}){whole}\b", text):
            said = before[1].split()
            stops = [
                at
                for at, each in enumerate(said, 1)
                if each in words["small"] or each in words["saying"]
            ]
            role = " ".join(said[max(stops, default=0) :])
            if role and said_role(role.split()[-1], language):
                return role
    return ""
