"""Word lists by language, one word or phrase a line, for people who speak it to review and add to.

``*`` at the end of a word matches any ending, at its beginning any beginning; a line
that begins with ``#`` is a note. Lists are asked by words without case (`plain_words`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources

from pydantic import ConfigDict

from services.language import LANGUAGES, Language
from services.language.word_files import Table, entries_of, table_of

WORD = re.compile(r"[^\W_]+(?:['’.&:-][^\W_]+)*")
_MAX_KNOWN, _MAX_LETTERS = 50_000, 60


def plain_words(text: str) -> list[str]:
    """Its words without case, with one kind of apostrophe: "collega's", "o.a", "twenty-two"."""
    return WORD.findall(text.casefold().replace("’", "'"))


class WordList:
    """Words and phrases, found in the words of a sentence."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._starts: set[str] = set()
        self._ends: set[str] = set()
        self._words: set[str] = set()
        self._phrases: dict[str, list[tuple[str, ...]]] = {}
        self._known: dict[str, bool] = {}
        for line in lines:
            words = line.casefold().replace("’", "'").replace(",", " ").split()
            if len(words) > 1:
                self._phrases.setdefault(words[0], []).append(tuple(words[1:]))
            elif words[0].endswith("*"):
                self._starts.add(words[0].rstrip("*"))
            elif words[0].startswith("*"):
                self._ends.add(words[0].lstrip("*"))
            else:
                self._words.add(words[0])

    def __contains__(self, word: str) -> bool:
        """Whether a single word, in small letters, is listed."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            found = self._known[word] = self._look(word)
        return found

    def _look(self, word: str) -> bool:
        if word in self._words:
            return True
        if len(word) > _MAX_LETTERS:
            return False
        return any(word[:end] in self._starts for end in range(2, len(word) + 1)) or any(
            word[begin:] in self._ends for begin in range(1, len(word))
        )

    def places(self, words: Sequence[str]) -> Iterator[int]:
        """The places in ``words`` at which something listed begins."""
        known, phrases = self._known, self._phrases
        for place, word in enumerate(words):
            listed = known.get(word)
            if listed is None:
                listed = word in self
            if listed or (word in phrases and self._phrase_at(words, place)):
                yield place

    def count(self, words: Sequence[str]) -> int:
        return sum(1 for _ in self.places(words))

    def within(self, words: Sequence[str]) -> bool:
        return next(self.places(words), None) is not None

    def begins(self, words: Sequence[str]) -> bool:
        """Whether ``words`` begin with something listed."""
        return bool(words) and (words[0] in self or self._phrase_at(words, 0))

    def _phrase_at(self, words: Sequence[str], place: int) -> bool:
        for rest in self._phrases.get(words[place], ()):
            there = words[place + 1 : place + 1 + len(rest)]
            if len(there) == len(rest) and all(map(_is, there, rest)):
                return True
        return False


def _is(word: str, listed: str) -> bool:
    return word.startswith(listed[:-1]) if listed.endswith("*") else word == listed


class Vocabulary(dict[str, WordList]):
    """The lists of one language: ``words["setbacks"]``."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language

    def __missing__(self, name: str) -> WordList:
        found = self[name] = WordList(lines_of(f"{self.language}/{name}"))
        return found


@cache
def vocabulary(language: str) -> Vocabulary:
    """Raises KeyError for a language that has no lists."""
    if language not in LANGUAGES:
        raise KeyError(language)
    return Vocabulary(language)


def given_names() -> frozenset[str]:
    """Given names with their capital, from either language."""
    return words_listed("given_names")


@cache
def abbreviations(*, at_end: bool) -> WordList:
    """Of both languages: a text may hold those of the other."""
    name = "abbreviations_at_end" if at_end else "abbreviations"
    return WordList([line for each in LANGUAGES for line in lines_of(f"{each}/{name}")])


def lines_of(name: str) -> list[str]:
    """The entries of a list. Raises ValueError where one is said twice or there is no such list."""
    return entries_of(resources.files(__package__) / f"{name}.txt")


@cache
def listed(language: str, name: str) -> frozenset[str]:
    """The words of a list of a language as written there, for comparing sets."""
    return frozenset(lines_of(f"{language}/{name}"))


@cache
def words_listed(name: str) -> frozenset[str]:
    """The words of a list that holds several a line."""
    return frozenset(word for line in lines_of(name) for word in line.split())


#: The small words inside names.
NAME_PARTICLES = frozenset(lines_of("name_particles"))
#: Titles before or after a name that are no part of it, without their full stop.
TITLES = frozenset(lines_of("titles"))


class _Words(Table):
    """Words by name."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, frozenset[str]]


class _Grammar:
    """Small words by what they do in a sentence, of all languages together: a text may hold words of
    another. The files say what each is for."""

    def __init__(self) -> None:
        self._words: dict[str, frozenset[str]] = {}
        for language in LANGUAGES:
            file = resources.files(__package__) / language / "grammar.toml"
            for name, words in table_of(file, _Words).__pydantic_extra__.items():
                self._words[name] = self._words.get(name, frozenset()).union(words)

    def __getattr__(self, name: str) -> frozenset[str]:
        return self._words[name]


class _Stems(Table):
    """The last steps with a stem: a pattern to drop, and letters that count as one."""

    drop: str = ""
    spelled: Mapping[str, str] = {}


class PhraseTable(Table):
    """The phrases of one language for posts, and its patterns."""

    colleague: str
    a_colleague: str
    at: str
    articles: tuple[str, ...]
    article_before_role: bool
    head_first: bool
    familiar: tuple[str, ...] = ()
    polite: tuple[str, ...] = ()
    superlatives: str
    stood_still: str = ""
    ages: str
    stems: _Stems = _Stems()
    sample: Mapping[str, str]


@cache
def phrases_of(language: Language) -> PhraseTable:
    return table_of(resources.files(__package__) / language / "phrases.toml", PhraseTable)


GRAMMAR = _Grammar()
