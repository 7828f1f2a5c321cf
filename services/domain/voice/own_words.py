"""The ambassador's own words: an answer set into a draft, and how much of a text is theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from services.domain.network_text import measure_text
from services.domain.voice.words import words_of
from services.ports import PostRules

_ENDS = re.compile(r"[.!?…][\"'”’)\]]*$")
_TOKEN = re.compile(r"\s+|[^\s]+")


def own_share(original: str, final: str) -> float:
    """The share of the words of ``final`` that are not in their place in ``original``, 0 to 1.

    Words are counted as a reader hears them: links, hashtags, case and punctuation aside.
    """
    if original == final:
        return 0.0
    old, new = words_of(original), words_of(final)
    if not new:
        return 0.0
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    kept = sum(block.size for block in matcher.get_matching_blocks())
    return round(1 - kept / len(new), 4)


def as_sentence(answer: str) -> str:
    """An answer on one line, word for word, with a full stop where it has no mark of its own."""
    line = " ".join(answer.split())
    return line if not line or _ENDS.search(line) else f"{line}."


def with_answer(
    rules: PostRules, text: str, answer: str, *, original: str, opening: str = "", before: str = ""
) -> str:
    """``text`` with the answer as a paragraph of its own, after the opening one.

    ``opening`` is the line that the person always begins with, ``before`` an earlier answer, which
    this one replaces. Where both do not fit the network the answer takes the place of the opening
    paragraph, as long as that is still the one of ``original``: a personal fact beats anything
    generated, and nothing of a person's own is taken.
    """
    sentence = as_sentence(answer)
    blocks = [block for block in text.split("\n\n") if not before or block != as_sentence(before)]
    place = 0
    while place + 2 < len(blocks) and (blocks[place] == opening or _is_title(blocks[place])):
        place += 1
    added = "\n\n".join([*blocks[: place + 1], sentence, *blocks[place + 1 :]])
    generated = len(blocks) > 1 and blocks[place] in original.split("\n\n")
    measure = measure_text(rules, added)
    if measure.length <= measure.limit or not generated:
        return added
    return "\n\n".join([*blocks[:place], sentence, *blocks[place + 1 :]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A run of text that stayed, was taken out, or was put in."""

    kind: Literal["kept", "removed", "added"]
    text: str


def changes(original: str, final: str) -> list[Change]:
    """What an edit did, word by word; the kept and added runs together are ``final``."""
    old, new = _TOKEN.findall(original), _TOKEN.findall(final)
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    return [
        change for _, a, b, c, d in matcher.get_opcodes() for change in _change(old[a:b], new[c:d])
    ]


def _change(old: list[str], new: list[str]) -> Iterator[Change]:
    if old == new:
        yield Change(kind="kept", text="".join(new))
        return
    if old:
        yield Change(kind="removed", text="".join(old))
    if new:
        yield Change(kind="added", text="".join(new))


def _is_title(block: str) -> bool:
    return block.startswith("“") and block.endswith("”") and "\n" not in block
