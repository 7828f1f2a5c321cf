"""The check that no text says more than its sources: numbers, names and quotations.

Layouts are written without numbers and names. All content is in passages and values, and each of these
is looked up in the source or the profile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from services.language import FIRST
from services.message import Message, message
from services.voice.language.words import FIGURE, QUOTED, prose_of, words_of
from services.voice.vocabulary import listed

_WORD = re.compile(r"[^\W\d_]+")
#: A name may hold digits: the ward C3.
_WITH_DIGITS = re.compile(r"[^\W\d_]+\d[^\W_]*")
_FLAT = re.compile(r"[\W_]+")
#: A word with a capital inside a sentence, behind a word or a mark that ends none.
_NAMED = re.compile(r"(?:[^\W_]|[,;)’&-])(?=[^\S\n]+([A-ZÀ-ÞŁŠŽ][^\W_]*))")


class Sources:
    """Everything a text may draw on: passages that may be quoted, with their numbers and words."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts = tuple(texts)
        self._together = "\n".join(self.texts)

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(FIGURE.findall(self._together))

    @cached_property
    def names(self) -> frozenset[str]:
        """All words, and "I", whose capital names nothing."""
        found = (pattern.findall(self._together) for pattern in (_WORD, _WITH_DIGITS))
        return frozenset("I").union(*found)

    @cached_property
    def small(self) -> str:
        """In small letters; ``vierde`` holds ``vier``."""
        return self._together.casefold()

    @cached_property
    def _flat(self) -> tuple[str, ...]:
        return tuple(map(_flat, self.texts))

    def holds_quote(self, quoted: str) -> bool:
        """Whether one passage holds these words in this order."""
        flat = _flat(prose_of(quoted))
        return any(flat in passage for passage in self._flat)


def check_supported(
    text: str, sources: Sources, *, profile: Iterable[str] = (), language: str = FIRST
) -> list[Message]:
    """Everything in ``text`` that neither ``sources`` nor ``profile`` holds; empty when all is.

    Links and hashtags are set aside. A word with a capital counts as a name unless it opens a
    sentence; number words count as numbers.
    """
    prose, known, counts = (
        prose_of(text),
        (sources, Sources(profile)),
        listed(language, "number_words"),
    )
    quotes = (each for each in QUOTED.findall(text) if not sources.holds_quote(each))
    numbers = (
        each for each in FIGURE.findall(prose) if all(each not in one.numbers for one in known)
    )
    names = (each for each in _NAMED.findall(prose) if all(each not in one.names for one in known))
    counted = (each for each in words_of(text) if each in counts)
    unheard = (each for each in counted if all(each not in one.small for one in known))
    return [
        *(message("claim.quotation", "the quotation {said}", said=f"“{each}”") for each in quotes),
        *map(_number, numbers),
        *(message("claim.name", "the name {said}", said=each) for each in names),
        *map(_number, unheard),
    ]


def _number(said: str) -> Message:
    return message("claim.number", "the number {said}", said=said)


def _flat(text: str) -> str:
    return _FLAT.sub(" ", text.casefold()).strip()
