"""Whether a sentence leans on the one before it, by its own words.

By its first words ("Dat", "They", "The solution"), by a word that points ("the same", "daarvan"), or
by what it answers.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.voice.passages.pronouns import Pronouns
from services.voice.passages.telling import ARTICLES, THE, Sentence, Source
from services.voice.vocabulary.grammar import GRAMMAR

_MARKS = frozenset('“"‘«„')
_SETTLED = 6


class Leaning:
    """Knows of the sentences of one source which of them lean."""

    def __init__(self, source: Source) -> None:
        self._words = source.words
        self._pronouns = Pronouns(source.people.known, source.words)

    def leans(self, sentence: Sentence) -> bool:
        """Whether it can begin no passage."""
        words, after = sentence.words, range(1, len(sentence.words))
        return (
            # What answers says less without its question, unless it begins with a date.
            (sentence.answers and not words[1][:1].isdigit())
            # Somebody speaks whom the sentence does not name.
            or (sentence.speaker is None and sentence.text[0] in _MARKS)
            or (self._words["leaning"].begins(words) and words[1] not in self._words["seasons"])
            or self._resumes(words)
            or self._points_out(words)
            # "Gas is vochtig, dat wist ik niet": what a comma stands before points inward.
            or any(place not in sentence.breaks and self._points(words, place) for place in after)
            or not self.goes_on([sentence])
        )

    def goes_on(self, sentences: Sequence[Sentence]) -> bool:
        """Whether its later sentences point back to nothing outside the passage."""
        return next(self._pronouns.unclear(sentences), None) is None

    def _resumes(self, words: list[str]) -> bool:
        """ "Guests already booked have been moved": something happened before."""
        bare = words[0] not in self._words["small"] and words[0].endswith(("s", "en"))
        early = next(self._words["resuming"].places(words), _SETTLED) < _SETTLED
        return early and (bare or words[0] in THE)

    def _points_out(self, words: list[str]) -> bool:
        inward = set(self._words["pointing_inward"].places(words))
        for place in self._words["pointing"].places(words):
            # "This summer", and "a job that has run for a date refuses to run for that date again".
            dated = any(word in self._words["seasons"] for word in words[place + 1 : place + 2])
            pointed = set(words[place : place + 3]).difference(GRAMMAR.demonstrative, ARTICLES)
            again = pointed.issubset(words[:place])
            if not (dated or again or (place in inward and place >= _SETTLED)):
                return True
        return False

    def _points(self, words: list[str], place: int) -> bool:
        """ "In die periode", "for that week", "las dat in de krant"."""
        word, before, small = words[place], words[place - 1], self._words["small"]
        after = words[place + 1] if place + 1 < len(words) else ""
        if after in words[:place] or after in self._words["seasons"]:
            return False
        if word == "dat" and after in self._words["prepositions"] and before not in small:
            return True
        if word in GRAMMAR.demonstrative and (
            before in self._words["prepositions"] or before in small
        ):
            clause = word in {"dat", "that"} and before not in self._words["prepositions"]
            return after not in small and not clause
        return False
