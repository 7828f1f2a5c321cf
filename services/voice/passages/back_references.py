"""Whether a sentence refers back to the one before it, by its own words.

By its first words ("Dat", "They", "The solution"), by a word that points ("the same", "daarvan"), or
by what it answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from services.voice.passages.sentences import ARTICLES, THE, Sentence, Source
from services.voice.vocabulary import GRAMMAR, Vocabulary, given_names

_HE, _HERS = "hij", "a"
_ALL = GRAMMAR.somebodys | GRAMMAR.they | GRAMMAR.it | GRAMMAR.he_or_it | GRAMMAR.him
_SHORTEST, _FAR = 4, 10


class Pronouns:
    """Knows the ``people`` named in a source, and which words are things."""

    def __init__(self, people: Collection[str], words: Vocabulary) -> None:
        self._people, self._words = people, words

    def unclear(self, sentences: Sequence[Sentence]) -> Iterator[tuple[Sentence, int]]:
        """The places of pronouns ("they", "hem") with no person or thing before them to refer to."""
        before: list[str] = []
        for sentence in sentences:
            for place, word in enumerate(sentence.words):
                pronoun = word.split("'")[0]
                if pronoun in _ALL and not self._is_clear(pronoun, sentence, place, before):
                    yield sentence, place
            before += sentence.tokens

    def _is_clear(self, word: str, sentence: Sentence, place: int, before: list[str]) -> bool:
        words = ["", *sentence.words, ""]
        previous, after = words[place], words[place + 2]
        if (
            word == "it"
            and after in GRAMMAR.of_nothing
            and not GRAMMAR.whose.intersection(words[place + 3 :][:1])
        ):
            # "It was an apprentice who shouted": a reader does not know that somebody did.
            return bool(before) or "who" not in words[place + 3 :]
        named = [*before, *sentence.tokens[:place]]
        if word in GRAMMAR.him and place < _FAR:
            # What somebody does to "him", they do to another.
            named = before
        if word in GRAMMAR.somebodys or previous in GRAMMAR.for_somebody:
            return self.somebody(named)
        if word == _HE:
            # Not Anja, and nothing that has "het" before it.
            named = [each for each in named if each != "het" and not each.endswith(_HERS)]
        several = word in GRAMMAR.they and (previous.endswith("en") or after.endswith("en"))
        # "Daar melken ze": a verb, and no plural.
        named = named[:-1] if several and previous.endswith("en") else named
        if (word in GRAMMAR.it or (word in GRAMMAR.he_or_it and not several)) and self.something(
            named
        ):
            return True
        if word == "them" and not before:
            return self.something(sentence.tokens[:place], many=True)
        found = word in GRAMMAR.they and self.something(named, many=True)
        return found or (word not in GRAMMAR.it and self.somebody(named))

    def somebody(self, tokens: Sequence[str]) -> bool:
        return any(
            token in self._people
            or token.casefold() in self._words["persons"]
            or token.casefold() in self._words["collectives"]
            or (token in given_names() and token.casefold() not in self._words["small"])
            for token in tokens
        )

    def something(self, tokens: Sequence[str], *, many: bool = False) -> bool:
        """A thing: a noun with an article or "our" before it; ``many``: several, or a group."""
        lists, words = self._words, ["", "", *(token.casefold() for token in tokens)]
        things, joined = 0, not GRAMMAR.joining.isdisjoint(words)
        for place, word in enumerate(words[2:], start=2):
            if word in lists["small"] or word in lists["numbers"]:
                continue
            before, plural = words[place - 1], len(word) >= _SHORTEST and word.endswith(("s", "en"))
            determined = self._determines(before)
            if not many:
                if determined and not plural and words[place - 2] not in lists["prepositions"]:
                    return True
                continue
            # "A bakery and a pool".
            things += determined
            apart = determined or not before or before in lists["prepositions"]
            several = (plural and (apart or word.endswith("s"))) or (things > 1 and joined)
            if several or word in lists["collectives"]:
                return True
        return False

    def _determines(self, word: str) -> bool:
        if word in ARTICLES or word in GRAMMAR.our or word[:1].isdigit():
            return True
        return word in self._words["adjectives"] or word in self._words["numbers"]


_SETTLED = 6


class BackReferences:
    """Knows of the sentences of one source which of them lean."""

    def __init__(self, source: Source) -> None:
        self._words = source.words
        self._pronouns = Pronouns(source.people.known, source.words)

    def points_back(self, sentence: Sentence) -> bool:
        """Whether it can begin no passage."""
        words, after = sentence.words, range(1, len(sentence.words))
        return (
            # What answers says less without its question.
            sentence.answers
            or (
                self._words["back_references"].begins(words)
                and words[1] not in self._words["seasons"]
            )
            or self._resumes(words)
            or self._points_out(words)
            # "Gas is vochtig, dat wist ik niet": what comes before a comma points inward.
            or any(place not in sentence.breaks and self._points(words, place) for place in after)
        )

    def goes_on(self, sentences: Sequence[Sentence]) -> bool:
        """Whether its later sentences point back to nothing outside the passage."""
        return next(self._pronouns.unclear(sentences), None) is None

    def _resumes(self, words: list[str]) -> bool:
        """ "Guests already booked have been moved": something happened before."""
        early = next(self._words["resuming"].places(words), _SETTLED) < _SETTLED
        return early and (words[0] not in self._words["small"] or words[0] in THE)

    def _points_out(self, words: list[str]) -> bool:
        inward = set(self._words["pointing_inward"].places(words))
        for place in self._words["pointing"].places(words):
            # "This summer", and "a job that has run for a date refuses to run for that date again".
            dated = any(word in self._words["seasons"] for word in words[place + 1 : place + 2])
            pointed = set(words[place : place + 3]).difference(GRAMMAR.demonstrative, ARTICLES)
            again = pointed.issubset(words[:place])
            if not (dated or again or place in inward):
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
