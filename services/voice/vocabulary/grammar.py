"""Small words and phrases of each language: ``grammar.toml`` and ``phrases.toml`` of its folder."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from services.language import LANGUAGES, Language
from services.language.word_files import Table, table_of

#: A language may have no such words.
_NONE: frozenset[str] = frozenset()


class Grammar(Table):
    """Small words by what they do in a sentence; what each is for stands in the files."""

    the: frozenset[str] = _NONE
    a: frozenset[str] = _NONE
    the_or_a_of_one: frozenset[str] = _NONE
    our: frozenset[str] = _NONE
    pointing: frozenset[str] = _NONE
    demonstrative: frozenset[str] = _NONE
    which: frozenset[str] = _NONE
    of: frozenset[str] = _NONE
    out_of: frozenset[str] = _NONE
    for_somebody: frozenset[str] = _NONE
    joining: frozenset[str] = _NONE
    all: frozenset[str] = _NONE
    one: frozenset[str] = _NONE
    other: frozenset[str] = _NONE
    first: frozenset[str] = _NONE
    next: frozenset[str] = _NONE
    times: frozenset[str] = _NONE
    up_to: frozenset[str] = _NONE
    responsible_for: frozenset[str] = _NONE
    we: frozenset[str] = _NONE
    we_or_ours: frozenset[str] = _NONE
    us: frozenset[str] = _NONE
    you: frozenset[str] = _NONE
    he_or_she: frozenset[str] = _NONE
    somebodys: frozenset[str] = _NONE
    they: frozenset[str] = _NONE
    it: frozenset[str] = _NONE
    he_or_it: frozenset[str] = _NONE
    him: frozenset[str] = _NONE
    theirs: frozenset[str] = _NONE
    somebody: frozenset[str] = _NONE
    family: frozenset[str] = _NONE
    readers: frozenset[str] = _NONE
    capitals: frozenset[str] = _NONE
    have: frozenset[str] = _NONE
    could: frozenset[str] = _NONE
    denying: frozenset[str] = _NONE
    being: frozenset[str] = _NONE
    clauses: frozenset[str] = _NONE
    of_nothing: frozenset[str] = _NONE
    whose: frozenset[str] = _NONE
    works: frozenset[str] = _NONE
    parts_of_days: frozenset[str] = _NONE
    only_one: frozenset[str] = _NONE
    sought: frozenset[str] = _NONE
    sexes: frozenset[str] = _NONE
    asks: frozenset[str] = _NONE
    answers: frozenset[str] = _NONE
    ignore: frozenset[str] = _NONE
    instructions: frozenset[str] = _NONE


class _Stems(Table):
    """What is left to do with a stem: a pattern to drop, and letters that are one."""

    drop: str = ""
    spelled: Mapping[str, str] = {}


class Phrases(Table):
    """What one language puts into posts, and its patterns."""

    colleague: str
    a_colleague: str
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
def grammar_of(language: Language) -> Grammar:
    return table_of(resources.files(__package__) / language / "grammar.toml", Grammar)


@cache
def phrases_of(language: Language) -> Phrases:
    return table_of(resources.files(__package__) / language / "phrases.toml", Phrases)


def _of_all() -> Grammar:
    every = [grammar_of(each) for each in LANGUAGES]
    return Grammar.model_validate(
        {
            name: frozenset[str]().union(*(getattr(each, name) for each in every))
            for name in Grammar.model_fields
        }
    )


#: Of all languages together: a text may hold words of another.
GRAMMAR = _of_all()
