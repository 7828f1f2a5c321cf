"""What an answer takes as known: "ze", "die planken", "the crane", "one of the two"."""

from __future__ import annotations

from collections.abc import Iterator

from services.voice.answers.told import Found, Kind, Told
from services.voice.passages.phrases import FIRST, NEXT, Phrase, Phrases, is_done, stem_of
from services.voice.passages.telling import THE, Sentence

#: "In the linen cupboard": so often a place may be taken as known.
_PLACES = 2
_LATE = 5
_TEN = frozenset({"ten", "tien", "hundred", "honderd"})
_DEMONSTRATIVE = frozenset(["die", "dat", "dit", "deze", "that", "this", "those", "these"])
_RELATIVE = frozenset({"die", "dat", "that"})
_ONE, _OF = frozenset({"one", "ones"}), frozenset({"of", "van"})
_POINTED = frozenset({"the", "that", "this"})
_THEM = frozenset(["the", "de", "die", "us", "them", "ons", "hen", "those", "deze"])
_PARTS = frozenset(["one", "some", "none", "both", "all", "half", "most", "een", "één", "geen"])
_VAGUE = frozenset(["thing", "bit", "stuff", "part", "ding", "stuk", "gedoe"])
_SAYS_WHICH = frozenset(["of", "van", "that", "which", "who", "whose", "die", "dat", "wat", "waar"])
_WHO, _AND = frozenset(["die", "who", "that"]), frozenset(["en", "maar", "and", "but"])
_THIS = frozenset({"this", "deze", "dit"})
_EACH = frozenset(["every", "each", "elke", "elk", "iedere", "ieder"])
_BESIDE = frozenset(["next", "beside", "opposite", "naast", "tegenover"])
_OURS = frozenset(["my", "our", "mijn", "onze", "ons"])
_LIKED = frozenset({"love", "loved", "like", "enjoy", "hate"})
_FOUND = frozenset(["vond", "vind", "vonden", "vinden"])
_I = frozenset(["ik", "we", "wij", "je", "i"])
_WAS = frozenset(["ben", "is", "was", "zijn", "waren", "i'm"])


