"""A story on its page: Markdown, of whose HTML only the text is shown, and no images."""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from services.text.html_text import TagKind, plain_text, tag_kind


def markdown(text: str) -> Markup:
    """What a story says, and nothing that it could do; links lead to web addresses only."""
    return Markup(_markdown().render(text))  # noqa: S704 - markdown-it escapes; see the tests


@cache
def _markdown() -> MarkdownIt:
    # Press releases are indented more often than they hold code.
    made = MarkdownIt("commonmark", {"html": True}).disable("code")
    made.core.ruler.push("without_html", _read_inline)
    made.add_render_rule("html_block", _html_block)
    made.add_render_rule("image", lambda *_: "")
    return made


def _paragraphs(markup: str) -> str:
    found = plain_text(markup).split("\n\n")
    return "".join(f"<p>{html.escape(each)}</p>\n" for each in found if each)


def _html_block(_self: Any, tokens: Sequence[Token], place: int, *_: Any) -> str:
    return _paragraphs(tokens[place].content)


def _read_inline(state: Any) -> None:
    for token in state.tokens:
        if token.type == "inline":
            token.children = _without_tags(token.children or [])


def _without_tags(children: Sequence[Token]) -> list[Token]:
    """Tags become text, a line's end or nothing; what stands in a script goes with it."""
    kept: list[Token] = []
    unread = ""
    for token in children:
        kind, name = tag_kind(token.content) if token.type == "html_inline" else (TagKind.NONE, "")
        if unread:
            unread = "" if name == unread and token.content.startswith("</") else unread
        elif token.type != "html_inline":
            kept.append(token)
        elif kind is TagKind.NONE:
            kept.append(Token("text", "", 0, content=token.content))
        elif kind is TagKind.UNREAD:
            unread = name if not token.content.startswith("</") else ""
        elif kind is TagKind.BLOCK:
            kept.append(Token("hardbreak", "br", 0))
    return kept
