"""Whether a sentence leans on the one before it, by its own words.

By its first words ("Dat", "They", "The solution"), by a word that points ("the same", "daarvan"),
by a pronoun before which nobody and nothing is named, by a comparison with something not said.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.domain.voice.passages.telling import Sentence, Source, tokens_of
from services.domain.voice.vocabulary import WORD

_ARTICLES = frozenset({"de", "het", "een", "the", "a", "an"})
_DEMONSTRATIVE = frozenset({"die", "dat", "dit", "deze", "that", "this", "those", "these"})
_PERSONAL = frozenset({"he", "she", "him", "her", "his"})
_ONE = frozenset({"hij", "hem"})
_MANY = frozenset({"zij", "ze", "hun", "hen", "they", "them", "their"})
_LAST = frozenset(
    {"het", "dat", "ook", "that", "too", "either", "did", "does", "do", "there", "instead"}
)
_THAN, _NOW = frozenset({"dan", "than"}), frozenset({"nu", "now", "inmiddels", "vandaag", "today"})
_NOT = frozenset({"niet", "no", "any", "geen", "nooit", "not", "never"})
#: "It was raining", "it took two days": stands for nothing.
_EXPLETIVE = frozenset({"was", "is", "takes", "took", "rained", "rains", "would", "could", "may"})
_MARKS = frozenset('“"‘«„')
_OF_THEM = (["of", "them"], ["of", "these"], ["of", "those"], ["van", "hen"], ["van", "die"])
_HAVE = frozenset({"had", "has", "have", "of", "made", "took"})
_NEAR, _SETTLED = 4, 6


class Leaning:
    """Knows of the sentences of one source which of them lean."""

    def __init__(self, source: Source) -> None:
        self._words, self._language = source.words, source.language

    def leans(self, sentence: Sentence) -> bool:
        words, lists = sentence.words, self._words
        if sentence.speaker is None and sentence.text[0] in _MARKS:
            # Somebody speaks whom the sentence does not name.
            return True
        if lists["leaning"].begins(words) or self._points_out(words):
            return True
        if words[-1] in _LAST or self._counts_on(words) or self._compares(words):
            return True
        tokens = tokens_of(sentence.text)
        # "Gas is vochtig, dat wist ik niet": what a comma stands before points inward.
        inward = _after_commas(sentence.text)
        return any(
            (place not in inward and self._points(words, place))
            or self._stands_for(tokens, words, place)
            for place in range(1, len(words))
        )

    def goes_on(self, sentences: Sequence[Sentence]) -> bool:
        """Whether "They" and "Hij" at the beginning of a later sentence have somebody to stand for."""
        before: list[str] = []
        for sentence in sentences:
            opening = sentence.words[0].split("'")[0]
            if before and opening in _ONE | _MANY | _PERSONAL:
                many = opening in _MANY
                if not self._somebody(before) and not self._something(before, many=many):
                    return False
            before += tokens_of(sentence.text)
        return True

    def counts_from(self, sentence: Sentence) -> bool:
        """ "After eleven minutes": of what, is said before."""
        return self._words["counting_from"].begins(sentence.words)

    def _points_out(self, words: list[str]) -> bool:
        inward = set(self._words["pointing_inward"].places(words))
        return any(
            place < _SETTLED or place not in inward
            for place in self._words["pointing"].places(words)
        )

    def _counts_on(self, words: list[str]) -> bool:
        """ "Nu zitten we op 90": more than what? "Nine of them": of whom?"""
        if words[1:3] in _OF_THEM:
            return True
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
        if word == "die" and before in self._words["small"]:
            return after not in self._words["small"]
        if word == "that" and before in _HAVE:
            return after not in self._words["small"]
        if word == "toen":
            return before in self._words["small"] or after not in self._words["subjects"]
        if word == "zo'n":
            return after not in self._words["numbers"] and not after[:1].isdigit()
        if word != "dat" or after in self._words["subjects"] or after in self._words["numbers"]:
            return False
        # "Het deeg dat te lang stond": something is named with its article just before.
        if place > _SETTLED and before in self._words["pronouns"]:
            return False
        named = not _ARTICLES.isdisjoint(words[max(0, place - _NEAR) : place])
        return before in self._words["small"] or not named

    def _stands_for(self, tokens: Sequence[str], words: list[str], place: int) -> bool:
        """Whether a pronoun comes before anybody, or anything, that it can stand for."""
        word, before = words[place], tokens[:place]
        if word in _PERSONAL:
            return not self._somebody(before)
        if word in _ONE:
            return not (self._something(before, many=False) or self._somebody(before))
        if word in _MANY:
            return not (self._something(before, many=True) or self._somebody(before))
        if word == "it":
            after = words[place + 1] if place + 1 < len(words) else ""
            return after not in _EXPLETIVE and not self._something(before, many=False)
        return False

    def _somebody(self, tokens: Sequence[str]) -> bool:
        words = [token.casefold() for token in tokens]
        return any(word in self._words["persons"] for word in words) or any(
            token[0].isupper() and word not in self._words["small"]
            for token, word in zip(tokens, words, strict=True)
        )

    def _something(self, tokens: Sequence[str], *, many: bool) -> bool:
        """A thing: a noun with an article, a number or "our" before it; ``many``: or a plural."""
        words = [token.casefold() for token in tokens]
        for place, word in enumerate(words):
            plural = word.endswith(("s", "en")) and len(word) > _NEAR
            if many and plural and (word in self._words["known"] or word in self._words["persons"]):
                return True
            if any(word in self._words[name] for name in ("small", "known", "persons", "numbers")):
                continue
            before = words[place - 1] if place else ""
            in_phrase = place > 1 and words[place - 2] in self._words["prepositions"]
            if self._determines(before) and (many or not in_phrase):
                return True
            apart = not place or before in self._words["prepositions"] or word.endswith("s")
            if many and plural and apart:
                return True
        return False

    def _determines(self, word: str) -> bool:
        return word in _ARTICLES or any(
            word in self._words[name] for name in ("adjectives", "many", "one", "numbers")
        )


def _after_commas(text: str) -> frozenset[int]:
    """The places of the words that stand behind a comma."""
    return frozenset(
        place
        for place, found in enumerate(WORD.finditer(text))
        if text[: found.start()].rstrip().endswith((",", ";", ":"))
    )
