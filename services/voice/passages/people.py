"""The people named in a source, by full name, and later by part of it: "Fatima", "De Vries"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from services.language.patterns import any_of
from services.voice.vocabulary import GRAMMAR, NAME_PARTICLES, Vocabulary, given_names, plain_words

_CAPITAL = r"[A-ZÀ-ÞĀ-Ž][\w'’]*(?:-[A-ZÀ-ÞĀ-Ž]?[\w'’]+)*"
_NAME = re.compile(
    rf"{_CAPITAL}\.?(?:\s+(?:(?:{'|'.join(NAME_PARTICLES)})\s+){{0,3}}{_CAPITAL}\.?)*"
)
_POSSESSIVE = re.compile(r"['’]s$")
_INITIAL = re.compile(r"(?:[A-ZÀ-Þ]\.-?){1,4}")
#: How words for those who do something end.
_WORKS = re.compile(rf"(?:[^dt]er|{any_of(GRAMMAR.works)})$")


class People:
    """The persons of a source. ``known`` maps each name and part of a name to the full one."""

    def __init__(self, texts: Iterable[str], author: str, words: Vocabulary) -> None:
        self._words = words
        self.known: dict[str, str] = {}
        self.times: Counter[str] = Counter()
        if author:
            self._learn(author)
        for text in texts:
            for name in self._names(text):
                if " " in name and self._is_person(name, text):
                    self._learn(name)
                    self.times[name] += 1

    def names_in(self, text: str) -> list[str]:
        """Possible full names."""
        return [name for name in self._names(text) if " " in name]

    def named_in(self, text: str) -> list[str]:
        """The full names, where known, of the persons that a text names, in its order."""
        found = []
        for name in self._names(text):
            full = self.known.get(name)
            if full is None and name.split(" ")[0] in given_names():
                full = name
            if full is not None:
                found.append(full)
        return found

    def speaker_of(self, attribution: str, last: str) -> str:
        """The person named as speaking; ``last`` is the one that a pronoun means."""
        said = plain_words(attribution)
        for name in self._names(attribution):
            if name in self.known:
                return self.known[name]
            if " " in name and not self._words["small"].begins(plain_words(name)):
                self._learn(name)
                return name
            if name in given_names():
                return name
        return last if not GRAMMAR.he_or_she.isdisjoint(said[:4]) else ""

    def _learn(self, name: str) -> None:
        parts = name.split(" ")
        self.known.setdefault(name, name)
        self.known.setdefault(parts[0], name)
        if len(parts) > 1:
            last = " ".join(parts[1:])
            self.known.setdefault(last, name)
            self.known.setdefault(last[0].upper() + last[1:], name)

    def _is_person(self, name: str, text: str) -> bool:
        parts = name.split(" ")
        if parts[0] in given_names() or _INITIAL.fullmatch(parts[0]) or name in self.known:
            return True
        # "Priyanka Shah, planner" and "planner Priyanka Shah": a word for a person is beside it.
        place = text.find(name)
        before = plain_words(text[:place])[-1:] if text[:place].rstrip()[-1:].isalpha() else []
        after = (
            plain_words(text[place + len(name) :][:60])[:3] if text[place:].find(",") > 0 else []
        )
        return any(word in self._words["persons"] for word in (*before, *after))

    def _names(self, text: str) -> list[str]:
        """Words with capitals, but for a word that only opens a sentence."""
        found = []
        for match in _NAME.finditer(text):
            parts = [_POSSESSIVE.sub("", part) for part in match[0].split()]
            parts[-1] = parts[-1].rstrip(".")
            while (
                len(parts) > 1
                and " ".join(parts) not in self.known
                and parts[0] not in given_names()
                and self._opens(parts)
            ):
                parts = parts[1:]
                while len(parts) > 1 and parts[0][0].islower() and parts[0] in NAME_PARTICLES:
                    parts = parts[1:]
            found.append(" ".join(parts))
        return found

    def _opens(self, parts: list[str]) -> bool:
        first = parts[0].casefold().rstrip(".")
        lists = ("small", "back_references", "persons", "clients")
        named = any(part in given_names() for part in parts[1:])
        return named or any(first in self._words[each] for each in lists)


def is_at_work(word: str) -> bool:
    """Whether a word ends like the nouns of a trade: "planner", "machinist"."""
    return _WORKS.search(word) is not None
