"""Whether a sentence leans on the one before it, by its own words.

By its first words ("Dat", "They", "The solution"), by a word that points ("the same", "daarvan"),
by a pronoun before which nobody and nothing is named, by a comparison with something not said.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.domain.voice.passages.telling import Sentence, Source, tokens_of

_ARTICLES = frozenset({"de", "het", "een", "the", "a", "an"})
_DEMONSTRATIVE = frozenset({"die", "dat", "dit", "deze", "that", "this", "those", "these"})
_PERSONAL = frozenset({"he", "she", "him", "her", "his"})
_THIRD = frozenset({"hij", "hem", "zij", "ze", "hun", "hen", "they", "them", "their"})
_LAST = frozenset({"het", "dat", "ook", "that", "too", "either", "did", "does", "do", "them"})
_THAN, _NOW = frozenset({"dan", "than"}), frozenset({"nu", "now", "inmiddels", "vandaag", "today"})
_NOT = frozenset({"niet", "no", "any", "geen", "nooit", "not", "never"})
#: "It was raining", "it took two days": stands for nothing.
_EXPLETIVE = frozenset({"was", "is", "takes", "took", "rained", "rains", "would", "could", "may"})
_NEAR = 4


class Leaning:
    """Knows of the sentences of one source which of them lean."""

    def __init__(self, source: Source) -> None:
        self._words, self._language = source.words, source.language

    def leans(self, sentence: Sentence) -> bool:
        words, lists = sentence.words, self._words
        if lists["leaning"].begins(words) or lists["pointing"].within(words):
            return True
        if words[-1] in _LAST or self._counts_on(words) or self._compares(words):
            return True
        tokens = tokens_of(sentence.text)
        return any(
            self._points(words, place) or self._stands_for(tokens, words, place)
            for place in range(1, len(words))
        )

    def counts_from(self, sentence: Sentence) -> bool:
        """ "After eleven minutes": of what, is said before."""
        return self._words["counting_from"].begins(sentence.words)

    def _counts_on(self, words: list[str]) -> bool:
        """ "Nu zitten we op 90": more than what?"""
        if words[0] not in _NOW:
            return False
        return any(word[0].isdigit() or word in self._words["numbers"] for word in words)

    def _compares(self, words: list[str]) -> bool:
        for place in self._words["comparatives"].places(words):
            denied = place > 0 and words[place - 1] in _NOT
            if not denied and _THAN.isdisjoint(words[place:]):
                return True
        return False

    def _points(self, words: list[str], place: int) -> bool:
        """ "In die periode", "for that week", "las dat in de krant"."""
        word, before = words[place], words[place - 1]
        after = words[place + 1] if place + 1 < len(words) else ""
        if word in _DEMONSTRATIVE and before in self._words["prepositions"]:
            return after not in self._words["small"]
        if word != "dat" or after in self._words["subjects"] or after in self._words["numbers"]:
            return False
        # "Het deeg dat te lang stond": something is named with its article just before.
        named = not _ARTICLES.isdisjoint(words[max(0, place - _NEAR) : place])
        return not named and before in self._words["small"]

    def _stands_for(self, tokens: Sequence[str], words: list[str], place: int) -> bool:
        """Whether a pronoun comes before anybody, or anything, that it can stand for."""
        word, before = words[place], tokens[:place]
        if word in _PERSONAL:
            return not self._somebody(before)
        if word in _THIRD:
            return not (self._something(before) or self._somebody(before))
        if word == "it":
            after = words[place + 1] if place + 1 < len(words) else ""
            return after not in _EXPLETIVE and not self._something(before)
        return False

    def _somebody(self, tokens: Sequence[str]) -> bool:
        words = [token.casefold() for token in tokens]
        return any(word in self._words["persons"] for word in words) or any(
            token[0].isupper() and word not in self._words["small"]
            for token, word in zip(tokens, words, strict=True)
        )

    def _something(self, tokens: Sequence[str]) -> bool:
        """A thing: with an article or number before it, or a word that ends like a plural."""
        small, known = self._words["small"], self._words["known"]
        words = [token.casefold() for token in tokens]
        for place, word in enumerate(words):
            if word in small or word in known or word in self._words["persons"]:
                continue
            determined = place > 0 and (
                words[place - 1] in _ARTICLES
                or words[place - 1] in self._words["adjectives"]
                or words[place - 1] in self._words["many"]
                or words[place - 1] in self._words["numbers"]
            )
            if determined or (place != 1 and word.endswith(("s", "en")) and len(word) > 3):
                return True
        return False
