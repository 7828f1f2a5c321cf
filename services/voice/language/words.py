"""The words of a text as a reader hears them: what the checks and the guard compare.

Case, punctuation and emoji are set aside, and so are links and hashtags. The texts of a campaign
have few different words, so a token between two spaces is read once for all texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from zlib import crc32

from services.language import LANGUAGES
from services.voice.vocabulary import listed

#: A number in digits.
FIGURE = re.compile(r"\d(?:[\d.,:/]*\d)?")
#: A quotation, its words as a group.
QUOTED = re.compile(r"“([^”]*)”")

_SET_ASIDE = re.compile(r"https?://\S+|#\w+")
_WORD = re.compile(r"[^\W_]+")
_CAPITALISED = re.compile(r"[A-ZÀ-ÞŁŠŽ][^\W_]*")
# A sentence ends with these before a space; a line ends one too.
_END = re.compile(r"[.!?…][.!?…\"'”’)\]]*\s*$")
_LINE_END = "\n.\n"
_NUMBER_WORDS = frozenset().union(*(listed(each, "number_words") for each in LANGUAGES))
# A word with a capital opens no sentence when one of these stands before its space.
_GOES_ON = re.compile(r"(?:[^\W_]|[,;)’&-])$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """The text between two spaces, analysed.

    ``marks`` holds a number for each of its ``words``, the same on every machine, and zero at the
    end of a sentence. ``figures`` are its numbers in digits, ``counts`` those of its words that are
    numbers in any language, ``name`` is what it begins with when that has a capital; ``claims`` says
    that it has one of these. ``goes_on`` says that the sentence goes on behind it.
    """

    words: tuple[str, ...] = ()
    marks: tuple[int, ...] = ()
    figures: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    name: str = ""
    claims: bool = False
    goes_on: bool = False


class _Tokens(dict[str, Token]):
    """A cache of tokens by their text; emptied when it holds too many."""

    def __missing__(self, raw: str) -> Token:
        if len(self) >= _MAX_TOKENS:
            self.clear()
        token = _read(raw)
        # A link is in one text alone.
        if token is not _SILENT:
            self[raw] = token
        return token


_MAX_TOKENS = 20_000
_SILENT = Token()
_TOKENS = _Tokens()


def _read(raw: str) -> Token:
    prose = prose_of(raw)
    if not prose.strip():
        return _SILENT
    words = tuple(_WORD.findall(prose.casefold()))
    marks = tuple(crc32(word.encode()) or 1 for word in words)
    figures = tuple(FIGURE.findall(prose))
    counts = tuple(word for word in words if word in _NUMBER_WORDS)
    capitalised = _CAPITALISED.match(prose)
    return Token(
        words=words,
        marks=(*marks, 0) if _END.search(prose) else marks,
        figures=figures,
        counts=counts,
        name=capitalised.group() if capitalised else "",
        claims=bool(figures or counts or capitalised),
        goes_on=_GOES_ON.search(prose) is not None,
    )


def prose_of(text: str) -> str:
    """The text without links and hashtags."""
    return _SET_ASIDE.sub(" ", text)


@lru_cache(maxsize=16)
def tokens_of(text: str) -> list[Token]:
    """The tokens of a text, not to be changed. Cached, because several checks read a draft."""
    return [_TOKENS[raw] for raw in text.replace("\n", _LINE_END).split()]


@lru_cache(maxsize=16)
def marks_of(text: str) -> list[int]:
    """The marks of its tokens one after the other, not to be changed."""
    return list(chain.from_iterable([token.marks for token in tokens_of(text)]))


def words_of(text: str) -> list[str]:
    """All its words."""
    return [word for token in tokens_of(text) for word in token.words]
