"""Patterns made of words and phrases, so that a list of them is enough for people to review."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: What may stand in a phrase: one of several words, one that may be missing, a gap.
_OPTIONAL = re.compile(r"\((.+)\)")
_GAP = "…"


def any_of(words: Iterable[str]) -> str:
    """One of ``words``; ``*`` at the end of one matches the rest of a word."""
    return "|".join(map(_word, sorted(words, key=lambda word: (-len(word), word))))


def words_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """One of ``words`` as a whole word in any case; one with a capital ("I") exactly."""
    each = (f"(?-i:{_word(word)})" if word[:1].isupper() else _word(word) for word in words)
    return re.compile(rf"\b(?:{'|'.join(each)})\b", re.IGNORECASE)


def phrases_pattern(lines: Iterable[str], *, gap: str = "") -> re.Pattern[str]:
    """One of the phrases: ``a/b`` is either word, ``(a)`` may be missing, ``…`` is the ``gap``
    with its blanks. A phrase that begins with ``^`` opens a text or a clause."""
    return re.compile("|".join(_phrase(line, gap) for line in lines), re.IGNORECASE)


def _phrase(line: str, gap: str) -> str:
    opens = line.startswith("^")
    made = ""
    for part in line.lstrip("^").split():
        if part == _GAP:
            made = made.removesuffix(r"\s+") + gap
        elif optional := _OPTIONAL.fullmatch(part):
            made += rf"(?:(?:{_either(optional[1])})\s+)?"
        else:
            made += rf"(?:{_either(part)})\s+"
    start = r"(?:^|[,.;(–-]\s*)" if opens else r"\b"
    end = "" if not line[-1].isalnum() else r"\b"
    return start + made.removesuffix(r"\s+") + end


def _either(part: str) -> str:
    return any_of(part.split("/"))


def _word(word: str) -> str:
    escaped = re.escape(word.rstrip("*")).replace("'", "['’]").replace(r"\ ", r"\s+")
    return escaped + (r"\w*" if word.endswith("*") else "")
