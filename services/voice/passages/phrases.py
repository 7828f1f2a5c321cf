"""The nouns of a sentence that take something as known.

"De oplossing", "the ramp", "the 06:10" and "the second clock" are clear to a reader when the words
behind them say which one ("the ring of Karima"), when everybody knows it ("the stairs"), or when it was
named before. Without a dictionary the noun is not always certain, so a phrase has the stems of all the
words that it may be.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from services.voice.passages.telling import THE, Sentence, Source
from services.voice.vocabulary import GRAMMAR, Vocabulary

Kind = Literal["the", "ordinal", "bare"]

#: Ordinals that count from where one is: "the first week", "the next day".
FIRST, NEXT = GRAMMAR.first, GRAMMAR.next

_DIGITS = re.compile(r"\d[\d.,:]*(?:%|e|ste|de|st|nd|rd|th)?")
_DOUBLED = re.compile(r"([aeou])\1(?=[^aeiou]+$)|(?<=...)([^aeiou])\2$")
_HARDENED = str.maketrans("zv", "sf")
_ENDINGS = ("'s", "ies", "es", "en", "s")
_MOST_WORDS, _SHORTEST, _EARLY = 3, 4, 4
#: "The ramp that broke", "de man van de kade": whatever stands before, these say which.
_ALWAYS = GRAMMAR.which


@dataclass(frozen=True, slots=True)
class Phrase:
    """``place`` is that of its first word; ``told``: words behind it say which one; ``stems`` may hold
    those of a verb that follows."""

    place: int
    kind: Kind
    stems: tuple[str, ...]
    words: tuple[str, ...]
    told: bool = False
    known: bool = False
    ordinal: str = ""


class Phrases:
    """Finds them, in one language."""

    def __init__(self, words: Vocabulary) -> None:
        self._words = words

    def of(self, sentence: Sentence) -> list[Phrase]:
        return list(self._found(sentence))

    def _found(self, sentence: Sentence) -> Iterator[Phrase]:
        words = sentence.words
        for place, word in enumerate(words[:-1]):
            if word in THE or (word in GRAMMAR.all and self._counts(words[place + 1])):
                yield from self._definite(sentence, place)

    def _definite(self, sentence: Sentence, place: int) -> Iterator[Phrase]:
        words, at = sentence.words, self._after_adjectives(sentence, place + 1)
        noun = (
            at < len(words) and at not in sentence.breaks and words[at] not in self._words["small"]
        )
        if noun:
            if sentence.tokens[at][0].islower():
                # "The second week", "the 96 houses", "all fourteen": there is a row of them.
                row = words[place + 1].isdigit() or words[place] in GRAMMAR.all
                row = row or words[place + 1] in self._words["ordinals"]
                phrase = self._phrase(sentence, place, "ordinal" if row else "the", at)
                # "The first time" says of what, or it says nothing.
                if not (row and phrase.told and words[at] not in GRAMMAR.times):
                    yield phrase
        elif at > place + 1:
            # "The nineteen", "the 06:10", "de tweede was".
            last = words[at - 1]
            if self._counts(last) or last in self._words["ordinals"]:
                yield Phrase(place, "bare", (stem_of(last),), (last,))

    def _after_adjectives(self, sentence: Sentence, at: int) -> int:
        words, first = sentence.words, at
        while at < len(words) and (at == first or at not in sentence.breaks):
            if not self._counts(words[at]) and words[at] not in self._words["adjectives"]:
                break
            at += 1
        return at

    def _phrase(self, sentence: Sentence, place: int, kind: Kind, at: int) -> Phrase:
        run = [at]
        while len(run) < _MOST_WORDS and self._goes_on(sentence, run[-1]):
            run.append(run[-1] + 1)
        words = tuple(sentence.words[each] for each in run)
        return Phrase(
            place=place,
            kind=kind,
            stems=tuple(map(stem_of, words)),
            words=words,
            told=self._told(sentence, run[-1] + 1, first=place <= 1),
            known=self._is_known(words),
            ordinal=sentence.words[place + 1] if kind == "ordinal" else "",
        )

    def _goes_on(self, sentence: Sentence, place: int) -> bool:
        """Whether the word after this one belongs to the same noun, as far as can be seen."""
        after = place + 1
        if after >= len(sentence.words) or after in sentence.breaks:
            return False
        word = sentence.words[after]
        binds = word in self._words["small"] or word in self._words["prepositions"]
        plain = sentence.tokens[after][0].islower() and not binds
        return plain and not self._counts(word)

    def _is_known(self, words: Sequence[str]) -> bool:
        if len(words) > 1 and words[0].endswith(("ste", "est")):
            # "The steepest road": of which?
            return False
        return any(word in self._words["known"] for word in words)

    def _told(self, sentence: Sentence, at: int, *, first: bool) -> bool:
        if at >= len(sentence.words) - 1 or at in sentence.breaks:
            return False
        word, after = sentence.words[at], sentence.words[at + 1]
        if word in _ALWAYS:
            return True
        if word not in self._words["modifiers"] or self._counts(after):
            # "The instrument of 1781": which?
            return False
        # "The hole in the wall was", but "put the key in the wall".
        named = sentence.tokens[at + 1 + (after in THE) :][:1]
        return first or any(each[0].isupper() for each in named) or after in self._words["many"]

    def _counts(self, word: str) -> bool:
        return word in self._words["numbers"] or _DIGITS.fullmatch(word) is not None


@lru_cache(maxsize=8192)
def stem_of(word: str) -> str:
    """The part that "tekening" and "tekeningen" share; rough, and fast."""
    word = word.casefold().replace("’", "'")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    # "Mannen" and "man", "weken" and "week".
    return _DOUBLED.sub(r"\1\2", word).translate(_HARDENED)


_IN_TITLE = 3


class Nouns:
    """The nouns that a source uses with an article, for questions: "de mof", "the relay".

    Only where the source has the article just before the noun, so that gender and number are its own.
    """

    def __init__(self, source: Source) -> None:
        phrases, words = Phrases(source.words), source.words
        title = Sentence(source.title)
        self._articles: dict[str, str] = {}
        self._times: Counter[str] = Counter(_IN_TITLE * list(set(map(stem_of, title.words))))
        for sentence in (title, *source.sentences):
            self._times.update(set(map(stem_of, sentence.words)))
            for phrase in phrases.of(sentence):
                noun, adjacent = phrase.words[0], len(phrase.words) == 1
                # Of "the patient" or "the children" a colleague is not asked to tell.
                some = ("vague_nouns", "clients", "persons", "number_words")
                vague = any(noun in words[each] for each in some)
                beside = sentence.words[phrase.place + 1] == noun and len(noun) > 2
                if phrase.kind == "the" and adjacent and beside and noun.isalpha() and not vague:
                    self._articles.setdefault(noun, sentence.words[phrase.place])

    def of(self, sentences: Sequence[Sentence]) -> str:
        """Of the passage's nouns the one that the source comes back to most; the first of equals."""
        best, most = "", 1
        for sentence in sentences:
            for word in sentence.words:
                times = self._times[stem_of(word)]
                if word in self._articles and times > most:
                    best, most = f"{self._articles[word]} {word}", times
        return best
