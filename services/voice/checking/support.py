"""The check that no text says more than its sources: numbers, names and quotations.

Clauses are attitudes and questions, written without numbers and names. All content is in quotations
and values, and each of these is looked up in the source or the profile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from services.language import FIRST
from services.message import Message, message
from services.voice.language.words import FIGURE, QUOTED, prose_of, tokens_of
from services.voice.vocabulary import listed

_WORD = re.compile(r"[^\W\d_]+")
#: A name may hold digits: the ward C3.
_WITH_DIGITS = re.compile(r"[^\W\d_]+\d[^\W_]*")
_FLAT = re.compile(r"[\W_]+")
#: Capitals that name nothing.
_NO_NAMES = ("", "I")


class Sources:
    """Everything a text may draw on: passages that may be quoted, with their numbers and words."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts = tuple(texts)
        together = "\n".join(self.texts)
        self.numbers = frozenset(FIGURE.findall(together))
        self.words = frozenset(
            [*_NO_NAMES, *_WORD.findall(together), *_WITH_DIGITS.findall(together)]
        )
        self._held: dict[str, bool] = {}

    @cached_property
    def _passages(self) -> tuple[str, ...]:
        return tuple(map(_flat, self.texts))

    def holds_quote(self, quoted: str) -> bool:
        """Whether one passage holds these words in this order."""
        if quoted not in self._held:
            flat = _flat(prose_of(quoted))
            self._held[quoted] = any(flat in passage for passage in self._passages)
        return self._held[quoted]

    def holds_number_word(self, word: str) -> bool:
        """Also as a part of a longer word: ``vierde`` holds ``vier``."""
        if word not in self._held:
            self._held[word] = any(word in held.casefold() for held in self.words)
        return self._held[word]


def check_supported(
    text: str, sources: Sources, *, profile: Iterable[str] = (), language: str = FIRST
) -> list[Message]:
    """Everything in ``text`` that neither ``sources`` nor ``profile`` holds; empty when all is.

    Links and hashtags are set aside. A word with a capital counts as a name unless it opens a
    sentence; number words count as numbers.
    """
    found = [
        message("claim.quotation", "the quotation {said}", said=f"“{quoted}”")
        for quoted in QUOTED.findall(text)
        if not sources.holds_quote(quoted)
    ]
    tokens = tokens_of(text)
    claims = [place for place, token in enumerate(tokens) if token.claims]
    numbers = [
        figure
        for place in claims
        for figure in tokens[place].figures
        if figure not in sources.numbers
    ]
    names = [
        tokens[place].name
        for place in claims
        if tokens[place].name not in sources.words and place and tokens[place - 1].goes_on
    ]
    number_words = listed(language, "number_words")
    counted = [
        word
        for place in claims
        for word in tokens[place].counts
        if word in number_words and not sources.holds_number_word(word)
    ]
    if numbers or names or counted:
        own = _said_of(tuple(profile))
        found += [_number(number) for number in numbers if number not in own.numbers]
        found += [
            message("claim.name", "the name {said}", said=name)
            for name in names
            if name not in own.words
        ]
        found += [_number(word) for word in counted if not own.holds_number_word(word)]
    return found


def _number(said: str) -> Message:
    return message("claim.number", "the number {said}", said=said)


@lru_cache(maxsize=256)
def _said_of(profile: tuple[str, ...]) -> Sources:
    return Sources(profile)


def _flat(text: str) -> str:
    return _FLAT.sub(" ", text.casefold()).strip()
