"""What a person reads of HTML: the one reader for feeds, postings and pages.

Lexbor reads the markup as browsers do. Signs that are no markup ("Vec<T>", "x < 5") stay text.
"""

from __future__ import annotations

import html
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.text.normal_form import printable

#: Read of a text; the rest is never used.
MAX_CHARACTERS = 2_000_000
#: A deeper or larger tree is no text.
_MAX_TAGS, _MAX_DEPTH = 20_000, 100


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_BLOCKS = _set(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main "
    "menu nav ol p pre search section summary table tbody td tfoot th thead tr ul"
)
_UNREAD = _set(
    "applet audio canvas datalist del embed frame frameset head iframe link math meta noembed "
    "noframes noscript object progress rp rt s script select strike style svg template textarea "
    "title video"
)
_INLINE = _set(
    "a abbr acronym b bdi bdo big blink cite code data dfn em font i ins kbd label map mark marquee "
    "meter nobr output picture q ruby samp slot small span strong sub sup time tt u var"
)
_VOID = _set("area base br col colgroup img input keygen option param source track wbr")
#: What a title names when it writes them without an end.
_NAMED = _UNREAD | _set("input")
_NAMES = _BLOCKS | _UNREAD | _INLINE | _VOID
_LETTERS = frozenset(string.ascii_letters)
_IN_NAMES = frozenset(string.ascii_letters + string.digits + "-:_.")
_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
#: Invisible characters; the joiners of emoji and of Persian stay.
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
#: A line of plain text that is shorter ends where its writer wanted it to.
_WRAPPED = 60


def plain_text(markup: str) -> str:
    """The text of HTML, or of text that may hold some: blank lines between blocks and items.

    Entities and tags that were escaped once too often are read all the same.
    """
    return "\n\n".join(_paragraphs(markup[:MAX_CHARACTERS]))


def one_line(markup: str) -> str:
    """The text of a title or a name, which may tell of a tag: "The <script> element"."""
    return " ".join(_paragraphs(_with_named_tags(markup[:MAX_CHARACTERS])))


def literal(text: str) -> str:
    """Text of which its writer says that it holds no markup, in paragraphs as `plain_text`."""
    if is_markup(text):
        return plain_text(text)
    return "\n\n".join(_lines(text[:MAX_CHARACTERS]))


class TagKind(Enum):
    """What a tag does to the text around it. NONE: it is no tag."""

    NONE = 0
    INLINE = 1
    BLOCK = 2
    UNREAD = 3


def tag_kind(tag: str) -> tuple[TagKind, str]:
    """What a tag ("<b>", "</p>", "<!-- -->") is, and its name in lower case."""
    if tag.startswith(("<!", "<?")):
        return TagKind.INLINE, ""
    name = _name(tag, 2 if tag.startswith("</") else 1)
    if name in _BLOCKS or name == "br":
        return TagKind.BLOCK, name
    if name in _UNREAD:
        return TagKind.UNREAD, name
    return (TagKind.INLINE if name else TagKind.NONE), name


def is_markup(text: str) -> bool:
    """Whether a text that ought to be plain is one element after the other all the same."""
    start = text.strip()[:100]
    name = _name(start, 1) if start.startswith("<") else ""
    return name in _NAMES and (name in _VOID or f"</{name}" in text.lower())


def _paragraphs(markup: str, *, again: bool = True) -> list[str]:
    source = markup.replace("<![CDATA[", "").replace("]]>", "") if "<![CDATA[" in markup else markup
    source = _with_parameters(source)
    source, tags = _with_signs(source)
    if not tags:
        read = html.unescape(source)
        if again and _holds_markup(read):
            return _paragraphs(read, again=False)
        return [_unescaped(line) for line in _lines(read)]
    if tags > _MAX_TAGS:
        return []
    lowered = source.lower()
    if "<table" not in lowered and any(part in lowered for part in ("<tr", "<td", "<th>", "<th ")):
        source = f"<table>{source}"  # cells outside a table would lose their ends
    found = [paragraph for part in _Reader().read(source) for paragraph in _lines(part)]
    if again and found and is_markup(found[0]):
        return _paragraphs("\n".join(found), again=False)
    return [_unescaped(paragraph) for paragraph in found]


