"""Whether a sentence leans on the one before it, by its own words.

By its first words ("Dat", "They", "The solution"), by a word that points ("the same", "daarvan"),
by a noun or verb that lacks what it needs ("an answer"), by
a change from something not told.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.voice.passages.phrases import is_done
from services.voice.passages.pronouns import Pronouns
from services.voice.passages.telling import ARTICLES, Sentence, Source
from services.voice.vocabulary import given_names

_DEMONSTRATIVE = frozenset({"die", "dat", "dit", "deze", "that", "this", "those", "these"})
_LAST = frozenset(
    {"het", "dat", "ook", "that", "too", "either", "did", "does", "do", "there", "instead"}
)
_ALSO, _STILL, _MORE = frozenset({"ook", "also"}), "nog", "more"
_TOWARDS = frozenset({"naar", "for"})
_NOW = frozenset({"nu", "now", "inmiddels"})
_BEING = frozenset({"was", "is", "werd", "wordt"})
_SAYS_IT = frozenset({"dat", "om", "of", "te"})
_MARKS = frozenset('“"‘«„')
_OF_THEM = (["of", "them"], ["of", "these"], ["of", "those"], ["van", "hen"], ["van", "die"])
_HAVE = frozenset({"had", "has", "have", "of", "made", "took"})
_NEAR, _SETTLED = 4, 6


class Leaning:
    """Knows of the sentences of one source which of them lean."""

    def __init__(self, source: Source) -> None:
        self._source, self._words = source, source.words
        self._pronouns = Pronouns(source.people.known, source.words)

    def leans(self, sentence: Sentence) -> bool:
        """Whether it can begin no passage."""
        words, after = sentence.words, range(1, len(sentence.words))
        return (
            # Somebody speaks whom the sentence does not name.
            (sentence.speaker is None and sentence.text[0] in _MARKS)
            or words[-1] in _LAST
            or self._opens(words)
            or self._exclaims(sentence)
            or self._points_out(words)
            or self._counts_on(words)
            or self._adds(sentence)
            or self._leaves_out(words)
            or self._has_changed(sentence)
            or any(self._is_empty(sentence, place) for place in after)
            # "Gas is vochtig, dat wist ik niet": what a comma stands before points inward.
            or any(place not in sentence.breaks and self._points(words, place) for place in after)
            or not self.goes_on([sentence])
        )

    def goes_on(self, sentences: Sequence[Sentence]) -> bool:
        """Whether what its later sentences point back to stands in the passage itself."""
        return next(self._pronouns.unclear(sentences), None) is None

    def teases(self, sentence: Sentence) -> bool:
        """ "Dat ging niet vanzelf": what comes next is missing."""
        return sentence.words[0] in _DEMONSTRATIVE and len(sentence.words) < _SETTLED

    def _opens(self, words: list[str]) -> bool:
        if words[0] in _DEMONSTRATIVE and words[1:2] and words[1] in self._words["seasons"]:
            return False
        # "A joint is the place where": explains, and tells nothing.
        defines = words[0] in ARTICLES and words[2:3] == ["is"] and bool(ARTICLES & {*words[3:4]})
        return defines or self._words["leaning"].begins(words)

    def _exclaims(self, sentence: Sentence) -> bool:
        """ "Yes, and", "Klein, harig, en ik wist het", "“84 jars": answers, or tells on."""
        first = sentence.tokens[0]
        name = first in self._source.people.known or first in given_names()
        answers = sentence.speaker is not None and self._counts(sentence.words[0])
        return answers or (1 in sentence.breaks and not name)

    def _adds(self, sentence: Sentence) -> bool:
        """ "Residents are also", "two more cracks", "nog elf sleutels", "a new one": besides what?"""
        words = ["", *sentence.words, ""]
        for place, word in enumerate(sentence.words):
            before, after = words[place], words[place + 2]
            if word in _ALSO and place not in sentence.breaks:
                return True
            if (word == _STILL and self._counts(after)) or (word == _MORE and self._counts(before)):
                return True
            if word in {"one", "ones"} and before in self._words["adjectives"]:
                return not self._pronouns.something(sentence.tokens[: place - 1])
        return False

    def _leaves_out(self, words: list[str]) -> bool:
        """ "Vond een oplossing", "twee dagen gezocht": for what, and who seeks what?"""
        return _TOWARDS.isdisjoint(words) and any(
            not any(word in self._words["completes"] for word in words[place + 1 :][:_NEAR])
            for place in self._words["elliptic"].places(words)
        )

    def _has_changed(self, sentence: Sentence) -> bool:
        """ "Monitoring now comes in": a reader wants to know at whose place, and what was before."""
        changed = self._words["by_now"].within(sentence.words)
        return changed and not self._source.is_somebodys(sentence)

    def _is_empty(self, sentence: Sentence, place: int) -> bool:
        """ "Dat het een zak was", "we hadden er acht": nothing is named that they stand for."""
        words, small = sentence.words, self._words["small"]
        after = words[place + 1 : place + 3]
        if words[place] == "er" and after and self._counts(after[0]):
            alone = len(after) < 2 or after[1] in small
            return alone and not self._pronouns.something(sentence.tokens[:place], many=True)
        if words[place] != "het":
            return False
        # "Dat het onzin was".
        predicate = after[1:2] and after[1] in _BEING and words[place - 1] in _SAYS_IT
        noun = after and after[0] not in small and after[0] != "één" and not self._counts(after[0])
        # "Ik heb het geturfd, vier weken lang."
        noun = noun and not is_done(sentence, place + 1)
        if noun and not predicate:
            return False
        said = not _SAYS_IT.isdisjoint(words[place:]) or not ARTICLES.isdisjoint(words[:place])
        return not said and not self._words["weather"].within(words)

    def _counts(self, word: str) -> bool:
        return word[:1].isdigit() or word in self._words["numbers"]

    def _points_out(self, words: list[str]) -> bool:
        inward = set(self._words["pointing_inward"].places(words))
        for place in self._words["pointing"].places(words):
            # "This summer", and "a job that has run for a date refuses to run for that date again".
            dated = any(word in self._words["seasons"] for word in words[place + 1 : place + 2])
            pointed = set(words[place : place + 3]).difference(_DEMONSTRATIVE, ARTICLES)
            again = pointed.issubset(words[:place])
            if not (dated or again or (place in inward and place >= _SETTLED)):
                return True
        return False

    def _counts_on(self, words: list[str]) -> bool:
        """ "Nu zitten we op 90": more than what? "Nine of them": of whom?"""
        if self._words["counting_from"].begins(words):
            # "After eleven minutes": of what?
            return any(self._counts(word) or word in ARTICLES for word in words[1:3])
        return words[1:3] in _OF_THEM or (words[0] in _NOW and any(map(self._counts, words)))

    def _points(self, words: list[str], place: int) -> bool:
        """ "In die periode", "for that week", "las dat in de krant"."""
        word, before, small = words[place], words[place - 1], self._words["small"]
        after = words[place + 1] if place + 1 < len(words) else ""
        if after in words[:place] or after in self._words["seasons"]:
            return False
        if (
            (word in _DEMONSTRATIVE and before in self._words["prepositions"])
            or (word == "die" and before in small)
            or (word == "that" and before in _HAVE)
        ):
            return after not in small
        if word == "toen":
            return before in small or after not in self._words["subjects"]
        if word == "zo'n":
            return not self._counts(after)
        if word != "dat" or after in self._words["subjects"] or after in self._words["numbers"]:
            return False
        # "Het deeg dat te lang stond": something is named with its article just before.
        if place > _SETTLED and before in self._words["pronouns"]:
            return False
        named = not ARTICLES.isdisjoint(words[max(0, place - _NEAR) : place])
        return before in small or not named
