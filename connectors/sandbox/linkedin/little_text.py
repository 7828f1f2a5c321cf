r"""LinkedIn's little text format, as its readers see it.

``\ | { } @ [ ] ( ) < > # * _ ~`` are reserved and need a backslash. Legal without one are a
hashtag ``#Tag``, the template ``{hashtag|\#|Tag}`` and a mention ``@[Name](urn:li:…:1)``. At the
first other reserved character LinkedIn ends the text, without an error.

Source: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format
"""

from __future__ import annotations

import re
from dataclasses import dataclass

RESERVED = frozenset("\\|{}@[]()<>#*_~")

_ESCAPED = re.compile(r"\\([\\|{}@\[\]()<>#*_~])")
_HASHTAG = re.compile(r"#(?=\w*[^\W\d_])[^\W_]+")
_HASHTAG_TEMPLATE = re.compile(r"\{hashtag\|\\?[#＃]\|((?:\\.|[^\\|{}@\[\]()<>#*_~])+)\}")
_MENTION = re.compile(
    r"@\[((?:\\.|[^\\|{}@\[\]()<>#*_~])+)\]\(urn:li:(?:person|organization):[A-Za-z0-9_-]+\)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LittleText:
    """``displayed`` is what readers see, ``length`` the characters of the whole text.

    ``cut_at`` is the place in the raw text where LinkedIn stopped, or None.
    """

    displayed: str
    length: int
    cut_at: int | None


def read(raw: str) -> LittleText:
    """Return what LinkedIn makes of a commentary."""
    shown: list[str] = []
    length, at = 0, 0
    displayed: str | None = None
    cut_at: int | None = None
    while at < len(raw):
        piece, following = _next(raw, at)
        if piece is None:
            if cut_at is None:
                displayed, cut_at = "".join(shown), at
            piece, following = raw[at], at + 1
        shown.append(piece)
        length += len(piece)
        at = following
    return LittleText(
        displayed="".join(shown) if displayed is None else displayed, length=length, cut_at=cut_at
    )


def _next(raw: str, at: int) -> tuple[str | None, int]:
    """Return the next piece as displayed and where it ends; None for a stray character."""
    character = raw[at]
    if character not in RESERVED:
        return character, at + 1
    if character == "\\" and (escaped := _ESCAPED.match(raw, at)):
        return escaped[1], escaped.end()
    if character == "#" and not _inside_word(raw, at) and (tag := _HASHTAG.match(raw, at)):
        return tag[0], tag.end()
    if character == "{" and (template := _HASHTAG_TEMPLATE.match(raw, at)):
        return "#" + _ESCAPED.sub(r"\1", template[1]), template.end()
    if character == "@" and (mention := _MENTION.match(raw, at)):
        return _ESCAPED.sub(r"\1", mention[1]), mention.end()
    return None, at


def _inside_word(raw: str, at: int) -> bool:
    return at > 0 and raw[at - 1].isalnum()
