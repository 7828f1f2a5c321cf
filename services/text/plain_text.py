"""Plain paragraphs out of plain text, Markdown or HTML, without anything that can act on a reader.

Markup is removed, never interpreted. Emoji go too: how many a text may hold is the ambassador's
choice. Invisible and direction-changing characters go because they can make a text look different
from what it says (Unicode Technical Report 36, "Bidirectional Text Spoofing").
"""

from __future__ import annotations

import html
import re
import unicodedata

from services.text.html_text import one_line, with_signs
from services.text.network_text import EMOJI

#: Characters read of a text; facts beyond its first hundred pages are not needed.
MAX_CHARACTERS = 250_000

_OPENING = re.compile(
    r"<(script|style|template|noscript)\b|(<!--)|^[ ]{0,3}(```|~~~)", re.IGNORECASE | re.MULTILINE
)
_BLOCK_TAG = re.compile(
    r"(?i)</?(?:p|div|br|li|ul|ol|h[1-6]|table|tr|td|th|section|article|header|footer|blockquote|hr)"
    r"\b[^<>]{0,2000}>"
)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>")
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e01ef]"
)
#: Stands for an emoji until the line is cleaned; invisible, so that it goes with the others.
_GONE = "\u0001"
_HOLE = re.compile(rf"[ \t]{{0,4}}{_GONE}[ \t{_GONE}]{{0,40}}(?=[.,;:?!…)])")
_IMAGE = re.compile(r"!\[[^\]\n]{0,500}\]\([^)\n]{0,2000}\)")
_LINK = re.compile(r"\[([^\]\n]{1,500})\]\([^)\n]{0,2000}\)")
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|~~|`+)(?=\S)([^*_`~\n]{1,1000}?)(?<=\S)\1(?!\w)")
_NOT_PROSE = re.compile(r"^\s*(?:#{1,6}\s|\||[-=*_]{3,}\s*$|\[[^\]]+\]:)")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_QUOTE_MARK = re.compile(r"^\s*(?:>\s*)+")


def paragraphs(text: str) -> list[str]:
    """The paragraphs and list items of a text, each on one line, headings and tables left out."""
    text = unicodedata.normalize("NFC", text[:MAX_CHARACTERS]).replace("\r\n", "\n")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n\n")
    text = _without_code(with_signs(text))
    text = _TAG.sub("", _BLOCK_TAG.sub("\n\n", text))
    text = visible(html.unescape(text))
    text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    text = _EMPHASIS.sub(r"\2", text)
    result: list[str] = []
    lines: list[str] = []
    for line in [*text.split("\n"), ""]:
        if not line.strip() or _NOT_PROSE.match(line) or _ITEM.match(line):
            _flush(lines, result)
        if line.strip() and not _NOT_PROSE.match(line):
            lines.append(_ITEM.sub("", _QUOTE_MARK.sub("", line)))
    _flush(lines, result)
    return result


def phrase(text: str, limit: int = 300) -> str:
    """One clean line, for a title or a field of a profile; empty when nothing readable is left."""
    line = " ".join(visible(one_line(unicodedata.normalize("NFC", text))).split())
    return line if len(line) <= limit else ""


def _without_code(text: str) -> str:
    """Drop scripts, styles, comments and fenced code; what is never closed ends the text."""
    kept = []
    position = 0
    while opening := _OPENING.search(text, position):
        kept.append(text[position : opening.start()])
        tag, comment, fence = opening.groups()
        closing = "-->" if comment else f"\n{fence}" if fence else f"</{tag.lower()}"
        # Tag names are the only thing compared without case, and casing keeps ASCII in place.
        end = text.find(closing, opening.end())
        if end < 0 and tag:
            end = text.find(f"</{tag}", opening.end())
        if end < 0:
            return "\n".join(kept)
        position = end + len(closing)
        if tag:
            position = text.find(">", position) + 1 or len(text)
        if fence:
            position = text.find("\n", position) + 1 or len(text)
    return "\n".join([*kept, text[position:]])


def visible(text: str) -> str:
    """Without emoji and characters that nobody sees."""
    # What an emoji leaves before a mark is a hole: "the bridge ." of "the bridge 😀."
    return _INVISIBLE.sub("", _HOLE.sub("", EMOJI.sub(_GONE, text)))


def _flush(lines: list[str], result: list[str]) -> None:
    if lines:
        result.append(" ".join(" ".join(lines).split()))
        lines.clear()
