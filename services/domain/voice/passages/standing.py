"""Whether a passage is understood by somebody who has not read what stands before it.

A noun with "de", "het" or "the" that was first named before the passage, and no word beside it that
says which one, leaves the reader asking. Then the passage has to begin earlier, or the source's own
words help out: the place or thing with which the noun was first named (``about``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.domain.voice.passages.telling import Sentence, Source, narrator_of, tokens_of
from services.domain.voice.vocabulary import given_names

_DEFINITE = frozenset({"de", "het", "the"})
_HARDENED = str.maketrans("zv", "sf")
_ENDINGS = ("'s", "ies", "es", "en", "s")
#: With more nouns that were named before, no few words help.
_MOST_NAMED = 2
#: Sentences at the beginning of a source that may say where all of it is.
_LEAD, _EARLY, _FAR = 2, 8, 20
_NEAR = 4
#: "Two magnets" leaves a reader asking as much as so many nouns with "the".
_COUNTED = 2
#: "For the first time": counts from nothing.
#: "Voor de derde keer uit" does not say which.
_TIMES = frozenset({"time", "times", "keer"})
_TIME = frozenset({"firsttime", "eerstekeer"})
_LONGEST_ABOUT = 9

_CAPITAL = r"[A-ZÀ-Þ][\w'’]*(?:-[\w'’]+)*"
_SETTING = re.compile(
    r"\b(?P<at>[Bb]ij|[Ii]n|[Oo]p|[Aa]an|[Ll]angs|[Aa]t|[Oo]n|[Nn]ear)\s+"
    r"(?P<article>(?:de|het|een|onze|ons|the|our|an?)\s+)?"
    rf"(?P<plain>(?:[a-zà-ÿ][\w'’-]+\s+(?:in\s+|van\s+|of\s+|at\s+)?){{0,3}}){_CAPITAL}"
    rf"(?P<more>(?:[ -](?:(?:van|de|den|der|of|the|aan|el)\s+){{0,2}}{_CAPITAL}){{0,3}}"
    rf"(?:\s+(?:in|bij|aan|at|on)\s+{_CAPITAL}(?:[ -]{_CAPITAL})?)?)"
)
_TAIL = re.compile(r"(?:\s+[a-zà-ÿ][\w'’-]*){1,3}(?=[.,;:?]|$)")


@dataclass(frozen=True, slots=True)
class Standing:
    """``about`` is empty where nothing is needed. ``open`` counts the nouns that a reader can place
    and would still ask about."""

    alone: bool
    about: str = ""
    open: int = 0


@dataclass(frozen=True, slots=True)
class _Mention:
    """A noun after "de", "het" or "the". ``modified``: words after it say which one; ``counted``:
    there were others ("the first week", "het tweede plan")."""

    stem: str
    place: int
    modified: bool
    counted: bool = False


class Ground:
    """What each sentence of a source stands on."""

    def __init__(self, source: Source) -> None:
        self._source, self._words = source, source.words
        self._tokens = [tokens_of(each.text) for each in source.sentences]
        self._mentions = [list(self._definite(tokens)) for tokens in self._tokens]
        #: In which sentence each stem stands first.
        self._first: dict[str, int] = {}
        for number, tokens in enumerate(self._tokens):
            for token in tokens:
                self._first.setdefault(stem_of(token), number)
        self._title = {stem_of(token) for token in tokens_of(source.title)}
        self._subjects = self._title.union(map(stem_of, source.topics))
        self._settings = [self._setting(each) or self._called(each) for each in source.sentences]

    def of(self, sentences: Sequence[Sentence]) -> Standing:
        """How the passage of these sentences stands; its first one does not lean."""
        first = sentences[0].place
        if self._source.is_vacancy or first == 0:
            return Standing(alone=True)
        named = list(dict.fromkeys(self._named_before(sentences[:1], first)))
        later = set(self._named_before(sentences, first)).difference(named)
        # The link's card shows the title.
        asked = [stem for stem in named if stem not in self._title]
        still = len(named) - len(asked) + len(later) + self._new(sentences[0])
        if not asked and not self._loose(sentences[0]):
            return Standing(alone=True, open=still)
        if len(asked) > _MOST_NAMED or not (asked or self._of_the_event(first)):
            return Standing(alone=False)
        if any(each.counted for each in self._mentions[first]):
            return Standing(alone=False)
        text = " ".join(each.text for each in sentences).casefold()
        begins = {stem_of(each) for each in self._tokens[first][:_NEAR] if len(each) >= _NEAR}
        for about in self._abouts(asked, first):
            stems = {stem_of(token) for token in tokens_of(about)}
            if about.casefold() not in text and begins.isdisjoint(stems):
                return Standing(alone=True, about=about[0].upper() + about[1:], open=len(later))
        return Standing(alone=False)

    def _named_before(self, sentences: Sequence[Sentence], first: int) -> Iterator[str]:
        """Stems of nouns that sentences take as known, and that stand before the ``first``."""
        seen: set[str] = set()
        for sentence in sentences:
            for mention in self._mentions[sentence.place]:
                before = self._first.get(mention.stem, sentence.place) < first
                if before and mention.stem not in seen and not mention.modified:
                    yield mention.stem
            seen.update(map(stem_of, self._tokens[sentence.place]))

    def _loose(self, sentence: Sentence) -> bool:
        """Whether it begins with "The fix" or "De drukker", or with "In the first week"."""
        return any(
            each.counted or (each.place == 0 and not each.modified)
            for each in self._mentions[sentence.place]
        )

    def _of_the_event(self, first: int) -> bool:
        """Whether it begins with "De fout": the place of what happened says which."""
        words = self._source.sentences[first].words
        return any(word in self._words["of_the_event"] for word in words[1:3])

    def _new(self, sentence: Sentence) -> int:
        """Nouns with "the" that nobody has heard of yet, and "Two magnets" of some named before."""
        tokens = self._tokens[sentence.place]
        counted = len(tokens) > 1 and tokens[0].casefold() in self._words["numbers"]
        before = self._first.get(stem_of(tokens[1]), sentence.place) if counted else sentence.place
        some = _COUNTED * (before < sentence.place and stem_of(tokens[1]) not in self._title)
        return some + sum(
            not each.modified and self._first.get(each.stem) == sentence.place
            for each in self._mentions[sentence.place]
        )

    def _abouts(self, named: list[str], first: int) -> Iterator[str]:
        for stem in named:
            there = self._first[stem]
            yield from filter(None, [self._settings[there], self._phrase(stem, there)])
        # Where all of it happened says little of what comes up later.
        tells = narrator_of(self._source.sentences[first].words, self._source.language) != "i"
        if tells and first < _FAR and all(self._first[stem] <= _EARLY for stem in named):
            yield from filter(None, self._settings[: min(first, _LEAD)])

    def _setting(self, sentence: Sentence) -> str:
        """ "in de wijk Berflo Es in Hengelo": where it is, by a name that is nobody's."""
        for found in _SETTING.finditer(sentence.text):
            tokens = tokens_of(found[0])
            capitals = [token for token in tokens[1:] if token[0].isupper()]
            if self._is_adverbial(sentence.text[: found.start()]) and self._is_place(
                found, capitals
            ):
                tail = _TAIL.match(sentence.text, found.end())
                cut = found["article"] and not found["plain"] and not found["more"]
                if not cut:
                    return found[0]
                if tail and not any(each in self._words["small"] for each in tail[0].split()):
                    return found[0] + tail[0]
        return ""

    def _called(self, sentence: Sentence) -> str:
        """ "Substation Diemen", "gemaal De Wachter": what the source is about, by its name."""
        for found in _CALLED.finditer(sentence.text):
            noun = found["noun"].casefold()
            if stem_of(noun) in self._subjects and noun not in self._words["known"]:
                names = tokens_of(found["name"])
                if not any(each in self._source.people.known for each in names):
                    return found[0]
        return ""

    def _is_adverbial(self, before: str) -> bool:
        """Not "a family in Arnhem": that says which family, not where it happened."""
        words = before.split()
        return not words or words[-1].endswith((",", ":", ";")) or words[-1] in self._words["small"]

    def _is_place(self, found: re.Match[str], capitals: Sequence[str]) -> bool:
        plain = found["plain"].split()
        if not plain and len(capitals) < 2 and not found["article"]:
            # A city alone says little.
            return False
        if any(each.casefold() in self._words["dates"] for each in capitals):
            return False
        known = self._source.people.known
        if any(each in given_names() or each in known or each == "I" for each in capitals):
            return False
        return all(
            word in self._words["modifiers"] for word in plain if word in self._words["small"]
        )

    def _phrase(self, stem: str, place: int) -> str:
        """ "a bill of 4,100 euros": how a noun was first named, when that says which one."""
        text = self._source.sentences[place].text
        for found in _PHRASE.finditer(text):
            rest = found[0].split()
            small = sum(word in self._words["small"] for word in rest)
            if stem_of(found["noun"]) == stem and len(rest) <= _LONGEST_ABOUT and small <= 3:
                return found[0]
        return ""

    def _definite(self, tokens: list[str]) -> Iterator[_Mention]:
        lists = self._words
        for place, token in enumerate(tokens[:-1]):
            if token.casefold() not in _DEFINITE:
                continue
            at = place + 1
            while at < len(tokens) - 1 and tokens[at].casefold() in lists["adjectives"]:
                at += 1
            if self._is_adjective(tokens, at):
                at += 1
            word = tokens[at].casefold()
            after = tokens[at + 1].casefold() if at + 1 < len(tokens) else ""
            modified = after in lists["modifiers"]
            ordinal = tokens[place + 1].casefold() in lists["ordinals"] and at > place + 1
            if (
                ordinal
                and not (modified and word not in _TIMES)
                and tokens[place + 1].casefold() + word not in _TIME
            ):
                yield _Mention(stem_of(word), place, modified=False, counted=True)
            elif word in lists["relational"] or self._is_noun(tokens[at]):
                yield _Mention(stem_of(word), place, modified=modified)

    def _is_noun(self, token: str) -> bool:
        word = token.casefold()
        if token[0].isupper() or not word.isalpha():
            return False
        return word not in self._words["small"] and word not in self._words["known"]

    def _is_adjective(self, tokens: list[str], at: int) -> bool:
        """By its ending, where another plain word follows."""
        word = tokens[at].casefold()
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        if not following[:1].islower() or following.casefold() in self._words["small"]:
            return False
        if self._source.language == "nl":
            return word.endswith("e") and len(word) > 4
        return word.endswith(("ed", "ing", "al", "ic", "ous", "ful", "ive", "y"))


_CALLED = re.compile(rf"\b(?P<noun>[\w-]{{4,}})\s+(?P<name>{_CAPITAL}(?: {_CAPITAL}){{0,2}})")
_PHRASE = re.compile(
    r"\b(?:een|an?|onze|our)\s+(?:[a-zà-ÿ][\w'’-]*\s+){0,2}?(?P<noun>[a-zà-ÿ][\w'’-]+)\s+"
    r"(?:van|of|uit|met|voor|from|with|for|in|op)\s+[^,.;:!?]{2,50}?(?=[,.;:?])",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
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
