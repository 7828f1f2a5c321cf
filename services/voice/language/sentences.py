"""Sentences of a paragraph, word for word.

A wrong guess makes a sentence longer, never wrong. Abbreviations, initials, numbers and times end
none; neither does a mark inside a quotation whose sentence goes on ("“What now?” she asked.").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.language.patterns import any_of
from services.voice.vocabulary import abbreviations, name_particles, words_of

_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)")
_OPENS = re.compile(r"\s+[\"'“‘«„(\[]*(?:[^\W_a-zà-öø-ÿ]|['’][st]\s|['’]s-)")
_BEFORE = re.compile(r"[^\s(\[“‘\"'/]+$")
#: "J.", "J.P." and "Th.", before a name.
_INITIALS = re.compile(r"(?:[^\W\d_]\.-?)*(?:[^\W\d_]|Th|Ch|Chr|Ph|Ij|IJ|Joh|Wm)")
_DIGIT = re.compile(r"\s+\d")
_NAME = re.compile(
    rf"\s+(?:(?:{any_of(name_particles())})\s+)*[^\W\d_a-zà-öø-ÿ][^\W\d_.]?[^\W\d_]|\s+[A-ZÀ-Þ]\."
)
#: "1." and "3.": of a list or a date when nothing stands before it.
_NUMBERED = re.compile(r"\d{1,2}")
_MOST_BEFORE = 16


def split_sentences(paragraph: str) -> list[str]:
    """The sentences of one line of text."""
    return [paragraph[start:stop] for start, stop in sentence_spans(paragraph)]


def sentence_spans(paragraph: str) -> Iterator[tuple[int, int]]:
    """Where each sentence begins and ends, without the blanks around it."""
    start = 0
    for end in _END.finditer(paragraph):
        stop = end.end()
        if _OPENS.match(paragraph, stop) and not _goes_on(paragraph, start, end):
            yield _bare(paragraph, start, stop)
            start = stop
    if paragraph[start:].strip():
        yield _bare(paragraph, start, len(paragraph))


def _goes_on(paragraph: str, start: int, end: re.Match[str]) -> bool:
    """Whether a single full stop belongs to the word before it, and ends nothing."""
    if end[0] != ".":
        return False
    found = _BEFORE.search(paragraph, max(start, end.start() - _MOST_BEFORE), end.start())
    if found is None:
        return False
    word = found[0]
    if abbreviations(at_end=True).__contains__(word.casefold()):
        return _DIGIT.match(paragraph, end.end()) is not None
    if word.casefold() in abbreviations(at_end=False):
        # "Zo" and "no" are words as well, but no sentence has one as its last before a name.
        return (
            not word.islower()
            or len(word) > _SHORT_WORD
            or "." in word
            or _numbered(paragraph, end)
        )
    if _NUMBERED.fullmatch(word):
        return not paragraph[start : found.start()].strip()
    if _INITIALS.fullmatch(word):
        return word != "I" and word[0].isupper() and _NAME.match(paragraph, end.end()) is not None
    return False


#: "Op za. 3 mei", but "Dat is zo. Daarna": of the shortest, only those before a number end nothing.
_SHORT_WORD = 2


def _numbered(paragraph: str, end: re.Match[str]) -> bool:
    found = _BEFORE.search(paragraph, max(0, end.start() - _MOST_BEFORE), end.start())
    return (found is not None and found[0] in words_of("abbreviations_before_number")) or bool(
        _DIGIT.match(paragraph, end.end())
    )


def _bare(paragraph: str, start: int, stop: int) -> tuple[int, int]:
    text = paragraph[start:stop]
    return start + len(text) - len(text.lstrip()), start + len(text.rstrip())
