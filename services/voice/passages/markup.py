"""Markdown and HTML as blocks of plain text: prose, headings, items of lists.

Markdown's blocks are read by markdown-it and its inline marks block by block, because the inline
rules take more than linear time; all HTML, pasted or made of Markdown, is read by lexbor.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from services.text.html_text import with_signs
from services.text.plain_text import visible

#: Read of a text: some sixteen pages. What a post is made of comes before.
MAX_CHARACTERS = 40_000
#: More tags than these are no text; a deep tree of them takes more than linear time.
_MAX_TAGS = 3_000
#: A paragraph with more marks than these is no prose.
_MOST_MARKS, _LETTERS_A_MARK = 20, 12

Kind = Literal["prose", "heading", "item"]

_IS_HTML = re.compile(r"</(?:p|div|li|ul|ol|h[1-6]|table|section|article)>", re.IGNORECASE)
_IS_MARKDOWN = re.compile(r"(?m)^ {0,3}(?:#{1,6} |[-*+] |\d+[.)] |> )")
_MARKED = re.compile(r"[*_`\[\]<>\\!&~]")
_DROPPED = re.compile(
    r"script|style|template|noscript|svg|math|code|pre|table|figure|figcaption|nav"
    r"|footer|aside|form|button|select|option|textarea|iframe|object|head|title"
    r"|audio|video|canvas|dt|dd|label"
)
_BLOCKS = re.compile(
    r"p|div|section|article|main|header|blockquote|center|address|body|html|ul|ol"
    r"|dl|details|summary|fieldset"
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BOLD = frozenset({"b", "strong"})
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


@dataclass(slots=True)
class Block:
    """Text between two block tags; its line ends are kept where the writer's are known."""

    kind: Kind
    text: str
    level: int = 0
    bold: bool = False


@dataclass(slots=True)
class _Place:
    """The place of a text in the tree."""

    block: int
    kind: Kind = "prose"
    level: int = 0
    bold: bool = False
    dropped: bool = False


def blocks_of(text: str) -> list[Block]:
    """The blocks of a text in its order, code, tables and captions left out."""
    text = unicodedata.normalize("NFC", text[:MAX_CHARACTERS]).replace("\r\n", "\n")
    text = text.replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n").strip()
    text = with_signs(text)
    if text.startswith("<") or (_IS_HTML.search(text) and not _IS_MARKDOWN.search(text)):
        return list(_blocks_of_html(text, keep_lines=False))
    return list(_blocks_of_html(_html_of_markdown(text), keep_lines=True))


# Press releases are indented more often than they hold code; `prose` knows more kinds of items.
_MARKDOWN = MarkdownIt("commonmark", {"html": True}).disable(["code", "inline", "list"])
_INLINE = MarkdownIt("commonmark", {"html": True}).disable(["image"])


def _html_of_markdown(text: str) -> str:
    made = []
    for token in _MARKDOWN.parse(text):
        if token.type == "inline":
            made.append(_inline_html(token.content))
        elif token.type == "html_block":
            made.append(token.content)
        elif token.tag and token.type not in ("fence", "code_block"):
            made.append(f"</{token.tag}>" if token.nesting < 0 else f"<{token.tag}>")
    return "".join(made)


def _inline_html(content: str) -> str:
    marks = len(_MARKED.findall(content))
    if marks > _MOST_MARKS + len(content) // _LETTERS_A_MARK:
        return ""
    if marks:
        return str(_INLINE.renderInline(content))
    return html.escape(content, quote=False)


def _blocks_of_html(text: str, *, keep_lines: bool) -> Iterable[Block]:
    root = LexborHTMLParser(text).root if text.count("<") <= _MAX_TAGS else None
    if root is None:
        return
    places: dict[int, _Place] = {}
    #: Texts with their place; those of one block have one number.
    pieces: list[tuple[int, _Place, str]] = []
    number = 0
    for node in root.traverse(include_text=True):
        tag = node.tag or ""
        above = places.get(node.parent.mem_id) if node.parent else None
        above = above or _Place(block=0)
        if tag == "-text":
            text = "" if above.dropped else node.text_content or ""
            for place, part in enumerate([text] if keep_lines else _BLANK_LINE.split(text)):
                number += bool(place and part.strip())
                pieces.append((number, above, part if keep_lines else part.replace("\n", " ")))
        elif tag == "br":
            pieces.append((number, above, "\n"))
        elif tag == "hr":
            number += 1
        else:
            places[node.mem_id] = _place(tag, above, node.mem_id)
            number += places[node.mem_id].block != above.block
    for _, some in groupby(pieces, key=lambda piece: (piece[0], piece[1].block)):
        block = list(some)
        text = visible("".join(part for _, _, part in block))
        filled = [place for _, place, part in block if part.strip()]
        if filled and text.strip():
            bold = all(place.bold for place in filled)
            yield Block(kind=filled[0].kind, text=text, level=filled[0].level, bold=bold)


def _place(tag: str, above: _Place, number: int) -> _Place:
    if above.dropped or _DROPPED.fullmatch(tag):
        return _Place(block=above.block, dropped=True)
    if tag in _HEADINGS:
        return _Place(block=number, kind="heading", level=int(tag[1]))
    if tag == "li":
        return _Place(block=number, kind="item")
    if _BLOCKS.fullmatch(tag):
        return _Place(block=number, kind=above.kind, level=above.level, bold=above.bold)
    if tag in _BOLD:
        return _Place(block=above.block, kind=above.kind, level=above.level, bold=True)
    return above
