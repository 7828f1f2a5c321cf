"""Whether a passage is understood by somebody who has not read what stands before it.

A noun with "de", "het" or "the" that was first named before the passage, and no word beside it that
says which one, leaves the reader asking. Then the passage has to begin earlier, or the source's own
words help out: the place or thing with which the noun was first named (``about``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.domain.voice.passages.telling import Sentence, Source, tokens_of
from services.domain.voice.vocabulary import given_names

_DEFINITE = frozenset({"de", "het", "the"})
_HARDENED = str.maketrans("zv", "sf")
_ENDINGS = ("'s", "ies", "es", "en", "s")
#: With more nouns that were named before, no few words help.
_MOST_NAMED = 2
#: Sentences at the beginning of a source that may say where all of it is.
_LEAD = 2
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
    """``about`` is empty where nothing is needed."""

    alone: bool
    about: str = ""


@dataclass(frozen=True, slots=True)
class _Mention:
    """A noun after "de", "het" or "the". ``modified``: words after it say which one; ``loose``: it
    asks which one even when it is named for the first time."""

    stem: str
    place: int
    modified: bool
    loose: bool = False


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
        self._settings = [self._setting(each) for each in source.sentences]

    def of(self, sentences: Sequence[Sentence]) -> Standing:
        """How the passage of these sentences stands; its first one does not lean."""
        first = sentences[0].place
        if self._source.is_vacancy or first == 0:
            return Standing(alone=True)
        named = list(dict.fromkeys(self._named_before(sentences)))
        if not named:
            return Standing(alone=not self._loose(sentences[0]))
        if len(named) > _MOST_NAMED or any(each.loose for each in self._mentions[first]):
            return Standing(alone=False)
        held = " ".join(each.text for each in sentences)
        for about in self._abouts(named, first):
            if about.casefold() not in held.casefold():
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

    def _loose(self, sentence: Sentence) -> bool:
        """Whether it begins with "The fix" or "De drukker", or with "In the first week"."""
        return any(
            each.loose or (each.place == 0 and not each.modified)
            for each in self._mentions[sentence.place]
        )

    def _abouts(self, named: list[str], first: int) -> Iterator[str]:
        for stem in named:
            there = self._first[stem]
            if self._settings[there]:
                yield self._settings[there]
            if phrase := self._phrase(stem, there):
                yield phrase
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
            ordinal = at > place + 1 and tokens[place + 1].casefold() in lists["relational"]
            if ordinal and word in lists["time_nouns"]:
                yield _Mention(word, place, modified=modified, loose=not modified)
            elif word in lists["relational"]:
                yield _Mention(stem_of(word), place, modified=modified, loose=place == 0)
            elif not tokens[at][0].isupper() and word.isalpha() and word not in lists["small"]:
                if word not in lists["known"] and not word[0].isdigit():
                    yield _Mention(stem_of(word), place, modified=modified)

    def _is_adjective(self, tokens: list[str], at: int) -> bool:
        """By its ending, where another plain word follows."""
        word = tokens[at].casefold()
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        if not following[:1].islower() or following.casefold() in self._words["small"]:
            return False
        if self._source.language == "nl":
            return word.endswith("e") and len(word) > 4
        return word.endswith(("ed", "ing", "al", "ic", "ous", "ful", "ive", "y"))


_PHRASE = re.compile(
    r"\b(?:een|an?|onze|our)\s+(?:[a-zà-ÿ][\w'’-]*\s+){0,2}?(?P<noun>[a-zà-ÿ][\w'’-]+)\s+"
    r"(?:van|of|uit|met|voor|from|with|for|in|op)\s+[^,.;:!?]{2,50}?(?=[,.;:?])",
    re.IGNORECASE,
)


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
