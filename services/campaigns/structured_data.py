"""JobPostings in every way that pages write them: JSON-LD however loose, Microdata, RDFa.

Nodes come as JSON-LD has them, with the names of schema.org without their prefix; what a node only
refers to by its ``@id`` is put into it.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import chompjs
from selectolax.lexbor import LexborHTMLParser, LexborNode

_ESCAPES = frozenset('"\\/bfnrtu')
_BLANKS = " \t\r\n\u00a0"


def repaired(text: str) -> str:
    """``text`` with its quotation marks and backslashes escaped, and no comma too many.

    A quotation mark ends a text only where JSON goes on behind it.
    """
    written: list[str] = []
    is_text, place = False, 0
    while place < len(text):
        sign = text[place]
        if is_text and sign == "\\":
            following = text[place + 1 : place + 2]
            if following in _ESCAPES:
                written.append(sign + following)
            elif following == "x":
                written.append("\\u00")
            else:
                written.append(following)
            place += 1
        elif sign == '"':
            is_sign = is_text and not _ends(text, place + 1)
            written.append('\\"' if is_sign else sign)
            is_text = is_text == is_sign
        elif is_text or sign != ",":
            written.append(" " if sign == "\u00a0" and not is_text else sign)
        elif _next(text, place + 1) not in (",", "}", "]", ""):
            written.append(sign)
        place += 1
    return "".join(written)


def _next(text: str, place: int) -> str:
    while place < len(text) and text[place] in _BLANKS:
        place += 1
    return text[place : place + 1]


def _ends(text: str, place: int) -> bool:
    following = _next(text, place)
    if following != ",":
        return following in (":", "}", "]", "")
    behind = text.index(",", place) + 1
    return _next(text, behind) in ('"', "{", "[", ",", "}", "]")


Node = Mapping[str, Any]

_DECODER = json.JSONDecoder(strict=False)
_MARKS = ("<![CDATA[", "]]>", "<!--", "-->")

#: How deep a reference to another node is followed, and a tree is walked.
_REFERENCES, _DEPTH = 4, 200
_ADDRESSES = {"a": "href", "area": "href", "link": "href", "object": "data"} | dict.fromkeys(
    ("audio", "embed", "iframe", "img", "source", "track", "video"), "src"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPostings:
    """``base`` and ``language`` are those that the page names."""

    postings: Sequence[Node] = ()
    base: str = ""
    language: str = ""


def find_postings(text: str) -> FoundPostings:
    """The JobPostings in a JSON document or a page."""
    text = text.lstrip("\ufeff \t\r\n")
    if text[:1] in ("[", "{"):
        return FoundPostings(postings=_postings([_loose_json(text)]))
    page = LexborHTMLParser(text)
    scripts = [
        _loose_json(script.text(deep=True))
        for script in page.css("script")
        if "ld+json" in (script.attributes.get("type") or "").lower()
    ]
    base = page.css_first("base[href]") or page.css_first("link[rel=canonical][href]")
    root = page.css_first("html")
    return FoundPostings(
        postings=_postings(scripts)
        or _marked(page, "itemtype", "itemprop")
        or _marked(page, "typeof", "property"),
        base=(base.attributes.get("href") or "") if base else "",
        language=(root.attributes.get("lang") or "") if root else "",
    )


def _loose_json(text: str) -> Any:
    """JSON as sites write it: with raw line ends, comments, CDATA, commas too many."""
    if '"' not in text:
        text = html.unescape(text)
    bare = _without_marks(text)
    for read in (_documents, _as_repaired, _as_script):
        try:
            return read(text if read is _documents else bare)
        except (ValueError, RecursionError):
            continue
    return None


def _documents(text: str) -> list[Any]:
    """One document behind the other; one that is written as a text is read too."""
    found, place = [], 0
    while place < len(text):
        if text[place] in " \t\r\n;":
            place += 1
            continue
        value, place = _DECODER.raw_decode(text, place)
        found.append(_DECODER.decode(value) if isinstance(value, str) else value)
    return found


def _as_repaired(text: str) -> list[Any]:
    return _documents(repaired(text))


def _as_script(text: str) -> Any:
    return chompjs.parse_js_object(text, loader_kwargs={"strict": False})


def _without_marks(text: str) -> str:
    for mark in ("/* <![CDATA[ */", "/* ]]> */", "/*<![CDATA[*/", "/*]]>*/", *_MARKS):
        text = text.replace(mark, " ")
    return text


def _postings(documents: Sequence[Any]) -> list[Node]:
    nodes = [node for document in documents for node in _nodes(document)]
    named: dict[str, Node] = {}
    for node in nodes:
        name = node.get("@id")
        if isinstance(name, str) and len(node) > 1:
            named.setdefault(name, node)
    return [_complete(node, named, _REFERENCES) for node in nodes if _is_posting(node)]


def _nodes(document: Any) -> Iterator[Node]:
    """Every object in a document, in its order, with the local names of its keys."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += reversed(value)
        elif isinstance(value, dict):
            yield {_local(key): item for key, item in value.items()}
            waiting += reversed(value.values())


def _local(name: str) -> str:
    """``title`` of "schema:title" and "https://schema.org/title"."""
    name = name.strip()
    return (
        name
        if name.startswith("@")
        else name.rstrip("/#").replace("#", "/").replace(":", "/").rpartition("/")[2]
    )


def _is_posting(node: Node) -> bool:
    return _names_posting(node.get("@type") or node.get("type"))


def _names_posting(kinds: Any) -> bool:
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(
        isinstance(kind, str) and _local(kind.strip()).lower() == "jobposting" for kind in kinds
    )


def _complete(value: Any, named: Mapping[str, Node], depth: int) -> Any:
    if isinstance(value, list):
        return [_complete(item, named, depth) for item in value]
    if not isinstance(value, dict) or depth == 0:
        return value
    if value.keys() == {"@id"}:
        value = named.get(str(value["@id"]), value)
    return {_local(key): _complete(item, named, depth - 1) for key, item in value.items()}


def _marked(page: LexborHTMLParser, kind: str, name: str) -> list[Node]:
    """Microdata's items, or RDFa's: both write a tree of properties into the elements."""
    return [
        _item(node, kind, name, 0)
        for node in page.css(f"[{kind}]")
        if _names_posting((node.attributes.get(kind) or "").split())
    ]


def _item(top: LexborNode, kind: str, name: str, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": (top.attributes.get(kind) or "").split()}
    waiting = list(top.iter())
    for reference in (top.attributes.get("itemref") or "").split():
        # Only names that need no escaping in a selector.
        if reference.replace("-", "").replace("_", "").isalnum():
            waiting += top.parser.css(f'[id="{reference}"]')
    waiting.reverse()
    while waiting:
        node = waiting.pop()
        is_item = kind in node.attributes or "itemscope" in node.attributes
        for property_name in (node.attributes.get(name) or "").split():
            value = (
                _item(node, kind, name, depth + 1)
                if is_item and depth < _REFERENCES
                else _value(node)
            )
            found.setdefault(_local(property_name), []).append(value)
        if not is_item:
            waiting += reversed(list(node.iter()))
    return found


def _value(node: LexborNode) -> str:
    """Return the markup where the value is text: its blocks are separated later."""
    given = node.attributes
    own = _ADDRESSES.get(node.tag or "", "datetime" if node.tag == "time" else "value")
    for attribute in ("content", own, "resource"):
        if (value := given.get(attribute)) is not None:
            return value
    return node.inner_html or ""
