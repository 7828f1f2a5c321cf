"""Small words and phrases of each language: ``grammar.toml`` and ``phrases.toml`` of its folder."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from pydantic import ConfigDict

from services.language import LANGUAGES, Language
from services.language.word_files import Table, table_of


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