def _with_parameters(text: str) -> str:
    """``text`` in which "&copy=2" stays a part of its address instead of ©=2."""
    pieces = text.split("&")
    for place, piece in enumerate(pieces[1:], start=1):
        name, equals, _ = piece[:32].partition("=")
        pieces[place] = f"&amp;{piece}" if equals and name.isalnum() else f"&{piece}"
    return "".join(pieces)


def with_signs(markdown: str) -> str:
    """Markdown in which "Vec<T>" is no tag; its <https://example.org> stays an address."""
    pieces = markdown.split("<")
    for place, piece in enumerate(pieces[1:], start=1):
        inside = piece.partition(">")[0]
        address = ":" in inside or "@" in inside
        is_sign = piece[:1] in _LETTERS and not address and not _name(piece, 0)
        pieces[place] = f"&lt;{piece}" if is_sign else f"<{piece}"
    return "".join(pieces)


def _with_named_tags(line: str) -> str:
    """``line`` with each tag escaped that has no end and would hide or swallow the text around it."""
    pieces, lowered = line.split("<"), line.lower()
    unended = {name for name in _NAMED if f"</{name}" not in lowered}
    for place, piece in enumerate(pieces[1:], start=1):
        name = _name(piece, 0)
        is_bare = piece[len(name) :].startswith(">")
        is_named = is_bare and name in unended
        pieces[place] = f"&amp;lt;{piece}" if is_named else f"<{piece}"
    return pieces[0] + "".join(pieces[1:])


def _lines(text: str) -> list[str]:
    """Return its lines without invisible blanks; lines that only a margin broke are joined."""
    lines: list[str] = []
    open_line = False
    for raw in printable(text.replace("\t", " ")).translate(_UNSEEN).splitlines():
        line = " ".join(raw.split())
        if open_line and line[:1].islower():
            lines[-1] = f"{lines[-1]} {line}"
        elif line:
            lines.append(line)
        open_line = len(line) >= _WRAPPED and not line.endswith((".", "!", "?", ":", ";"))
    return lines


def _unescaped(text: str) -> str:
    """Without the entities that were escaped twice; "&" and ";" elsewhere stay."""
    pieces = text.split("&")
    for place, piece in enumerate(pieces[1:], start=1):
        name, semicolon, _ = piece[:32].partition(";")
        known = name.lstrip("#").isalnum() and html.unescape(f"&{name};") != f"&{name};"
        pieces[place] = html.unescape(f"&{piece}") if semicolon and known else f"&{piece}"
    return " ".join("".join(pieces).split())


def _holds_markup(text: str) -> bool:
    _, tags = _with_signs(text)
    return tags > 1 or (tags == 1 and "<br" in text.lower())


def _with_signs(text: str) -> tuple[str, int]:
    """``text`` with each "<" escaped that opens no tag, and how many tags there are."""
    pieces = text.split("<")
    last = text.rfind(">")
    tags, position = 0, len(pieces[0])
    lowered, closed = text.lower(), dict[str, bool]()
    for place, piece in enumerate(pieces[1:], start=1):
        name = _name(piece, 1 if piece[:1] == "/" else 0)
        if piece[:1] in ("!", "?"):
            # Word's <![if !supportLists]> too.
            is_tag = (
                piece[:1] == "?" or piece[1:3] == "--" or piece[1:2].isalpha() or piece[1:2] == "["
            )
        else:
            is_tag = bool(name) and position < last
        if is_tag and name in _INLINE and piece[:1] != "/":
            if name not in closed:
                closed[name] = f"</{name}" in lowered
            is_tag = closed[name] or not _looks_like_text(piece, pieces[place - 1])
        tags += is_tag
        pieces[place] = f"<{piece}" if is_tag else f"&lt;{piece}"
        position += 1 + len(piece)
    return pieces[0] + "".join(pieces[1:]), tags


def _name(piece: str, start: int) -> str:
    """The name of the tag that begins there, in lower case, or nothing."""
    end = start
    while end < len(piece) and end - start < 40 and piece[end] in _IN_NAMES:
        end += 1
    name = piece[start:end].lower()
    if piece[start : start + 1] not in _LETTERS or piece[end : end + 1] not in (*" \t\r\n/>",):
        return ""
    # Word's <o:p> and a page's <my-part>, but no <https://example.org>.
    foreign = all(name.partition(sign)[::2]) if (sign := ":" if ":" in name else "-") in name else 0
    return name if name in _NAMES or foreign else ""


