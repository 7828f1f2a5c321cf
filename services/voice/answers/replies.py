"""Where an answer is a reply: to the question, to the text, or to what somebody else did."""

from __future__ import annotations

from collections.abc import Iterator

from services.voice.answers.told import SAYS_WHO, Found, Told, beginning_of
from services.voice.passages.telling import ARTICLES, Sentence
from services.voice.vocabulary import given_names

_BEING = frozenset(["is", "was", "were", "ging", "heeft", "had", "werd", "kan", "kon", "moet"])
_MANY = frozenset(["they", "them", "ze", "zij"])
_SPLIT_ER = frozenset(["van", "uit", "mee", "aan", "over", "voor", "op", "bij", "door", "tegen"])
_THIS, _THAT = frozenset({"this", "deze", "dit"}), frozenset({"dat", "that", "this", "dit"})
_OTHER = frozenset(["other", "others", "andere", "anderen"])
_ONE = frozenset(["one", "een", "each", "ene", "elk"])
_SAME = frozenset(["same", "dezelfde", "hetzelfde", "zelfde"])
_EVERY = frozenset(["every", "each", "elke", "elk", "iedere", "ieder", "times", "keer"])
_LIGHTLY = frozenset(["ook", "also", "both", "beide", "allebei", "anders", "instead"])
_EVEN = frozenset({"als", "al", "wanneer"})
#: What leans at the beginning of a sentence only.
_LOOSE = _SAME | {"another", "dus"}
_LAST = frozenset(["too", "either", "ook", "instead"])
#: "As well" and the words before it that say who.
_NEAR = 6


class Replies:
    """Reads one answer."""

    def __init__(self, told: Told) -> None:
        self._told, self._words = told, told.words

    def asks(self, sentence: Sentence) -> Iterator[Found]:
        """Everything in a sentence, in any order."""
        if not self._told.begun:
            yield from self._replies(sentence)
            yield from self._points_back(sentence)
        if self._words["comments"].within(sentence.words):
            # "Ben benieuwd": to what?
            yield ("reply", *beginning_of(sentence))
        yield from self._compares(sentence)

    def _replies(self, sentence: Sentence) -> Iterator[Found]:
        """ "Was ook mijn eerste gedachte", "Yes to the dogs": to a question that nobody reads."""
        words, opens = sentence.words, self._words["openers"].begins(sentence.words)
        back = words[0] in ARTICLES or words[0] in self._words["openers_back"]
        named = back or sentence.tokens[0] in given_names()
        # "New operators talk too much".
        people = any(word.rstrip("s") in self._words["persons"] for word in words[:2])
        introduced = 1 in sentence.breaks and words[1] in SAYS_WHO
        opens = opens or named or people or introduced
        if self._words["replies"].within(words) or not (opens and self._is_somebodys(words)):
            yield ("reply", *beginning_of(sentence))

    def _is_somebodys(self, words: list[str]) -> bool:
        """ "Sinds de oven aan is zonder jas gemonteerd": who?"""
        told = ("one", "many", "persons", "collectives", "pronouns")
        return any(self._words[each].within(words) for each in told) or not _MANY.isdisjoint(words)

    def _points_back(self, sentence: Sentence) -> Iterator[Found]:
        """ "Ik stond erbij", "I was up there", "had het al voorspeld": where a reader was not."""
        words, there, pointing = sentence.words, self._words["there"], self._words["pointing"]
        for place in there.places(words):
            # "Ik heb er niet veel van gemerkt", but "ik heb er een paar".
            split = words[place + 1] != "er" or not _SPLIT_ER.isdisjoint(words[place + 2 :])
            if split:
                yield "what", place, place + 2
        for place in pointing.places(words):
            after = words[place + 1 : place + 2]
            dated = words[place] in _THIS and any(
                each in self._words["vague_nouns"] for each in after
            )
            it = words[place] == "het" and not after[0].endswith("st")
            known = not it and self._told.something(sentence, place)
            if not (dated or known or words[place] in _LOOSE):
                yield "what", place, place + 2 - (words[place] in pointing)
        for place, word in enumerate(words[1:-1], start=1):
            # "Mijn functie bestond toen nog niet", but "toen ik begon".
            then = word == "toen" and words[place + 1] not in self._words["subjects"]
            if then and place not in sentence.breaks:
                yield "what", place, place + 1
        for place, word in enumerate(words[:-1]):
            alone = word in _THAT and words[place + 1] in _BEING and place not in sentence.breaks
            if alone and not self._told.something(sentence, place):
                yield "what", place, place + 1

    def _compares(self, sentence: Sentence) -> Iterator[Found]:
        words, begun = sentence.words, self._told.begun
        for place in self._words["comparing"].places(words):
            word = words[place]
            followed = words[place : place + 2]
            other = not _OTHER.isdisjoint(followed)
            if other and not _ONE.isdisjoint(words[:place]):
                continue
            # "Also when", "anders dan".
            said = {"ook": _EVEN, "anders": {"dan"}}.get(word, set())
            if not said.isdisjoint(words[place + 1 : place + 2]):
                continue
            if word in _SAME and not _EVERY.isdisjoint(words):
                # "Three times the same mistake", "at the same gate every day".
                continue
            if not (begun and (word in _LIGHTLY or self._told.something(sentence, place))):
                end = place + 2 if word in ARTICLES or word in {"as", "like", "net"} else place + 1
                # "The exact same thing".
                while self._goes_on(sentence, end, place):
                    end += 1
                yield "than", place, end
        late = words[-1] in _LAST or words[-2:] == ["as", "well"]
        # "Now I teach, and I laugh as well": as somebody did before.
        if late and not (begun and self._words["one"].within(words[-_NEAR:])):
            yield "than", len(words) - 1 - (words[-1] == "well"), len(words)

    def _goes_on(self, sentence: Sentence, end: int, place: int) -> bool:
        if end >= min(place + 3, len(sentence.words)) or end in sentence.breaks:
            return False
        return sentence.words[end] not in self._words["small"]
