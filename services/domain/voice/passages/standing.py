"""Whether a passage is understood by somebody who has not read what stands before it.

It leans back by its first words ("Dat", "They"), by a word that points ("the same", "daarvan"), by
a pronoun before which nobody is named, by a comparison with something not said, and by a noun with
"de", "het" or "the" that was first named before the passage. Of a noun the source's own words can
help out: the place or thing with which it was named (``about``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.domain.voice.passages.telling import Sentence, Source
from services.domain.voice.vocabulary import given_names

_TOKEN = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")
_DEFINITE = frozenset({"de", "het", "the"})
_PERSONAL = frozenset(["hij", "hem", "haar", "he", "she", "him", "his", "her"])
_PLURAL = frozenset(["zij", "ze", "hun", "hen", "they", "them", "their"])
_THAN = frozenset({"dan", "than"})
_NOT = frozenset({"niet", "no", "any", "geen", "nooit", "not"})
_NOW = frozenset({"nu", "now", "inmiddels", "today", "vandaag", "tegenwoordig"})
_HARDENED = str.maketrans("zv", "sf")
_ENDINGS = ("'s", "ies", "es", "en", "s")
#: With more nouns that were named before, no few words help.
_MOST_NAMED = 2

_CAPITAL = r"[A-ZÀ-Þ][\w'’]*(?:-[\w'’]+)*"
_SETTING = re.compile(
    r"\b(?:[Bb]ij|[Ii]n|[Oo]p|[Aa]an|[Ll]angs|[Aa]t|[Oo]n|[Nn]ear)\s+"
    r"(?:(?:de|het|een|onze|ons|the|our|a|an)\s+)?"
    rf"(?P<plain>(?:[a-zà-ÿ][\w'’-]+\s+(?:in\s+|van\s+|of\s+|at\s+)?){{0,3}}){_CAPITAL}"
    rf"(?:[ -](?:(?:van|de|den|der|of|the|aan|el)\s+){{0,2}}{_CAPITAL}){{0,3}}"
    rf"(?:\s+(?:in|bij|aan|at|on)\s+{_CAPITAL}(?:[ -]{_CAPITAL})?)?"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """``about`` is empty where nothing is needed."""

    alone: bool
    about: str = ""


@dataclass(frozen=True, slots=True)
class _Mention:
    """A noun after "de", "het" or "the". ``modified``: words after it say which one."""

    word: str
    stem: str
    place: int
    modified: bool


class Ground:
    """What each sentence of a source stands on."""

    def __init__(self, source: Source) -> None:
        self._source, self._words = source, source.words
        self._tokens = [_TOKEN.findall(each.text) for each in source.sentences]
        self._mentions = [list(self._definite(tokens)) for tokens in self._tokens]
        #: In which sentences each stem stands.
        self._first: dict[str, int] = {}
        for number, tokens in enumerate(self._tokens):
            for token in tokens:
                self._first.setdefault(stem_of(token), number)
        self._settings = [self._setting(each) for each in source.sentences]

    def opens(self, sentence: Sentence) -> bool:
        """Whether a passage may begin with it, as far as its own words tell."""
        words = sentence.words
        if self._words["leaning"].begins(words) or self._words["pointing"].within(words):
            return False
        if words[0] in _NOW and any(w[0].isdigit() or w in self._words["numbers"] for w in words):
            return False
        return not self._compares(words) and not self._stands_for(sentence)

    def of(self, sentences: Sequence[Sentence]) -> Standing:
        """How the passage of these sentences stands; the first one `opens`."""
        if self._source.is_vacancy:
            return Standing(alone=True)
        first = sentences[0].place
        if first == 0:
            return Standing(alone=True)
        named = list(dict.fromkeys(self._named_before(sentences)))
        loose = self._loose_subject(sentences[0]) and not named
        if not named and not loose:
            return Standing(alone=True)
        if len(named) > _MOST_NAMED:
            return Standing(alone=False)
        held = " ".join(each.text for each in sentences)
        for about in self._abouts(named, first):
            if about not in held:
                return Standing(alone=True, about=about[0].upper() + about[1:])
        return Standing(alone=False)

    def _named_before(self, sentences: Sequence[Sentence]) -> Iterator[str]:
        """Stems of nouns that the passage takes as known, and that stand before it."""
        seen: set[str] = set()
        for sentence in sentences:
            for mention in self._mentions[sentence.place]:
                before = self._first.get(mention.stem, sentence.place) < sentences[0].place
                if before and mention.stem not in seen and not mention.modified:
                    yield mention.stem
            seen.update(map(stem_of, self._tokens[sentence.place]))

    def _loose_subject(self, sentence: Sentence) -> bool:
        """Whether it begins with "The fix" or "De drukker", and does not say which."""
        mentions = self._mentions[sentence.place]
        return bool(mentions) and mentions[0].place <= 1 and not mentions[0].modified

    def _abouts(self, named: list[str], first: int) -> Iterator[str]:
        for stem in named:
            there = self._first[stem]
            if self._settings[there]:
                yield self._settings[there]
            if phrase := self._phrase(stem, there):
                yield phrase
        lead = [place for place in range(first) if self._settings[place]]
        if lead:
            yield self._settings[lead[-1]]

    def _setting(self, sentence: Sentence) -> str:
        """ "in de wijk Berflo Es in Hengelo": where it is, by a name that is nobody's."""
        for found in _SETTING.finditer(sentence.text):
            tokens = _TOKEN.findall(found[0])
            capitals = [token for token in tokens[1:] if token[0].isupper()]
            small = [word for word in found["plain"].split() if word in self._words["small"]]
            if any(each.casefold() in self._words["dates"] for each in capitals):
                continue
            people = any(
                each in given_names() or each in self._source.people.known for each in capitals
            )
            if not people and all(word in self._words["modifiers"] for word in small):
                return found[0]
        return ""

    def _phrase(self, stem: str, place: int) -> str:
        """ "a bill of 4,100 euros": how a noun was first named, when that says which one."""
        text = self._source.sentences[place].text
        for found in re.finditer(
            r"\b(?:een|an?|onze|our)\s+(?:[a-zà-ÿ][\w'’-]*\s+){0,2}?(?P<noun>[a-zà-ÿ][\w'’-]+)\s+"
            r"(?:van|of|uit|met|voor|from|with|for|in|op)\s+[^,.;:!?]{2,50}?(?=[,.;:?])",
            text,
            re.IGNORECASE,
        ):
            rest = found[0].split()
            verbs = sum(word in self._words["small"] for word in rest)
            if stem_of(found["noun"]) == stem and len(rest) <= 9 and verbs <= 3:
                return found[0]
        return ""

    def _definite(self, tokens: list[str]) -> Iterator[_Mention]:
        small, adjectives = self._words["small"], self._words["adjectives"]
        known, relational = self._words["known"], self._words["relational"]
        for place, token in enumerate(tokens[:-1]):
            if token.casefold() not in _DEFINITE:
                continue
            at = place + 1
            while at < len(tokens) - 1 and tokens[at].casefold() in adjectives:
                at += 1
            if self._is_adjective(tokens, at):
                at += 1
            word = tokens[at].casefold()
            if tokens[at][0].isupper() or tokens[at][0].isdigit() or word in small:
                if at > place + 1 and tokens[at - 1].casefold() in relational:
                    yield _Mention(word, stem_of(tokens[at - 1]), place, modified=False)
                continue
            if word in known and word not in relational:
                continue
            after = tokens[at + 1].casefold() if at + 1 < len(tokens) else ""
            yield _Mention(word, stem_of(word), place, modified=after in self._words["modifiers"])

    def _is_adjective(self, tokens: list[str], at: int) -> bool:
        """By its ending, where another plain word follows."""
        word = tokens[at].casefold()
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        plain = following[:1].islower() and following.casefold() not in self._words["small"]
        if not plain:
            return False
        if self._source.language == "nl":
            return word.endswith("e") and len(word) > 4
        return word.endswith(("ed", "ing", "al", "ic", "ous", "ful", "ive", "y"))

    def _compares(self, words: list[str]) -> bool:
        for place in self._words["comparatives"].places(words):
            denied = place > 0 and words[place - 1] in _NOT
            if not denied and _THAN.isdisjoint(words[place:]):
                return True
        return False

    def _stands_for(self, sentence: Sentence) -> bool:
        """Whether a pronoun comes before anybody, or anything, that it can stand for."""
        tokens = self._tokens[sentence.place]
        for place, word in enumerate(sentence.words):
            if word in _PERSONAL or word in _PLURAL:
                before = tokens[:place]
                if word in _PERSONAL and self._source.language == "en":
                    if not self._somebody(before):
                        return True
                elif not self._something(before):
                    return True
            if word == "it" and place < 2:
                return True
        return False

    def _somebody(self, tokens: list[str]) -> bool:
        return any(t.casefold() in self._words["persons"] for t in tokens) or any(
            t[0].isupper() and t.casefold() not in self._words["small"] for t in tokens
        )

    def _something(self, tokens: list[str]) -> bool:
        return any(t.casefold() not in self._words["small"] for t in tokens)


def stem_of(word: str) -> str:
    """What "tekening" and "tekeningen" share; rough, and fast."""
    word = word.casefold().replace("’", "'")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word[:9].translate(_HARDENED)
