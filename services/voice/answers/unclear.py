"""What somebody who knows nothing of a story or a vacancy does not understand of an answer about it.

An answer is typed by somebody who has the question and the text before them: "those boxes", "ze", "I'm one
of the two". As the opening of a post it is read by people who have seen neither. The first thing that
they would ask is found by its words; where nothing is found, the answer may open a post.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from services.language import Language
from services.voice.answers.told import Told, as_typed, beginning_of
from services.voice.passages.people import is_at_work
from services.voice.passages.phrases import Phrase, Phrases, is_done, stem_of
from services.voice.passages.pronouns import Pronouns
from services.voice.passages.telling import ARTICLES, THE, Sentence
from services.voice.vocabulary import given_names

Kind = Literal["who", "what", "than", "reply", "nothing"]

#: Nobody answers more at once.
_MOST = 3
#: Fewer words tell nothing.
_LEAST = 9
#: "In the linen cupboard": so often a place may be taken as known.
_PLACES = 2
_LATE, _SHORT = 5, 3
_FIRST = frozenset({"first", "eerste"})
_DEMONSTRATIVE = frozenset({"die", "dat", "dit", "deze", "that", "this", "those", "these"})
_RELATIVE = frozenset({"die", "dat", "that"})
_BEING = frozenset({"is", "was", "were", "ging", "heeft", "had", "werd", "kan", "kon", "moet"})
_MANY = frozenset({"they", "them", "their", "ze", "zij", "hun", "hen"})
_PERSONS = frozenset({"he", "she", "him", "her", "his", "hij", "hem"})
_ONE, _OF = frozenset({"one", "ones"}), frozenset({"of", "van"})
_THEM = frozenset({"the", "de", "die", "us", "them", "ons", "hen", "those", "deze"})
_PARTS = frozenset({"one", "some", "none", "both", "all", "half", "most", "een", "één", "geen"})
_VAGUE = frozenset({"thing", "bit", "stuff", "part", "ding", "stuk", "gedoe"})
_WHERE = frozenset(
    "in on at by behind under beside near round outside inside from to through across"
    " op bij achter onder naast langs buiten binnen uit door naar".split()
)
_SAYS_WHICH = frozenset("of van that which who whose die dat wat waar".split())
_WHO = frozenset("die who that".split())
_AND = frozenset("en maar and but".split())
_BESIDE = frozenset("next beside opposite naast tegenover".split())
_OURS = frozenset("my our mijn onze ons".split())
_FOUND = frozenset("vond vind vonden vinden".split())
_I = frozenset("ik we wij je i".split())
_SAID = frozenset("me him it us them all so is was say said thought think know knew".split())
_MYSELF = frozenset("i im ive id ill".split())
_CODED = re.compile(r"(?=.*\d)(?=.*[A-Z])[\w-]+")
_LAST = frozenset({"too", "either", "ook", "instead"})
_SPLIT_ER = frozenset("van uit mee aan over voor op bij door tegen".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """The ``words`` that leave a stranger asking, as they were typed, and what they ask."""

    kind: Kind
    words: str


#: A kind, and the words from one place to before another.
_Found = tuple[Kind, int, int]


def unclear_in(answer: str, language: Language, *, said: str = "") -> tuple[Unclear, ...]:
    """What a stranger would ask first, a few things at most; none where they understand it.

    ``said`` is what stands in the post besides: the job, the author, who somebody is.
    """
    told = Told(answer, language, said)
    stranger = _Stranger(told)
    found: dict[str, Unclear] = {}
    for sentence in told.sentences:
        done = 0
        for kind, start, end in sorted(stranger.asks(sentence), key=_first):
            if start >= done:
                words = as_typed(sentence, start, end)
                found.setdefault(words.casefold(), Unclear(kind=kind, words=words))
                done = end
        told.take(sentence)
    if not found and sum(len(each.words) for each in told.sentences) < _LEAST:
        return (Unclear(kind="nothing", words=""),)
    return tuple(found.values())[:_MOST]


def _first(found: _Found) -> tuple[int, bool, int]:
    """What is asked of a word says more than that a sentence replies."""
    kind, start, end = found
    return start, kind == "reply", -end


class _Stranger:
    """Reads one answer, and asks."""

    def __init__(self, told: Told) -> None:
        self._told, self._words = told, told.words
        self._phrases = Phrases(told.words)
        self._pronouns = Pronouns(told.people.known, told.words)
        self._places = 0

    def asks(self, sentence: Sentence) -> Iterator[_Found]:
        """Everything in a sentence, in any order."""
        if not self._told.before:
            yield from self._replies(sentence)
            yield from self._points_back(sentence)
        yield from self._comments(sentence)
        yield from self._compares(sentence)
        yield from self._stands_for(sentence)
        yield from self._takes_as_known(sentence)
        yield from self._points(sentence)
        yield from self._names(sentence)

    def _replies(self, sentence: Sentence) -> Iterator[_Found]:
        """ "Was ook mijn eerste gedachte", "Yes to the dogs": to a question that nobody reads."""
        words, opens = sentence.words, self._words["openers"].begins(sentence.words)
        known = words[0] in ARTICLES or words[0] in _DEMONSTRATIVE | _MANY | _PERSONS
        named = sentence.tokens[0] in given_names()
        # "New operators talk too much".
        people = any(word.rstrip("s") in self._words["persons"] for word in words[:2])
        opens = opens or known or named or people or words[0] == "it"
        if self._words["replies"].within(words) or not (opens and self._is_somebodys(words)):
            yield ("reply", *beginning_of(sentence))

    def _is_somebodys(self, words: list[str]) -> bool:
        """ "Sinds de oven aan is zonder jas gemonteerd": who?"""
        told = ("one", "many", "persons", "collectives", "pronouns")
        return any(self._words[each].within(words) for each in told) or not _MANY.isdisjoint(words)

    def _points_back(self, sentence: Sentence) -> Iterator[_Found]:
        """ "Ik stond erbij", "I was up there": where a reader was not."""
        words = sentence.words
        for place in self._words["pointing_there"].places(words):
            short = words[place] == "er" or words[place : place + 2][-1:] == ["er"]
            split = not short or not _SPLIT_ER.isdisjoint(words[place + 2 :])
            if split and not self._something(sentence, place):
                # "Heb er", but "daar".
                yield "what", place, place + 2 - (words[place] in self._words["pointing_there"])
        for place, word in enumerate(words[:-1]):
            alone = word in ("dat", "that", "this", "dit") and words[place + 1] in _BEING
            if alone and place not in sentence.breaks and not self._something(sentence, place):
                yield "what", place, place + 1

    def _something(self, sentence: Sentence, place: int) -> bool:
        """Whether a thing is named before a word of this sentence."""
        tokens = [each for one in self._told.before for each in one.tokens]
        return self._pronouns.something([*tokens, *sentence.tokens[:place]])

    def _comments(self, sentence: Sentence) -> Iterator[_Found]:
        """ "Ben benieuwd": to what?"""
        if self._words["comments"].within(sentence.words):
            yield ("reply", *beginning_of(sentence))

    def _compares(self, sentence: Sentence) -> Iterator[_Found]:
        words, begun = sentence.words, bool(self._told.before)
        for place in self._words["comparing"].places(words):
            word = words[place]
            followed = words[place : place + 2]
            other = {"other", "others", "andere", "anderen"} & {*followed}
            if other and not {"one", "een", "each", "ene", "elk"}.isdisjoint(words[:place]):
                continue
            lightly = word in {"ook", "also", "both", "beide", "allebei", "anders", "instead"}
            if not (begun and (lightly or self._something(sentence, place))):
                end = place + 2 if word in ARTICLES or word in {"as", "like", "net"} else place + 1
                # "The exact same thing".
                while end < min(place + 3, len(words)) and end not in sentence.breaks:
                    if words[end] in self._words["small"]:
                        break
                    end += 1
                yield "than", place, end
        if words[-1] in _LAST or words[-2:] == ["as", "well"]:
            yield "than", len(words) - 1 - (words[-1] == "well"), len(words)

    def _stands_for(self, sentence: Sentence) -> Iterator[_Found]:
        """ "They were right", "ze": who?"""
        for where, place in self._pronouns.unclear([*self._told.before, sentence]):
            if where is sentence:
                word = sentence.words[place].split("'")[0]
                yield "who" if word in _MANY | _PERSONS else "what", place, place + 1

    def _takes_as_known(self, sentence: Sentence) -> Iterator[_Found]:
        yield from self._parts(sentence)
        for phrase in self._phrases.of(sentence):
            end = self._end_of(sentence, phrase)
            if phrase.kind in ("ordinal", "bare"):
                if not self._counts_on(sentence, phrase):
                    yield "what", phrase.place, end
            elif phrase.kind == "the" and not self._is_plain(sentence, phrase):
                yield "what", phrase.place, end

    def _parts(self, sentence: Sentence) -> Iterator[_Found]:
        """ "One of the two", "een van die drie", "the one who": which?"""
        words = sentence.words
        for place in range(len(words) - 2):
            counted = words[place] in _PARTS or words[place] in self._words["numbers"]
            # "Bij de drie die niets wilden zeggen".
            row = words[place] in THE and words[place + 1] in self._words["numbers"]
            if row and words[place + 2] in _WHO and not self._told.before:
                yield "what", place, place + 3
            if counted and words[place + 1] in _OF and words[place + 2] in _THEM:
                after = words[place + 3 : place + 4]
                bare = not after or after[0] in self._words["small"]
                if bare or after[0] in self._words["numbers"]:
                    if not self._told.before:
                        yield "what", place, place + 3 + (not bare)
        for place, word in enumerate(words):
            start = place - 1
            while start > 0 and words[start] not in self._words["small"]:
                start -= 1
            ordinal = words[start + 1] in self._words["ordinals"]
            if word in _ONE and words[start] in {"the", "that", "this"} and not ordinal:
                yield "what", start, place + 1

    def _end_of(self, sentence: Sentence, phrase: Phrase) -> int:
        """Behind the noun of a phrase, as far as can be seen."""
        words = sentence.words
        last = next(at for at in range(phrase.place + 1, len(words)) if words[at] == phrase.words[0])
        return last + 1 + self._goes_on(sentence, last + 1)

    def _counts_on(self, sentence: Sentence, phrase: Phrase) -> bool:
        """ "The first week" is anybody's; "the second one" after two coffees."""
        if phrase.known and phrase.ordinal in _FIRST:
            return True
        earlier = [*sentence.words[: phrase.place], *(w for s in self._told.before for w in s.words)]
        counted = any(each in self._words["numbers"] for each in earlier)
        named = not self._told.named_before(sentence, phrase.place).isdisjoint(phrase.stems)
        later = bool(self._told.before) or phrase.place > _LATE
        return counted or named or (later and phrase.ordinal in {"next", "volgende"})

    def _is_plain(self, sentence: Sentence, phrase: Phrase) -> bool:
        """Whether nobody asks which one is meant."""
        words, place = sentence.words, phrase.place
        if not _VAGUE.isdisjoint(phrase.words):
            return False
        if not self._told.named_before(sentence, place).isdisjoint(phrase.stems):
            return True
        person = any(each in self._words["persons"] for each in phrase.words)
        if self._is_told(sentence, self._end_of(sentence, phrase)):
            return not (person and not place) or bool(self._told.before)
        if words[place] == "het" and not _FOUND.isdisjoint(words[max(0, place - 2) : place]):
            # "Na twintig meter vond ik het genoeg".
            return bool(self._told.before)
        if words[place] == "het" and words[place + 1].endswith("st"):
            # "Wie het hardst riep".
            return True
        if words[place] == "het" and is_done(sentence, place + 1):
            return bool(self._told.before)
        relational = words[place + 1] in self._words["relational"]
        superlative = words[place + 1].endswith(("ste", "est")) and not relational
        begun = bool(place or self._told.before)
        if superlative or (relational and self._told.before):
            return begun
        if phrase.known or self._words["workplaces"].begins(phrase.words):
            return True
        if place and words[place - 1] in _WHERE and not relational and place > 1:
            self._places += 1
            return self._places <= _PLACES
        return False

    def _is_told(self, sentence: Sentence, end: int) -> bool:
        """ "The farm at Ellerton", "the man next to me": words behind it say which."""
        words = sentence.words
        if end >= len(words) - 1 or end in sentence.breaks:
            return False
        named = sentence.tokens[end + 1][0].isupper() or words[end + 1] in _OURS
        return words[end] in _SAYS_WHICH | _BESIDE or (words[end] in _WHERE and named)

    def _points(self, sentence: Sentence) -> Iterator[_Found]:
        """ "Die planken", "at that open evening": which?"""
        words, small = sentence.words, self._words["small"]
        for place, word in enumerate(words[:-1]):
            noun = place + 1
            if word == "zo'n" and not (self._told.before or words[noun] in self._words["numbers"]):
                yield "what", place, noun + 1
            while noun < len(words) - 1 and words[noun] in self._words["adjectives"]:
                noun += 1
            pointed = word in _DEMONSTRATIVE and not (words[noun] in small and noun == place + 1)
            if not pointed or (word in _RELATIVE and self._is_relative(sentence, place)):
                continue
            timed = words[noun] in self._words["seasons"] or words[noun] in self._words["dates"]
            if not (timed or self._is_named(sentence, place, noun) or self._is_moment(words[noun])):
                yield "what", place, noun + 1 + self._goes_on(sentence, noun + 1)

    def _goes_on(self, sentence: Sentence, at: int) -> bool:
        """ "That open evening", "the weld change": English writes a noun as several words."""
        if self._told.language != "en" or at >= len(sentence.words) or at in sentence.breaks:
            return False
        word = sentence.words[at]
        binds = any(word in self._words[each] for each in ("small", "prepositions", "modifiers"))
        return not (binds or word in _BESIDE or word.endswith(("ed", "ing", "'s")))

    def _is_named(self, sentence: Sentence, place: int, noun: int) -> bool:
        """By the answer itself: what stands behind it in the post is no reason for "that"."""
        named = {stem_of(each) for one in self._told.before for each in one.words}
        return stem_of(sentence.words[noun]) in named.union(map(stem_of, sentence.words[:place]))

    def _is_moment(self, word: str) -> bool:
        """ "That night" counts from what was told."""
        return bool(self._told.before) and word in self._words["vague_nouns"]

    def _is_relative(self, sentence: Sentence, place: int) -> bool:
        """ "Een mevrouw die koffie bracht", "dat scheelt", "I thought that people": no noun follows."""
        words = sentence.words
        before = words[place - 1] if place else ""
        if before in self._words["prepositions"] or (word := words[place]) == before:
            return False
        if word == "dat":
            return bool(place) or not _I.isdisjoint(words[2:3])
        if not place:
            return False
        if place in sentence.breaks:
            # "Een lijst, die lijst is nu kwijt".
            return word != "die"
        and_that = before in _AND and self._something(sentence, place)
        return and_that or before not in self._words["small"] or before in _SAID

    def _names(self, sentence: Sentence) -> Iterator[_Found]:
        """ "Marianne had gelijk", "ingediend bij de RUD"."""
        tokens, words = sentence.tokens, sentence.words
        for place, token in enumerate(tokens):
            plain = token.removesuffix("'s").removesuffix("’s")
            if not (plain[0].isupper() and len(plain) > 1) or plain in self._told.names:
                continue
            if (plain.isalpha() and plain.isupper()) or _CODED.fullmatch(plain):
                if plain.casefold() not in self._words["acronyms"]:
                    yield "what", place, place + 1
            elif self._is_stranger(sentence, place, plain) and not self._is_introduced(sentence, place):
                yield "who", place, place + 1
        for place, word in enumerate(words[1:], start=1):
            # "Zaal 2", "lijn 104".
            last = place + 1 == len(words) or words[place + 1] in self._words["small"]
            numbered = word.isdigit() and last and place not in sentence.breaks
            if numbered and self._is_noun(words[place - 1]):
                yield "what", place - 1, place + 1

    def _is_noun(self, word: str) -> bool:
        lists = ("small", "prepositions", "dates", "moments", "adjectives", "vague_nouns", "numbers")
        return len(word) > _SHORT and not any(word in self._words[each] for each in lists)

    def _is_stranger(self, sentence: Sentence, place: int, name: str) -> bool:
        words = sentence.words
        if name.casefold() in _MYSELF or name.startswith(("I'", "I’")):
            return False
        if name in given_names():
            return words[place] not in self._words["small"] or place > 0
        word = words[place]
        if not place or word in self._words["dates"] or word in self._words["weekdays"]:
            return False
        before = words[place - 1]
        return not (
            before in self._words["prepositions"]
            or before in ARTICLES
            or sentence.tokens[place - 1][0].isupper()
            or self._words["ours"].within([before])
        )

    def _is_introduced(self, sentence: Sentence, place: int) -> bool:
        """ "My colleague Maeve", "Koen, onze planner"."""
        words = sentence.words
        before = words[place - 1] if place and place not in sentence.breaks else ""
        if before in self._words["persons"] or (before and is_at_work(before)):
            return True
        after = words[place + 1 : place + 3]
        return place + 1 in sentence.breaks and len(after) > 1 and (
            after[0] in {"my", "our", "mijn", "onze", "de", "the", "een", "a"}
        )
