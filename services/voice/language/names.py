"""When two spellings are one person's name.

Titles, initials, accents, hyphens and the small words of Dutch names make no difference: "Dr. J. van
der Veen" is "Joost van der Veen" and "Veen, Joost van der". A nickname is another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from services.people.rules.ambassador import Ambassador
from services.people.rules.crafts import folded
from services.voice.vocabulary import name_particles, titles

_WORD = re.compile(r"[^\W\d_]+")
_SMALL = name_particles() | {"s", "und", "in"}


@dataclass(frozen=True, slots=True)
class _Key:
    """``first`` may be an initial; ``last`` is what comes after, small words aside."""

    first: str
    last: tuple[str, ...]


@lru_cache(maxsize=20_000)
def _key(name: str) -> _Key:
    before, comma, after = name.partition(",")
    words = _WORD.findall(folded(f"{after} {before}" if comma else name).replace("'", ""))
    words = [word for word in words if word not in titles()]
    if not words:
        return _Key("", ())
    last = tuple(word for word in words[1:] if len(word) > 1 and word not in _SMALL)
    return _Key(words[0], last)


def same_name(one: str, other: str) -> bool:
    """Whether both may be one person's; an initial matches every name that begins with it."""
    a, b = _key(one), _key(other)
    if not a.last or a.last != b.last:
        return False
    short = min(len(a.first), len(b.first)) == 1
    return a.first == b.first or (short and a.first[0] == b.first[0])


@lru_cache(maxsize=20_000)
def spelling(name: str) -> str:
    """``name`` as `plain_words` has it: a text names a person by their full name.

    Empty for a name of one word, which may be anything.
    """
    words = [word for word in _WORD.findall(folded(name)) if word not in titles()]
    return f" {' '.join(words)} " if len(words) > 1 else ""


def plain_words(text: str) -> str:
    """The words of a text, for `spelling`."""
    return f" {' '.join(_WORD.findall(folded.__wrapped__(text)))} "


@lru_cache(maxsize=20_000)
def own_names(name: str) -> frozenset[str]:
    """The parts of a name that are used alone for its person."""
    return frozenset(word for word in _WORD.findall(folded(name)) if _tells(word))


def _tells(word: str) -> bool:
    return len(word) > 2 and word not in _SMALL and word not in titles()


def namesakes(name: str, people: Iterable[Ambassador]) -> list[Ambassador]:
    """Those of ``people`` who may be called so."""
    return [person for person in people if same_name(name, person.name)]
