"""What the text of a post must keep: that its author works there, and the counted link.

Who praises their employer must say so (ACM and FTC endorsement rules). The link is not mandatory,
but without it the result of a post is unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.language import LANGUAGES, TRAITS, listed
from services.language.patterns import phrases_pattern, words_pattern

_NOT = words_pattern(word for one in TRAITS.values() for word in one.denies)
#: Up to four words between "work" and "at", none of which denies it.
_WORDS_BETWEEN = rf"\s+(?:(?!{_NOT.pattern})[\w'’-]+,?\s+){{0,4}}"
#: A first person who works for somebody.
_EMPLOYED = phrases_pattern(
    (line for each in LANGUAGES for line in listed(each, "employed")), gap=_WORDS_BETWEEN
)
#: Who speaks of themselves, alone or with their colleagues.
FIRST_PERSON = words_pattern(word for one in TRAITS.values() for word in one.first_person)
_NAME = re.compile(r"[A-ZÀ-Þ][\w’'-]{3,}")
#: Words with a capital that do not open a sentence; "in Merwestad" is the town.
_INSIDE = re.compile(rf"(?<=[\w,;] )(?<!\b[Ii]n )({_NAME.pattern})")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What was edited away."""

    disclosure: bool
    link: bool

    def __bool__(self) -> bool:
        return self.disclosure or self.link


def discloses(text: str, *, employer: str = "") -> bool:
    """Return whether the author names their employer: in the words of the patterns above, or by naming
    their ``employer`` in a sentence about themselves."""
    return _EMPLOYED.search(text) is not None or bool(disclosure_in(text, employer))


def missing(text: str, *, original: str, code: str, employer: str = "") -> Missing:
    """What ``text`` lacks; ``original`` is the draft as it was written, ``code`` its link's."""
    link = _link_in(original, code)
    return Missing(
        disclosure=not discloses(text, employer=employer), link=bool(link) and link not in text
    )


def put_back(text: str, *, original: str, code: str, employer: str = "") -> str:
    """``text`` with what it lacks at its end, as a draft ends: the sentence, then the link."""
    lacks = missing(text, original=original, code=code, employer=employer)
    link = _link_in(original, code)
    sentence = disclosure_in(original, employer) if lacks.disclosure else ""
    if sentence and link and f"\n{link}" in text:
        before, _, after = text.rpartition(f"\n{link}")
        return f"{before.rstrip()}\n\n{sentence}\n{link}{after}".lstrip()
    added = "\n".join(part for part in (sentence, link if lacks.link else "") if part)
    return f"{text.rstrip()}\n\n{added}".strip() if added else text


def disclosure_in(text: str, employer: str) -> str:
    """Return the last sentence of ``text`` that says where its author works."""
    for sentence in reversed(_SENTENCE.split(text)):
        named = names_employer(sentence, employer)
        own = named and FIRST_PERSON.search(sentence) and not _NOT.search(sentence)
        if own or _EMPLOYED.search(sentence):
            return sentence.strip()
    return ""


def names_employer(text: str, employer: str) -> bool:
    """Whether ``text`` holds the name, or a word of it with its capital inside a sentence: "at Tallywell"."""
    if not employer:
        return False
    if employer.casefold() in text.casefold():
        return True
    inside = frozenset(_INSIDE.findall(text))
    return any(word in inside for word in _NAME.findall(employer))


def _link_in(original: str, code: str) -> str:
    found = re.search(rf"https?://[^\s]+/r/{re.escape(code)}(?![\w-])", original)
    return found[0] if found else ""
