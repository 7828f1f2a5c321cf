"""The check that a text in other words claims no more than the draft it was made of.

Numbers, names and quotations are looked up by `services.domain.voice.support`. What is left are
claims in plain words: "our customers are happy with it". Every clause has to be carried by the
draft, by one sentence of the source, or by the author's profile: by the words that say something,
compared by stem. The words of talking about a text count for nothing, nor do those of the house's
own share texts in a clause about the writer, the reader or the text; a clause that promises
something, or that speaks of the organisation or the world, has to do without the latter.

A bag of words knows no roles: "the bolt held the pump" passes where "the pump held the bolt" was
said. How much is accepted and refused was measured: docs/adr/0014-claims-in-other-words.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from services.domain.voice.claim_words import CLAIM_WORDS, stem
from services.domain.voice.post_templates import PostTemplates
from services.domain.voice.sentences import split_sentences
from services.domain.voice.statements import (
    MARK,
    Statement,
    akin,
    bare_words,
    statements_of,
    telling,
)

#: Of a clause's telling words one in so many may be carried by nothing.
_ONE_IN = 3

_FIELD = re.compile(r"\{[^{}]*\}")
#: Ends a clause, besides the words that do.
_CLAUSE_MARKS = "[,;:–—()·]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a text may say: that of its ``draft``, of one ``source`` sentence, of the ``profile``.

    ``house`` holds the stems of the house's own share texts (`house_words`).
    """

    draft: str
    source: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    house: frozenset[str] = field(default=frozenset(), repr=False)


def house_words(templates: PostTemplates, language: str) -> frozenset[str]:
    """The stems of the share texts of a language, which were written to claim nothing."""
    return frozenset(
        stem(word, language)
        for path, pool in templates.pools.items()
        if path.startswith(f"{language}/")
        for layout in pool
        for word in bare_words(_FIELD.sub(" ", layout.source))
    )


def unfounded(text: str, grounds: Grounds, language: str) -> list[str]:
    """The clauses of ``text`` that ``grounds`` do not carry; empty when all are carried."""
    return list(_uncarried(statements_of(text, language), grounds, language))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clause:
    """``personal``: about writer, reader or text, and promising nothing."""

    text: str
    personal: bool
    promises: bool


def _uncarried(said: Iterable[Statement], grounds: Grounds, language: str) -> Iterator[str]:
    own = telling(" ".join((grounds.draft, *grounds.profile)), language)
    source = _told(grounds.source, language)
    for statement in said:
        if _asks_the_reader(statement):
            continue
        for clause in _clauses(statement):
            free = CLAIM_WORDS[language].talking
            if clause.personal:
                free |= grounds.house
            lacking = {each for each in telling(clause.text, language) if not akin(each, own)}
            carried = len(telling(clause.text, language)) - len(lacking)
            lacking = {each for each in lacking if not akin(each, free)}
            counted = carried + len(lacking)
            # A promise has to be the draft's own: the source may have made it to others.
            if lacking and not clause.promises:
                lacking = source.least_lacking(lacking)
            if len(lacking) * _ONE_IN > counted:
                yield " ".join(clause.text.replace(MARK, "“…”").split())


def _asks_the_reader(statement: Statement) -> bool:
    """A question like "what would you do?" claims nothing."""
    words = bare_words(statement.text)
    known = CLAIM_WORDS[statement.language]
    return (
        statement.asks
        and not known.opening.isdisjoint(words[:1])
        and not known.reader.isdisjoint(words)
        and not _promises(words, statement.language)
    )


def _promises(words: Iterable[str], language: str) -> bool:
    promising = CLAIM_WORDS[language].promising
    return any(stem(word, language) in promising for word in words)


def _clauses(statement: Statement) -> Iterator[_Clause]:
    language = statement.language
    known = CLAIM_WORDS[language]
    patterns = _patterns(language)
    personal = False
    for part in patterns.parting.split(statement.text):
        for place, text in enumerate(patterns.joining.split(part)):
            words = bare_words(patterns.let_us.sub("", text))
            promises = _promises(words, language)
            # What follows "and" goes on about the same.
            personal = not promises and (
                MARK in text
                or not known.personal.isdisjoint(words)
                or not known.pointing.isdisjoint(words[:1])
                or (personal and place > 0)
            )
            yield _Clause(text=text, personal=personal, promises=promises)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Patterns:
    parting: re.Pattern[str]
    joining: re.Pattern[str]
    let_us: re.Pattern[str]


@cache
def _patterns(language: str) -> _Patterns:
    known = CLAIM_WORDS[language]

    def words(alternatives: str) -> str:
        return rf"\b(?:{alternatives})\b"

    return _Patterns(
        parting=re.compile(f"{_CLAUSE_MARKS}|{words(known.parting)}", re.IGNORECASE),
        joining=re.compile(words(known.joining), re.IGNORECASE),
        let_us=re.compile(words(known.let_us), re.IGNORECASE),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A source, sentence by sentence, as stems."""

    sentences: Sequence[frozenset[str]]
    words: frozenset[str]

    def least_lacking(self, stems: set[str]) -> set[str]:
        """Those of ``stems`` that the sentence with most of them does not have either."""
        kin = {
            each: frozenset(word for word in self.words if akin(each, (word,))) for each in stems
        }
        lacking = (
            {each for each in stems if kin[each].isdisjoint(sentence)}
            for sentence in self.sentences
        )
        return min(lacking, key=len, default=stems)


@lru_cache(maxsize=16)
def _told(texts: tuple[str, ...], language: str) -> _Told:
    sentences = [
        telling(sentence, language) for text in texts for sentence in split_sentences(text)
    ]
    return _Told(sentences=sentences, words=frozenset().union(*sentences))
