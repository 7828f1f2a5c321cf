"""Praise, superlatives and company jargon: words that people skip, and a detail that says more.

Only ever advice. A superlative may be plain fact ("the oldest lock"), so a person decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from services.language import LANGUAGES
from services.voice.language.words import prose_of
from services.voice.passages import Passages
from services.voice.vocabulary import lines_of, phrases_of, vocabulary

#: So many are named of one text; the next are named when these are changed.
MOST = 5
#: Characters that are read of a text.
_READ = 250_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Boast:
    """``word`` as it is written in the text."""

    word: str
    kind: Literal["praise", "superlative", "jargon"]


def boasts_in(text: str, language: str) -> list[Boast]:
    """The first few in the order of the text; none in a language that we have no lists for."""
    patterns = _PATTERNS.get(language)
    if patterns is None:
        return []
    prose = prose_of(text[:_READ])
    matches = [(kind, match) for kind, one in patterns.items() for match in one.finditer(prose)]
    matches.sort(key=lambda each: each[1].start())
    found: dict[Boast, None] = {}
    end = 0
    for kind, match in matches:
        word = " ".join(match[0].split())
        last = word.split()[-1].casefold()
        is_plain = kind == "superlative" and last in vocabulary(language)["not_superlatives"]
        if match.start() >= end and not is_plain:
            found[Boast(word=word, kind=kind)] = None
            end = match.end()
    return list(found)[:MOST]


def is_praise(text: str, language: str) -> bool:
    """Whether it holds a word that only praises."""
    return _PATTERNS[language]["praise"].search(text) is not None


def concrete_detail(passages: Passages, text: str) -> str:
    """The best passage that ``text`` does not hold yet; empty: there is none."""
    held = text.casefold()
    return next((each.text for each in passages.chosen if each.text.casefold() not in held), "")


def _words(pattern: str) -> re.Pattern[str]:
    """With the rest of the last word."""
    return re.compile(rf"{pattern}[\w’'-]*", re.IGNORECASE)


def _listed(name: str) -> re.Pattern[str]:
    """The words and phrases of a list; blanks and hyphens in them are interchangeable."""
    ends = ((each.rstrip("*"), "" if each.endswith("*") else r"\b") for each in lines_of(name))
    joined = (
        r"[,\s-]+".join(map(re.escape, re.split(r"[\s-]+", each))) + end for each, end in ends
    )
    return _words(rf"\b(?:{'|'.join(joined)})")


_PATTERNS: dict[str, dict[Literal["praise", "superlative", "jargon"], re.Pattern[str]]] = {
    language: {
        # Of what begins at the same place the first here is named: phrases before their words.
        "jargon": _listed(f"{language}/jargon"),
        "superlative": _words(rf"(?:{phrases_of(language).superlatives})"),
        "praise": _listed(f"{language}/praise"),
    }
    for language in LANGUAGES
}
