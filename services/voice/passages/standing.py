"""Whether a reader of nothing else understands a passage.

A noun that is taken as known ("the ramp", "their code") must be named in the passage itself, explained
by the words behind it, or be known to everybody. One that the source named before the passage is
unclear to a stranger; one that it never named can be guessed, a few times at most, and not in the
first words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.language import TRAITS
from services.voice.passages.phrases import FIRST, Phrase, Phrases, stem_of
from services.voice.passages.telling import THE, Sentence, Source
from services.voice.vocabulary import GRAMMAR, NAME_PARTICLES, given_names

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
        #: In which sentence each stem stands first.
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
        if phrase.known or phrase.told:
            return 0
        if phrase.words[0] in self._words["relational"]:
            # "The cause": of what stands just before it.
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
