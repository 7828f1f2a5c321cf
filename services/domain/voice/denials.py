"""The check that a text in other words denies nothing that its draft says, and says nothing that it denies.

A quotation stays word for word, but "it is not true that" can be put before it. And a sentence can
be the draft's own with a "not" more or less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from services.domain.voice.claim_words import CLAIM_WORDS
from services.domain.voice.statements import Statement, akin, bare_words, statements_of

#: Two statements are about the same when they share so many telling words, and this share of them.
_ALIKE, _ALIKE_SHARE = 2, 0.5


def turned(text: str, draft: str, language: str) -> list[str]:
    """What ``text`` denies or affirms the other way round than ``draft``, in its words."""
    return list(_turned(statements_of(text, language), statements_of(draft, language)))


def _turned(said: Sequence[Statement], drafted: Sequence[Statement]) -> Iterator[str]:
    were = _denied_quotes(drafted)
    for quote, denied in _denied_quotes(said).items():
        if were.get(quote, denied) is not denied:
            yield quote
    own = list(_own_words(drafted))
    for one in _own_words(said):
        about = [each for each in own if _alike(one, each)]
        if not one.asks and about and all(each.denies is not one.denies for each in about):
            yield one.shown


def _denied_quotes(statements: Iterable[Statement]) -> dict[str, bool]:
    """Whether the words around each quotation, or those right after it, deny it."""
    denied: dict[str, bool] = {}
    before: tuple[str, ...] = ()
    for statement in statements:
        for clause in statement.clauses():
            if clause.quotes:
                denied |= dict.fromkeys(clause.quotes, clause.denies)
            elif clause.denies and _points_back(clause):
                denied |= dict.fromkeys(before, True)
            before = clause.quotes
    return denied


def _points_back(clause: Statement) -> bool:
    """As "that is not so" or "maar dat klopt niet" does."""
    pointing = CLAIM_WORDS[clause.language].pointing_back
    begins_so = not pointing.isdisjoint(bare_words(clause.text)[:2])
    return not clause.asks and len(clause.telling) <= begins_so


def _own_words(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Sentences without a quotation, and of the others the clauses without one."""
    for statement in statements:
        clauses = statement.clauses() if statement.quotes else (statement,)
        yield from (each for each in clauses if not each.quotes)


def _alike(one: Statement, other: Statement) -> bool:
    shared = sum(akin(word, other.telling) for word in one.telling)
    least = _ALIKE_SHARE * min(len(one.telling), len(other.telling))
    return shared >= max(_ALIKE, least)
