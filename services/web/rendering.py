"""Jinja2 for the pages, and how dates and numbers are written in a person's language.

A story on its page is Markdown, of whose HTML only the text is shown, and no images.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent
from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from services.text.html_text import TagKind, plain_text, tag_kind
from services.web import labels
from services.web.messages import language_name, network_name


@cache
def environment() -> Environment:
    """Every variable is escaped, and a name that is not there is an error."""
    made = Environment(
        loader=PackageLoader("templates", "web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["static"] = static_address
    made.globals["labels"] = labels
    made.filters["markdown"] = markdown
    made.filters["network_name"] = network_name
    made.filters["language_name"] = language_name
    made.filters["json"] = _json
    return made


def render(template: str, **context: Any) -> str:
    return environment().get_template(template).render(**context)


@cache
def static_address(name: str) -> str:
    """The address of an asset; it changes with the content, so browsers may keep it for ever."""
    content = (resources.files("templates") / "web" / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def moment(value: datetime, *, language: str, zone: tzinfo) -> str:
    """For example "di 24 nov 09:15"."""
    return format_datetime(value, "EEE d MMM HH:mm", tzinfo=zone, locale=language)


def slot(value: datetime, *, now: datetime, today: str, language: str, zone: tzinfo) -> str:
    """For example "dinsdag 08:40" or, with the word for it, "vandaag 15:20"; with the date where the
    weekday alone would be another day."""
    ahead = value.astimezone(zone).date() - now.astimezone(zone).date()
    if ahead.days >= _DAYS_OF_A_WEEK:
        return moment(value, language=language, zone=zone)
    if ahead.days == 0:
        return f"{today} {format_datetime(value, 'HH:mm', tzinfo=zone, locale=language)}"
    return format_datetime(value, "EEEE HH:mm", tzinfo=zone, locale=language)


_DAYS_OF_A_WEEK = 7


def day(value: datetime, *, language: str, zone: tzinfo) -> str:
    """For example "24 november 2026"."""
    return format_date(value.astimezone(zone).date(), "d MMMM yyyy", locale=language)


#: A page of figures has the same few hundred numbers many times.
@lru_cache(maxsize=4096)
def number(value: int, *, language: str) -> str:
    return format_decimal(value, locale=language)


def compact(value: int, *, language: str) -> str:
    """For example "950" or "1,2 mln."; for the edge of a picture."""
    if value < _MANY:
        return format_decimal(value, locale=language)
    return format_compact_decimal(value, locale=language, fraction_digits=1)


_MANY = 10_000


def percent(value: float, *, language: str) -> str:
    """Of a share, 0 to 1."""
    return format_percent(value, locale=language)


def dollars(value: Decimal, *, language: str) -> str:
    """For example "US$ 0,20" or "$0.015": never rounded to less than was charged."""
    cents = value.quantize(Decimal("0.01")) if value == value.quantize(Decimal("0.01")) else value
    return format_currency(cents, "USD", locale=language, decimal_quantization=False)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


#: What is longer is none; and each is looked for from its beginning.
_LONGEST_IMAGE = 400


def markdown(text: str) -> Markup:
    """What a story says, and nothing that it could do; links lead to web addresses only."""
    return Markup(_markdown().render(text))  # noqa: S704 - markdown-it escapes; see the tests


@cache
def _markdown() -> MarkdownIt:
    # Press releases are indented more often than they hold code.
    made = MarkdownIt("commonmark", {"html": True}).disable("code")
    made.enable(["table", "strikethrough"])
    made.core.ruler.push("without_html", _read_inline)
    made.add_render_rule("html_block", _html_block)
    return made


def _paragraphs(markup: str) -> str:
    found = plain_text(markup).split("\n\n")
    return "".join(f"<p>{html.escape(each)}</p>\n" for each in found if each)


def _html_block(_self: Any, tokens: Sequence[Token], place: int, *_: Any) -> str:
    return _paragraphs(tokens[place].content)


def _read_inline(state: Any) -> None:
    for token in state.tokens:
        if token.type == "inline":
            token.children = _without_images(_without_tags(token.children or []))


def _without_tags(children: Sequence[Token]) -> list[Token]:
    """Tags become text, a line's end or nothing; the contents of a script go with it."""
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


def _without_images(children: Sequence[Token]) -> list[Token]:
    """Nor the links that held nothing else, nor images whose file's name has blanks or brackets."""
    kept: list[Token] = []
    for token in children:
        if token.type == "text":
            token.content = _without_written_images(token.content)
        if token.type == "link_close" and kept and kept[-1].type == "link_open":
            kept.pop()
        elif token.type != "image":
            kept.append(token)
    return kept


def _without_written_images(text: str) -> str:
    kept, rest = "", text
    while (start := rest.find("![")) >= 0:
        end = _end_of_image(rest[: start + _LONGEST_IMAGE], start)
        kept += rest[: start if end else start + 2]
        rest = rest[end or start + 2 :]
    return kept + rest


def _end_of_image(text: str, start: int) -> int:
    """Behind "![a](b (1).png)" or "![[b.png]]"; 0 where it is none."""
    if text.startswith("[[", start + 1):
        return text.find("]]", start) + 2 if "]]" in text[start:] else 0
    depth, address = 0, text.find("](", start)
    if address < 0:
        return 0
    for place in range(address + 1, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return place + 1
    return 0
