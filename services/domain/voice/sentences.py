"""Sentences out of a paragraph, as they stand in the source."""

from __future__ import annotations

import re

_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)")
# A full stop after one of these ends nothing.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|bijv|bv|enz|etc|ca|nr|nrs|dr|drs|mr|mrs|ms|ir|ing|prof|st|vs|no|approx"
    r"|o\.a|d\.w\.z|m\.a\.w|t/m|i\.v\.m|m\.b\.t|a\.u\.b|e\.g|i\.e|p\.m|a\.m|resp|incl|excl|max|min)\.$",
    re.IGNORECASE,
)
_OPENS = re.compile(r"\s+[\"'“‘«(\[]*[^\W_a-zà-öø-ÿ]")


def split_sentences(paragraph: str) -> list[str]:
    """The sentences of one line of text; a wrong guess makes them longer, never wrong."""
    sentences = []
    start = 0
    for end in _END.finditer(paragraph):
        stop = end.end()
        if not _OPENS.match(paragraph, stop):
            continue
        if _ABBREVIATION.search(paragraph, max(start, stop - 12), stop):
            continue
        sentences.append(paragraph[start:stop].strip())
        start = stop
    if rest := paragraph[start:].strip():
        sentences.append(rest)
    return sentences
