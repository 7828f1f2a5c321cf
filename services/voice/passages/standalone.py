"""Whether a reader of nothing else understands a passage.

A noun that is taken as known ("the ramp", "their code") must be named in the passage itself, explained
by the words behind it, or be known to everybody. One that the source named before the passage is
unclear to a stranger; one that it never named can be guessed, a few times at most, and not in the
first words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from services.language import TRAITS
from services.voice.passages.sentences import THE, Sentence, Source
from services.voice.vocabulary import GRAMMAR, NAME_PARTICLES, Vocabulary, given_names

Kind = Literal["the", "ordinal", "bare"]

#: Ordinals that count from where one is: "the first week", "the next day".
FIRST = GRAMMAR.first

_DIGITS = re.compile(r"\d[\d.,:]*(?:%|e|ste|de|st|nd|rd|th)?")
_DOUBLED = re.compile(r"([aeou])\1(?=[^aeiou]+$)|(?<=...)([^aeiou])\2$")
_HARDENED = str.maketrans("zv", "sf")
_ENDINGS = ("'s", "ies", "es", "en", "s")
_MOST_WORDS = 3
#: "The ramp that broke", "de man van de kade": these say which one, with any word before.
_ALWAYS = GRAMMAR.which


@dataclass(frozen=True, slots=True)
class Phrase:
    """``place`` is that of its first word; ``defined``: words behind it say which one; ``stems`` may hold
    those of a verb that follows."""

    place: int
    kind: Kind
    stems: tuple[str, ...]
    words: tuple[str, ...]
    defined: bool = False
    known: bool = False
    ordinal: str = ""


class Phrases:
    """The nouns of a sentence that take something as known, in one language.

    Without a dictionary the noun is not always certain, so a phrase has the stems of all the words that it
    may be.
    """

    def __init__(self, words: Vocabulary) -> None:
        self._words = words

    def of(self, sentence: Sentence) -> list[Phrase]:
        words = sentence.words
        return [
            phrase
            for place, word in enumerate(words[:-1])
            if word in THE or (word in GRAMMAR.all and self._counts(words[place + 1]))
            for phrase in self._definite(sentence, place)
        ]

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
                if not (row and phrase.defined and words[at] not in GRAMMAR.times):
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
            defined=self._is_defined(sentence, run[-1] + 1, first=place <= 1),
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

    def _is_defined(self, sentence: Sentence, at: int, *, first: bool) -> bool:
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


#: So much may be guessed; more where the passage says whose place it is, or begins the source.
_OPEN, _ANCHORED, _BEGINS = 1.0, 1.0, 1.0
_FULL_NAME, _NAMED, _MISSED = 0.5, 0.5, 1.5
_NEVER = 99.0
_SHORTEST, _LONGEST = 4, 10


@dataclass(slots=True)
class _Read:
    """The knowledge of a reader so far."""

    stems: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    #: Something began or changed: "the first week" counts from there.
    changed: bool = False
    open: float = 0.0


class Assumptions:
    """Knows what the sentences of one source take as known."""

    def __init__(self, source: Source) -> None:
        self._source, self._words = source, source.words
        self._author = source.author.casefold().split()
        phrases = Phrases(source.words)
        self._phrases = list(map(phrases.of, source.sentences))
        self._stems = [list(map(self._ends_of, each.words)) for each in source.sentences]
        #: The sentence in which each stem comes first.
        self._first: dict[str, int] = {}
        for number, sentence in enumerate(self._stems):
            for ends in sentence:
                for end in ends:
                    self._first.setdefault(end, number)

    def open_in(self, sentences: Sequence[Sentence]) -> float | None:
        """How much a reader has to guess; None: more than they would."""
        first = sentences[0].place
        most = _OPEN + _BEGINS * (first == 0)
        most += _ANCHORED * any(map(self._source.is_anchored, sentences))
        read = _Read()
        for sentence in sentences:
            for asked in self._asked(sentence, first, read):
                read.open += asked
                if read.open > most:
                    return None
        return read.open

    def _asked(self, sentence: Sentence, first: int, read: _Read) -> Iterator[float]:
        stems, done = self._stems[sentence.place], 0
        for phrase in self._phrases[sentence.place]:
            read.stems.update(*stems[done : phrase.place])
            done = max(done, phrase.place)
            yield self._weight(phrase, sentence, first, read)
        read.stems.update(*stems[done:])
        yield from self._names(sentence, read)
        read.changed = read.changed or self._words["changes"].within(sentence.words)

    def _weight(self, phrase: Phrase, sentence: Sentence, first: int, read: _Read) -> float:
        """How much of a phrase a reader has to guess."""
        if not read.stems.isdisjoint(phrase.stems):
            return 0
        begins, later = sentence.place == 0, sentence.place > first
        named = [stem for stem in phrase.stems if self._first.get(stem, first) < first]
        if phrase.kind != "the":
            return 0 if self._counts_on(phrase, sentence, read) else _NEVER
        if phrase.known or phrase.defined:
            return 0
        if phrase.words[0] in self._words["relational"]:
            # "The cause": of what comes just before it.
            return 0 if later else _NEVER
        alone = named or not (begins or self._source.is_vacancy)
        if alone and not later and self._opens(phrase, sentence):
            return _NEVER
        if self._source.is_vacancy:
            return _NAMED * bool(named)
        return _MISSED if named else 1

    def _counts_on(self, phrase: Phrase, sentence: Sentence, read: _Read) -> bool:
        """ "In the first week" after something began; "the next day", late in a sentence."""
        begun = read.changed or self._source.is_vacancy
        if self._source.is_vacancy and (
            phrase.ordinal in FIRST
            or phrase.kind == "bare"
            or sentence.words[phrase.place] not in THE
        ):
            # "All 61 pumps", "the first operation of the day": of this job; and not "6 of the 10".
            return True
        return phrase.known and begun and phrase.ordinal in FIRST

    def _opens(self, phrase: Phrase, sentence: Sentence) -> bool:
        """ "The ramp dropped", "Without the ramp": nothing before it helps to guess."""
        led = sentence.words[0] in self._words["prepositions"]
        return phrase.place == 0 or (phrase.place == 1 and led)

    def _names(self, sentence: Sentence, read: _Read) -> Iterator[float]:
        tokens, place = sentence.tokens, 0
        while place < len(tokens):
            end = self._name_ends(sentence, place)
            if end == place:
                yield _MISSED * self._is_short_for(tokens[place])
                place += 1
                continue
            names = set(tokens[place:end])
            if names.isdisjoint(read.names):
                yield self._stranger(sentence, place, end)
            read.names |= names
            place = end

    def _name_ends(self, sentence: Sentence, place: int) -> int:
        """Where the name of a person ends that begins here; here, where none does."""
        tokens = sentence.tokens
        first = tokens[place].removesuffix("'s").removesuffix("’s")
        known = first.split("-")[0] in given_names() or first in self._source.people.known
        if not known:
            return place
        if not first[0].isupper() or (not place and sentence.words[0] in self._words["small"]):
            return place
        end = place + 1
        while end < len(tokens) and end not in sentence.breaks:
            particle = tokens[end] in NAME_PARTICLES and tokens[end + 1 : end + 2]
            if not tokens[end][0].isupper() and not (particle and particle[0][0].isupper()):
                break
            end += 1
        return end

    def _stranger(self, sentence: Sentence, place: int, end: int) -> float:
        """How much of a name a reader has to guess: nothing where the text says who that is."""
        words, breaks = sentence.words, sentence.breaks
        before = words[place - 1] if place else ""
        after = words[end] if end < len(words) else ""
        apart = end in breaks and sentence.tokens[end][0].islower()
        if apart or before in self._words["persons"]:
            return 0
        if after in GRAMMAR.out_of:
            return 0
        if (self._source.is_vacancy and place) or words[place] in self._author:
            return 0
        return _FULL_NAME if end - place > 1 else _NEVER

    def _is_short_for(self, token: str) -> bool:
        letters = len(token) > 1 and token.isalpha() and token.isupper()
        return letters and token.casefold() not in self._words["acronyms"]

    def _ends_of(self, word: str) -> tuple[str, ...]:
        """Its stem, and the ends of a longer word: "kabelmof" is a "mof"."""
        if word in self._words["small"]:
            return ()
        stem = stem_of(word)
        if not TRAITS[self._source.language].compounds:
            return (stem,)
        last = max(1, len(stem) - _SHORTEST + 1)
        return (stem, *(stem[at:] for at in range(max(3, len(stem) - _LONGEST), last)))
