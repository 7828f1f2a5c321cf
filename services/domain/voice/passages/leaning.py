"""Whether a sentence leans on the one before it, by its own words.

By its first words ("Dat", "They", "The solution"), by a word that points ("the same", "daarvan"),
by a pronoun before which nobody and nothing is named, by a comparison with something not said, by a
noun or verb that lacks what it needs ("an answer"), by a change from something not told.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.domain.voice.passages.telling import Sentence, Source
from services.domain.voice.vocabulary import given_names

_ARTICLES = frozenset({"de", "het", "een", "the", "a", "an"})
_DEMONSTRATIVE = frozenset({"die", "dat", "dit", "deze", "that", "this", "those", "these"})
_PERSONAL = frozenset({"he", "she", "him", "her", "his"})
_MANY = frozenset({"zij", "ze", "hun", "hen", "they", "them", "their"})
_THINGS, _WHO = frozenset({"it", "its"}), frozenset({"who"})
_ONE = frozenset({"hij", "hem", "ze", "zij"})
_DONE_TO = frozenset({"hem", "him", "them", "hen"})
_PRONOUNS = _PERSONAL | _MANY | _THINGS | _DONE_TO | _ONE
_FOR_SOMEBODY = frozenset({"for", "to", "voor", "aan"})
_JOINTS = frozenset({"en", "maar", "toen", "als", "omdat", "and", "but", "when", "because", "so", "who", "that", "die", "dat", "if", "until", "tot"})
_ONES = frozenset({"one", "ones"})
_LAST = frozenset(
    {"het", "dat", "ook", "that", "too", "either", "did", "does", "do", "there", "instead"}
)
_ALSO = frozenset({"ook", "also"})
_STILL, _MORE, _A = frozenset({"nog"}), frozenset({"more"}), frozenset({"a", "an", "een", "the", "de", "het"})
_SAYS_WHICH = frozenset(
    {"to", "for", "of", "that", "why", "how", "who", "voor", "om", "van", "dat", "hoe", "waarom", "op", "te"}
)
_TOWARDS = frozenset({"naar", "for"})
_THAN, _NOW = frozenset({"dan", "than"}), frozenset({"nu", "now", "inmiddels", "vandaag", "today"})
_NOT = frozenset({"niet", "no", "any", "geen", "nooit", "not", "never"})
#: "It was raining", "it took two days": stands for nothing.
_EXPLETIVE = frozenset({"was", "is", "takes", "took", "rained", "rains", "would", "could", "may"})
_SAYS_IT, _WEATHER = frozenset({"dat", "om", "of", "te"}), frozenset({"regende", "stormde", "vroor", "donker", "licht", "koud", "warm", "uur"})
_MARKS = frozenset('“"‘«„')
_OF_THEM = (["of", "them"], ["of", "these"], ["of", "those"], ["van", "hen"], ["van", "die"])
_HAVE = frozenset({"had", "has", "have", "of", "made", "took"})
_NEAR, _SETTLED, _FAR = 4, 6, 10


class Leaning:
    """Knows of the sentences of one source which of them lean."""

    def __init__(self, source: Source) -> None:
        self._source, self._words = source, source.words

    def leans(self, sentence: Sentence) -> bool:
        """Whether it can begin no passage."""
        words, lists = sentence.words, self._words
        if sentence.speaker is None and sentence.text[0] in _MARKS:
            # Somebody speaks whom the sentence does not name.
            return True
        dated = words[0] in _DEMONSTRATIVE and words[1] in lists["seasons"]
        if (lists["leaning"].begins(words) and not dated) or self._points_out(words):
            return True
        if self._stands_alone(sentence):
            return True
        if words[-1] in _LAST or self._counts_on(words) or self._compares(words):
            return True
        if words[0] in _ARTICLES and words[2:3] == ["is"] and words[3:4] and words[3] in _ARTICLES:
            # "A joint is the place where": explains, and tells nothing.
            return True
        if self._adds(sentence) or self._leaves_out(words) or self._has_changed(sentence):
            return True
        if any(self._is_empty(sentence, place) for place in range(1, len(words))):
            return True
        # "Gas is vochtig, dat wist ik niet": what a comma stands before points inward.
        return any(
            place not in sentence.breaks and self._points(words, place)
            for place in range(1, len(words))
        ) or not self.goes_on([sentence])

    def goes_on(self, sentences: Sequence[Sentence]) -> bool:
        """Whether each "they" and "hem" has somebody or something before it to stand for."""
        before: list[str] = []
        for sentence in sentences:
            for place in range(len(sentence.words)):
                if self._stands_for(sentence, place, before):
                    return False
            before += sentence.tokens
        return True

    def _stands_alone(self, sentence: Sentence) -> bool:
        """ "A new one", "in de grijze,": an adjective without its noun."""
        words, before = sentence.words, list[str]()
        for place, word in enumerate(words):
            adjective = place and words[place - 1] in self._words["adjectives"]
            if adjective and word in _ONES and not self._something(before, many=False):
                return True
            before = sentence.tokens[: place - 1] if place else []
        return False

    def _adds(self, sentence: Sentence) -> bool:
        """ "Residents are also", "two more cracks", "nog elf sleutels": besides what?"""
        words = sentence.words
        for place, word in enumerate(words):
            if word in _ALSO and place not in sentence.breaks:
                return True
            beside = words[place + 1 : place + 2] if word in _STILL else words[max(0, place - 1) : place]
            if word in _STILL | _MORE and any(map(self._counts, beside)):
                return True
        return False

    def _leaves_out(self, words: list[str]) -> bool:
        """ "Vond een oplossing", "twee dagen gezocht": for what, and who seeks what?"""
        return any(
            _SAYS_WHICH.isdisjoint(words[place + 1 : place + 1 + _NEAR])
            and _TOWARDS.isdisjoint(words)
            for place in self._words["elliptic"].places(words)
        )

    def _has_changed(self, sentence: Sentence) -> bool:
        """ "Monitoring now comes in": a reader wants to know at whose place, and what was before."""
        words = sentence.words
        return self._words["by_now"].within(words) and not self._source.is_anchored(sentence)

    def _is_empty(self, sentence: Sentence, place: int) -> bool:
        """ "Dat het een zak was", "we hadden er acht": nothing is named that they stand for."""
        words = sentence.words
        word, after = words[place], words[place + 1 : place + 3]
        if word == "er":
            few = after and self._counts(after[0])
            alone = len(after) < 2 or after[1] in self._words["small"]
            return bool(few and alone) and not self._something(sentence.tokens[:place], many=True)
        if word != "het" or (after and not self._is_no_noun(after[0])):
            return False
        said = _SAYS_IT.intersection(words[place:]) or _ARTICLES.intersection(words[:place])
        return not said and not _WEATHER.intersection(words)

    def _is_no_noun(self, word: str) -> bool:
        return word in self._words["small"] or word == "één" or self._counts(word)

    def _counts(self, word: str) -> bool:
        return word[0].isdigit() or word in self._words["numbers"]

    def _points_out(self, words: list[str]) -> bool:
        inward = set(self._words["pointing_inward"].places(words))
        for place in self._words["pointing"].places(words):
            settled = place in inward and place >= _SETTLED
            if words[place + 1 : place + 2] and words[place + 1] in self._words["seasons"]:
                continue
            # "A job that has run for a date refuses to run for that date again."
            again = bool(set(words[place : place + 3]).difference(_DEMONSTRATIVE, _ARTICLES, words[:place]))
            if not settled and again:
                return True
        return False

    def _counts_on(self, words: list[str]) -> bool:
        """ "Nu zitten we op 90": more than what? "Nine of them": of whom?"""
        if words[1:3] in _OF_THEM:
            return True
        if self._words["counting_from"].begins(words):
            # "After eleven minutes": of what?
            return any(self._counts(word) or word in _A for word in words[1:3])
        return words[0] in _NOW and any(map(self._counts, words))

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
        if after in words[:place] or after in self._words["seasons"]:
            return False
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

    def _stands_for(self, sentence: Sentence, place: int, before: Sequence[str]) -> bool:
        """Whether a pronoun comes before anybody, or anything, that it can stand for.

        What somebody does to "him", they do to another: who does it does not count.
        """
        word = sentence.words[place].split("'")[0]
        if word not in _PRONOUNS:
            return False
        after = sentence.words[place + 1] if place + 1 < len(sentence.words) else ""
        if word == "it" and after in _EXPLETIVE:
            # "It was an apprentice who shouted": somebody shouted, which a reader does not know.
            return not before and not _WHO.isdisjoint(sentence.words[place + 2 :])
        named = [*before, *sentence.tokens[:place]]
        near = place < _FAR and not any(self._is_joint(sentence, at) for at in range(1, place))
        if word in _DONE_TO and near:
            named = list(before)
        if word in _PERSONAL or (place and sentence.words[place - 1] in _FOR_SOMEBODY):
            return not self._somebody(named)
        if word in _THINGS:
            return not self._something(named, many=False)
        found = word in _MANY and self._something(named, many=True)
        beside = (sentence.words[place - 1] if place else "", after)
        several = word in _MANY and any(each.endswith("en") for each in beside)
        one = word in _ONE and not several and self._something(named, many=False)
        return not (found or one or self._somebody(named))

    def _is_joint(self, sentence: Sentence, place: int) -> bool:
        return place in sentence.breaks or sentence.words[place] in _JOINTS

    def _somebody(self, tokens: Sequence[str]) -> bool:
        people, lists = self._source.people.known, self._words
        return any(
            token.casefold() in lists["persons"]
            or token.casefold() in lists["collectives"]
            or token in people
            or (token in given_names() and token.casefold() not in lists["small"])
            for token in tokens
        )

    def _something(self, tokens: Sequence[str], *, many: bool) -> bool:
        """A thing: a noun with an article or "our" before it; ``many``: several, or a group."""
        words = [token.casefold() for token in tokens]
        for place, word in enumerate(words):
            if word in self._words["small"] or word in self._words["numbers"]:
                continue
            before = words[place - 1] if place else ""
            plural = len(word) >= _NEAR and word.endswith(("s", "en"))
            if not many:
                in_phrase = place > 1 and words[place - 2] in self._words["prepositions"]
                if self._determines(before) and not (in_phrase or plural):
                    return True
                continue
            apart = not place or before in self._words["prepositions"] or self._determines(before)
            if word in self._words["collectives"] or (plural and (apart or word.endswith("s"))):
                return True
        return False

    def _determines(self, word: str) -> bool:
        return word in _ARTICLES or any(
            word in self._words[name] for name in ("adjectives", "many", "one", "numbers")
        )
