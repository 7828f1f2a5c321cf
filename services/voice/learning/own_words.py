"""The ambassador's own words: an answer set into a draft, and how much of a text is theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from services.language import LANGUAGES
from services.language.patterns import phrases_pattern
from services.message import ended
from services.voice.language.words import split_sentences, words_of
from services.voice.vocabulary import abbreviations, lines_of

#: "Niet in het bericht zetten hoor": what somebody says to us alone.
_ASIDE = phrases_pattern(line for each in LANGUAGES for line in lines_of(f"{each}/asides"))
#: "… was mn oorkappen vergeten. ik loop nu".
_SMALL = re.compile(r"(\w{2,})([.!?]+ )([^\W\d_A-Z])")
#: With a mark of its own at the end, or an emoji.
_MARKED = re.compile(r"[^\w\s\"'”’)\]]$")
_TOKEN = re.compile(r"\s+|[^\s]+")


def own_share(original: str, final: str) -> float:
    """The share of the words of ``final`` that are not in their place in ``original``, 0 to 1.

    Words are counted as a reader hears them: links, hashtags, case and punctuation aside.
    """
    if original == final:
        return 0.0
    new = words_of(final)
    return round(1 - words_kept(words_of(original), new) / len(new), 4) if new else 0.0


def words_kept(old: list[str], new: list[str]) -> int:
    """How many words of ``old`` are in ``new``, in their order."""
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


def begun_with(opening: str, answer: str) -> str:
    """An answer in two parts: what it is about, in a sentence, and the person's own part."""
    return " ".join(each for each in (_ended(opening.strip()), answer) if each)


def as_typed(answer: str) -> str:
    """An answer on one line, word for word, with a full stop where it has no mark of its own; without
    a sentence that asks not to be published."""
    line = " ".join(answer.split())
    if _ASIDE.search(line):
        line = " ".join(each for each in split_sentences(line) if not _ASIDE.search(each))
    line = _SMALL.sub(_capital, f"{line[:1].upper()}{line[1:]}")
    return _ended(line)


def _ended(text: str) -> str:
    return text if _MARKED.search(text) else ended(text)


def _capital(found: re.Match[str]) -> str:
    """A phone sets no capital behind a full stop."""
    short = any(found[1].casefold() in abbreviations(at_end=each) for each in (False, True))
    return found[0] if short else f"{found[1]}{found[2]}{found[3].upper()}"


def with_answer(text: str, answer: str, *, before: str = "") -> str:
    """``text``, which its person changed, beginning with the answer, in place of the one ``before``."""
    if before and before in text:
        return text.replace(before, answer, 1)
    return f"{answer}\n\n{text}" if answer else text


def without_answer(text: str, answer: str) -> str:
    """A composed text without the answer that it was built around."""
    return text.replace(f"{answer}\n\n", "", 1) if answer else text


def as_changed(answer: str, *, text: str, original: str) -> str:
    """The answer as it is found before ``original`` in ``text``, which its person changed since; empty where
    it cannot be found there."""
    if not text or answer in text:
        return answer
    before, stands, after = text.rpartition(original) if original else ("", "", "")
    return " ".join(before.split()) if stands and not after.strip() else ""


@dataclass(frozen=True, slots=True)
class Change:
    """A run of text that stayed, was taken out, or was put in."""

    kind: Literal["kept", "removed", "added"]
    text: str


def changes(original: str, final: str) -> list[Change]:
    """What an edit did, word by word; the kept and added runs together are ``final``."""
    old, new = _TOKEN.findall(original), _TOKEN.findall(final)
    found: list[Change] = []
    for kind, a, b, c, d in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Change("kept", "".join(new[c:d])))
        else:
            found += [Change("removed", "".join(old[a:b])), Change("added", "".join(new[c:d]))]
    return [each for each in found if each.text]
