"""When two names of a craft mean the same.

Case, accents, plurals and the gap in a compound make no difference, and for the crafts listed here
neither does the language. A part of a word is never enough: "data" is not "database".
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib import resources

# "C", "C++" and "C#" are three crafts, and ".NET" is no grid ("net" in Dutch).
_WORD = re.compile(r"(?<!\w)\.?[^\W_]+[+#]*")
_GENITIVE = re.compile(r"['’]s\b")

# The same crafts, teams and places return for thousands of people.
_CACHED = 20_000


@lru_cache(maxsize=_CACHED)
def folded(text: str) -> str:
    """``text`` without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def words_of(text: str) -> list[str]:
    return _WORD.findall(_GENITIVE.sub("", folded(text)))


@lru_cache(maxsize=_CACHED)
def craft_key(name: str) -> str:
    """What all names of one craft share; empty for a name without a letter or digit."""
    key = _plain_key(name)
    return _SYNONYMS.get(key, key)


@lru_cache(maxsize=_CACHED)
def name_key(name: str) -> str:
    """What all spellings of one proper name share: a team's, for example."""
    return "".join(words_of(name))


def _plain_key(name: str) -> str:
    # Joined: Dutch writes "netplanning" where others write "net-planning" or "net planning". Only
    # its last word has a plural: "midden" is none.
    words = words_of(name)
    return "".join([*words[:-1], *map(_singular, words[-1:])])


def _singular(word: str) -> str:
    """Take off a Dutch or English plural; deliberately no more than that.

    A stemmer for search merges "constructie" and "constructeur", and "staal" and "stal": colleagues
    would be asked for a job that is not their craft.
    """
    if len(word) > _SHORT and word.endswith("en"):
        word = _dutch_stem(word[:-2])
    if len(word) > _SHORT and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    # English "technology" and "technologies", Dutch "technologie".
    return f"{word[:-1]}ie" if len(word) > _SHORT and word.endswith("y") else word


#: Shorter words are left alone: "gas" is no plural.
_SHORT = 4


def _dutch_stem(stem: str) -> str:
    """ "brugg(en)" is "brug", "sluiz(en)" is "sluis"."""
    if len(stem) > 1 and stem[-1] == stem[-2]:
        return stem[:-1]
    return stem[:-1] + {"z": "s", "v": "f"}.get(stem[-1], stem[-1])


_SYNONYMS = {
    _plain_key(name): _plain_key(line.split(";")[0])
    for line in (resources.files(__package__) / "crafts.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for name in line.split(";")
}