class References:
    """Reads one answer."""

    def __init__(self, told: Told) -> None:
        self._told, self._words = told, told.words
        self._phrases = Phrases(told.words)
        self._places = 0

    def asks(self, sentence: Sentence) -> Iterator[Found]:
        """Everything in a sentence, in any order."""
        yield from self._stands_for(sentence)
        yield from self._parts(sentence)
        yield from self._takes_as_known(sentence)
        yield from self._points(sentence)

    def _stands_for(self, sentence: Sentence) -> Iterator[Found]:
        """ "They were right", "ze": who?"""
        for where, place in self._told.pronouns.unclear([*self._told.before, sentence]):
            if where is sentence and not self._is_liked(sentence, place):
                word = sentence.words[place].split("'")[0]
                kind: Kind = "who" if word in self._words["personal_pronouns"] else "what"
                yield kind, place, place + 1

    def _is_liked(self, sentence: Sentence, place: int) -> bool:
        """ "I love it": what was told."""
        return self._told.begun and not _LIKED.isdisjoint(sentence.words[max(0, place - 1) : place])

    def _parts(self, sentence: Sentence) -> Iterator[Found]:
        """ "One of the two", "een van die drie", "the one who": which?"""
        words = sentence.words
        small, numbers = self._words["small"], self._words["numbers"]
        for place in range(0 if self._told.begun else len(words) - 2):
            first, then, last = words[place : place + 3]
            # "Bij de drie die niets wilden zeggen".
            if first in THE and then in numbers and last in _WHO:
                yield "what", place, place + 3
            if (first in _PARTS or first in numbers) and then in _OF and last in _THEM:
                after = words[place + 3 : place + 4]
                bare = not after or after[0] in small
                if bare or after[0] in numbers:
                    yield "what", place, place + 3 + (not bare)
        for place, word in enumerate(words):
            start = place - 1
            while start > 0 and words[start] not in self._words["small"]:
                start -= 1
            ordinal = words[start + 1] in self._words["ordinals"]
            # "Most of them mend it, and the ones who ask mend it faster".
            some = self._told.begun and word == "ones" and words[place + 1 : place + 2] == ["who"]
            if word in _ONE and words[start] in _POINTED and not (ordinal or some):
                yield "what", start, place + 1
        yield from self._counted(sentence)

    def _counted(self, sentence: Sentence) -> Iterator[Found]:
        """ "Ik zoek er eigenlijk twee": of what?"""
        words = sentence.words
        for place, word in enumerate(words):
            if word != "er" or self._told.begun:
                continue
            numbers = [at for at in (place + 1, place + 2) if self._is_number(words[at : at + 1])]
            for at in numbers[:1]:
                ends = at == len(words) - 1 or at + 1 in sentence.breaks
                if ends or words[at + 1] in self._words["small"]:
                    yield "what", place, at + 1

    def _is_number(self, word: list[str]) -> bool:
        return bool(word) and (word[0] in self._words["numbers"] or word[0].isdigit())

    def _takes_as_known(self, sentence: Sentence) -> Iterator[Found]:
        for phrase in self._phrases.of(sentence):
            end = self._end_of(sentence, phrase)
            if phrase.kind in ("ordinal", "bare"):
                if not self._counts_on(sentence, phrase):
                    yield "what", phrase.place, end
            elif phrase.kind == "the" and not self._is_plain(sentence, phrase):
                person = phrase.words[0] in self._words["persons"]
                yield "who" if person else "what", phrase.place, end

    def _end_of(self, sentence: Sentence, phrase: Phrase) -> int:
        """Behind the noun of a phrase, as far as can be seen."""
        words = sentence.words
        last = next(
            at for at in range(phrase.place + 1, len(words)) if words[at] == phrase.words[0]
        )
        return last + 1 + self._goes_on(sentence, last + 1)

    def _describes(self, sentence: Sentence, at: int) -> bool:
        """ "Die smalle lift", "dat open hek"."""
        word, after = sentence.words[at], sentence.words[at + 1]
        dutch = self._told.language == "nl" and len(word) > _LATE and word.endswith("e")
        noun = after not in self._words["small"] and at + 1 not in sentence.breaks
        return word in self._words["adjectives"] or (dutch and noun)

    def _goes_on(self, sentence: Sentence, at: int) -> bool:
        """ "That open evening", "the weld change": English writes a noun as several words."""
        if self._told.language != "en" or at >= len(sentence.words) or at in sentence.breaks:
            return False
        word = sentence.words[at]
        binds = any(word in self._words[each] for each in ("small", "prepositions", "modifiers"))
        done = word.endswith(("ed", "ing", "'s")) and word not in self._words["known"]
        return not (binds or done or word in _BESIDE)

    def _counts_on(self, sentence: Sentence, phrase: Phrase) -> bool:
        """ "The first week" is anybody's; "the second one" after two coffees."""
        if (phrase.known and phrase.ordinal in FIRST) or phrase.ordinal in _TEN:
            # "Nine of the ten look at the drawing first".
            return True
        earlier = [
            *sentence.words[: phrase.place],
            *(w for s in self._told.before for w in s.words),
        ]
        counted = any(each in self._words["numbers"] for each in earlier)
        named = not self._told.named_before(sentence, phrase.place).isdisjoint(phrase.stems)
        later = self._told.begun or phrase.place > _LATE
        # "And gives me the second one".
        counted = counted and (phrase.kind == "bare" or not _ONE.isdisjoint(phrase.words))
        return counted or named or (later and phrase.ordinal in NEXT)

    def _is_plain(self, sentence: Sentence, phrase: Phrase) -> bool:
        """Whether nobody asks which one is meant."""
        place, begun = phrase.place, self._told.begun
        if not _VAGUE.isdisjoint(phrase.words):
            return False
        if not self._told.named_before(sentence, place).isdisjoint(phrase.stems):
            return True
        if not (begun or place) and self._is_somebody(phrase):
            return False
        if self._is_told(sentence, self._end_of(sentence, phrase)):
            return True
        if self._is_no_noun(sentence, place):
            return begun
        return self._is_known(sentence, phrase)

    def _is_known(self, sentence: Sentence, phrase: Phrase) -> bool:
        """By everybody, or as a place where people work."""
        place, begun, article = phrase.place, self._told.begun, sentence.words[phrase.place]
        after = sentence.words[place + 1]
        if after in self._words["relational"]:
            # "The answer is no", of what was told; not "then came the result".
            return phrase.known or (begun and not place)
        if after.endswith(("ste", "est")) or (article == "het" and after.endswith("st")):
            # "The best stop", "wie het hardst riep"; but of which stops?
            return begun or bool(place)
        if phrase.known or self._words["workplaces"].begins(phrase.words):
            return True
        if self._is_place(sentence, phrase):
            self._places += 1
            return self._places <= _PLACES
        return False

    def _is_place(self, sentence: Sentence, phrase: Phrase) -> bool:
        """ "In the linen cupboard", "de stoep op"; and what somebody handles, once they began to tell."""
        words, place, end = sentence.words, phrase.place, self._end_of(sentence, phrase)
        if place > 1 and words[place - 1] in self._words["where"]:
            return True
        climbed = end == len(words) - 1 or end + 1 in sentence.breaks
        return place > 1 and (self._told.begun or (climbed and words[end] in self._words["where"]))

    def _is_somebody(self, phrase: Phrase) -> bool:
        """ "The man who asked for the atlas", "de klant": a reader has not met them."""
        several = any(each.endswith(("s", "en")) for each in phrase.words)
        return not several and any(each in self._words["persons"] for each in phrase.words)

    def _is_no_noun(self, sentence: Sentence, place: int) -> bool:
        """ "Na twintig meter vond ik het genoeg", "toen het opgelost was"."""
        words = sentence.words
        if words[place] != "het":
            return False
        found = not _FOUND.isdisjoint(words[max(0, place - 2) : place])
        return found or is_done(sentence, place + 1)

    def _is_told(self, sentence: Sentence, end: int) -> bool:
        """ "The farm at Ellerton", "the man next to me": words behind it say which."""
        words = sentence.words
        if end >= len(words) - 1 or end in sentence.breaks:
            return False
        named = sentence.tokens[end + 1][0].isupper() or words[end + 1] in _OURS
        return words[end] in _SAYS_WHICH | _BESIDE or (words[end] in self._words["where"] and named)

    def _points(self, sentence: Sentence) -> Iterator[Found]:
        """ "Die planken", "at that open evening": which?"""
        words, small = sentence.words, self._words["small"]
        for place, word in enumerate(words[:-1]):
            noun = place + 1
            if word == "zo'n" and not (self._told.before or words[noun] in self._words["numbers"]):
                yield "what", place, noun + 1
            while noun < len(words) - 1 and self._describes(sentence, noun):
                noun += 1
            pointed = word in _DEMONSTRATIVE and not (words[noun] in small and noun == place + 1)
            if not pointed or (word in _RELATIVE and self._is_relative(sentence, place)):
                continue
            timed = words[noun] in self._words["seasons"] or words[noun] in self._words["dates"]
            timed = timed or self._is_moment(sentence, place, words[noun])
            if not (timed or self._is_named(sentence, place, noun)):
                yield "what", place, noun + 1 + self._goes_on(sentence, noun + 1)

    def _is_named(self, sentence: Sentence, place: int, noun: int) -> bool:
        """By the answer itself: what stands behind it in the post is no reason for "that"."""
        named = {stem_of(each) for one in self._told.before for each in one.words}
        return stem_of(sentence.words[noun]) in named.union(map(stem_of, sentence.words[:place]))

    def _is_moment(self, sentence: Sentence, place: int, word: str) -> bool:
        """ "That night" counts from what was told, "every Friday" too."""
        begun = self._told.begun or not _EACH.isdisjoint(sentence.words[:place])
        begun = begun or sentence.words[place] in _THIS
        return begun and word in self._words["vague_nouns"]

    def _is_relative(self, sentence: Sentence, place: int) -> bool:
        """ "Een mevrouw die koffie bracht", "dat scheelt", "I thought that people": no noun follows."""
        words = sentence.words
        before = words[place - 1] if place else ""
        if before in _WAS and (word := words[place]) in _WHO and not _I.isdisjoint(words[:place]):
            # "Ik was die medewerker".
            return False
        if before in self._words["prepositions"] or (word := words[place]) == before:
            return False
        if word == "dat":
            return bool(place) or not _I.isdisjoint(words[2:3])
        if not place:
            return False
        if place in sentence.breaks:
            # "Een lijst, die lijst is nu kwijt".
            return word != "die"
        and_that = before in _AND and self._told.something(sentence, place)
        return (
            and_that or before not in self._words["small"] or before in self._words["before_that"]
        )