def _looks_like_text(piece: str, before: str) -> bool:
    """Of an inline tag that nothing closes: "a <b and c > d", "Option<A>"."""
    inside = piece.partition(">")[0]
    words = inside.split()
    return (len(words) > 1 and "=" not in inside) or (
        len(inside) == 1 and inside.isupper() and before[-1:].isalnum()
    )


@dataclass
class _Reader:
    """Walks the tree once and writes the text of each block."""

    parts: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def read(self, source: str) -> list[str]:
        root = LexborHTMLParser(source).root
        if root is not None:
            # Without blocks the writer's own line ends are all there is.
            self.walk(root, 0, lines=root.css_first(_ANY_BLOCK) is None)
        self.end()
        return self.written

    def end(self) -> None:
        text = "".join(self.parts)
        self.parts.clear()
        if text.strip():
            self.written.append(text)

    def walk(self, node: LexborNode, depth: int, *, lines: bool = False) -> None:
        if depth > _MAX_DEPTH:
            return
        for child in _children(node):
            self._node(child, depth, lines=lines)

    def _node(self, node: LexborNode, depth: int, *, lines: bool) -> None:
        tag = node.tag or ""
        if tag == "-text":
            text = node.text_content or ""
            self.parts.append(text if lines else _joined(node, text))
        elif tag in ("br", "hr"):
            self.end()
        elif tag == "img":
            self.parts.append(" ")
        elif tag.startswith(("-", "!")) or tag in _UNREAD or _is_hidden(node):
            return
        elif tag == "tr" and not _holds_blocks(node):
            self.end()
            self.written.append(_row([_text(cell, depth + 1) for cell in _children(node)]))
        elif tag in _BLOCKS or "display:block" in _style(node):
            self.end()
            self.walk(node, depth + 1, lines=lines or tag == "pre")
            self.end()
        elif tag in _CHANGED:
            self.parts.append(_CHANGED[tag](_text(node, depth + 1)))
        else:
            self.walk(node, depth + 1, lines=lines)


_CHANGED: dict[str, Callable[[str], str]] = {
    "q": lambda text: f"“{text}”",
    # Ten to the third is not a hundred and three.
    "sup": lambda text: text.translate(_RAISED) if text.strip("0123456789+-") == "" else text,
}


_ANY_BLOCK = ",".join(_BLOCKS - {"html", "body"} | {"br"})


def _joined(node: LexborNode, text: str) -> str:
    """Without the line ends of the source; beside blocks, a blank line ends a paragraph too."""
    beside = node.parent is not None and node.parent.tag in ("body", "div", "section", "article")
    parts: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            parts[-1].append(line)
        elif beside and parts[-1]:
            parts.append([])
    joined = "\n".join(" ".join(part) for part in parts if part)
    return f"{' ' * text[:1].isspace()}{joined}{' ' * text[-1:].isspace()}"


def _children(node: LexborNode) -> Iterator[LexborNode]:
    return node.iter(include_text=True)


def _text(node: LexborNode, depth: int) -> str:
    reader = _Reader()
    reader.walk(node, depth)
    reader.end()
    return " ".join(" ".join(reader.written).split())


def _row(cells: list[str]) -> str:
    """A table's row as a line: "Uren: 36", "ma, di, wo"."""
    filled = [cell for cell in cells if cell]
    if len(filled) == 2 and not filled[0].endswith((":", "?")):
        return ": ".join(filled)
    return (" " if len(filled) == 2 else ", ").join(filled)


def _holds_blocks(row: LexborNode) -> bool:
    """Whether the table is how a page is laid out: its cells hold blocks."""
    return any(
        child.tag in _BLOCKS or child.tag == "br"
        for cell in _children(row)
        for child in _children(cell)
    )


def _is_hidden(node: LexborNode) -> bool:
    return "hidden" in node.attributes or "display:none" in _style(node)


def _style(node: LexborNode) -> str:
    return "".join((node.attributes.get("style") or "").lower().split())
