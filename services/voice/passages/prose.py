"""The paragraphs of a source that are prose, word for word and a line each.

Left out: headings, items, captions, key and value lines, bylines, salutations, and the parts that
begin with "notes to editors", "what we offer" or "about us"; a dateline is taken off its paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property

from services.events.incoming import StoryApproved
from services.language import DEFAULT, LANGUAGES, primary_language
from services.language.patterns import any_of
from services.voice.passages.markup import Block, blocks_of
from services.voice.vocabulary import GRAMMAR, Vocabulary, plain_words, vocabulary
from services.voice.writing.request import Content

_ITEM = re.compile(
    r"\s*(?:[-*+•·▪◦‣●○■□✓✔✅➢➤►▶→–—]|\d{1,3}[.)]|[a-z]\))\s+"
    # 05:31 – of a timeline.
    r"|\s*(?:\d{1,2}[-/.]\d{1,2}\s+)?\d{1,2}[:.]\d{2}(?:\s?(?:uur|u|am|pm))?\s*(?:[-–—:]|\s{2,})\s*(?=\S)"
)
_MARKED_HEADING = re.compile(r"\s*(#{1,6})\s")
#: Nothing, or a row of a table in Markdown.
_NO_LINE = re.compile(r"\s*(?:\||$)")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
#: "Q: Why?" and "A: Because", "Vraag 1." and "Antwoord:".
_ASKS = re.compile(rf"(?:{any_of(GRAMMAR.asks)})\s?\d*\s?[:.)]\s+")
_ANSWERS = re.compile(rf"(?:{any_of(GRAMMAR.answers)})\s?\d*\s?[:.)]\s+")
_RULE = re.compile(r"\s*[-=*_#~\s]{3,}$")
_END_MARK = re.compile(r"[.!?…:][\"'”’»)\]*_]*$")
_ENDS = re.compile(r"[.!?…][\"'”’»)\]]*$")
_KEY = re.compile(r"[^\W\d_][\w /’'-]{1,28}:(?:\s|$)")
_DATE = re.compile(r"\d{1,4}[\w ./,-]{0,24}")
_PLACE = r"(?:['’][st][- ])?[A-ZÀ-Þ][\w'’.-]*(?:[ /-]+[A-ZÀ-Þ(][\w'’.)-]*){0,4}"
#: "ZWOLLE –", "Leeds, 4 March 2026 —", "(Utrecht, 3 mei)", "12 mei 2026, Zwolle -".
_DATELINE = re.compile(
    rf"\s*(?:\((?P<in>{_PLACE},?[^()]{{0,40}})\)\s*[-–—:]?"
    rf"|(?P<place>{_PLACE})(?P<rest>[,/ ]{{1,3}}[^–—:.!?]{{0,40}}?)?\s*(?:[–—]|\s-|:)"
    rf"|(?P<date>\d{{1,2}} [\w.]+ \d{{4}}),? {_PLACE}\s*(?:[–—]|\s-|:))\s+"
)
#: A shorter line that breaks off is a heading or a line of an address.
_SHORT_LINE, _HEADING = 0.6, 90
_QUESTION = re.compile(r"\?[\"'”’»)\]]*$")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """``field`` is its part of the event, or "offer"; ``asked`` is the question that it answers."""

    text: str
    field: str
    asked: str = ""


@dataclass(slots=True)
class Prose:
    """``items`` counts the items of lists left out."""

    paragraphs: list[Paragraph] = field(default_factory=list)
    items: int = 0


class SourceText:
    """The text of a source, its markup read once; every other form is made of this value."""

    def __init__(self, content: Content) -> None:
        self.content = content
        if isinstance(content, StoryApproved):
            parts = {"body": content.body}
        else:
            parts = {"challenge": content.challenge or "", "description": content.description}
        self._blocks = {name: blocks_of(text) for name, text in parts.items()}

    def with_passages(self, passages: Iterable[str]) -> SourceText:
        """The same text of a content for which these passages are chosen."""
        other = copy(self)
        other.content = self.content.model_copy(update={"passages": tuple(passages)})
        return other

    @cached_property
    def lines(self) -> Sequence[str]:
        """Every paragraph and item, each on one line, headings and tables left out."""
        return [line for blocks in self._blocks.values() for line in _plain_lines(blocks)]

    @cached_property
    def body(self) -> Sequence[str]:
        """The `lines` of a story's body, or of a vacancy's description."""
        return _plain_lines([*self._blocks.values()][-1])

    @property
    def everything(self) -> list[str]:
        """The `lines` with the title, and the names, subjects and places that the source gives."""
        content = self.content
        if isinstance(content, StoryApproved):
            named = [*content.topics, content.author.name if content.author else ""]
        else:
            places = (content.team, content.location, content.hours)
            named = [*content.crafts, *(each or "" for each in places)]
        return [*self.lines, content.title, *named]

    @cached_property
    def prose(self) -> Prose:
        """The paragraphs that are prose, and counts of the rest."""
        found = Prose()
        language = primary_language(self.content.language)
        words = vocabulary(language if language in LANGUAGES else DEFAULT)
        for name, blocks in self._blocks.items():
            _Reading(name, words, found).read(blocks)
        return found


def _plain_lines(blocks: Iterable[Block]) -> list[str]:
    return [text for block in blocks for kind, text in _lines(block) if kind != "heading"]


class _Reading:
    """One field, read from top to bottom."""

    def __init__(self, name: str, words: Vocabulary, found: Prose) -> None:
        self._field, self._words, self._found = name, words, found
        #: Level of the heading whose part is left out; 0: none is.
        self._closed = 0
        self._over = self._offers = False
        self._asked = ""
        self._first = True

    def read(self, blocks: list[Block]) -> None:
        for block in blocks:
            for kind, text in _lines(block):
                if self._over:
                    return
                self._take(kind, text, block)

    def _take(self, kind: str, text: str, block: Block) -> None:
        words = plain_words(text)
        if not words:
            return
        if self._words["endings"].begins(words) and len(words) <= 12:
            self._over = True
        elif kind == "item":
            self._found.items += 1
        elif kind == "heading" or _is_heading(text, block):
            self._heading(words, text, block.level or (6 if block.bold else 7))
        elif not (self._closed or self._is_fixed(words, text)):
            self._keep(text)

    def _heading(self, words: list[str], text: str, level: int) -> None:
        self._asked = text if _QUESTION.search(text) else ""
        self._offers = self._words["offer_headings"].begins(words)
        if self._words["closing_headings"].begins(words):
            self._closed = self._closed or level
        elif self._closed and level <= self._closed:
            self._closed = 0

    def _is_fixed(self, words: list[str], text: str) -> bool:
        if self._words["endings"].begins(words):
            return True
        if self._words["captions"].begins(words) and (
            _KEY.match(text) or not _ENDS.search(text) or len(words) <= 6
        ):
            return True
        salutes = self._words["salutations"].begins(words) and len(words) <= 8
        return salutes or not _END_MARK.search(text)

    def _keep(self, text: str) -> None:
        text = _without_dateline(text, first=self._first)
        if self._asked and (answer := _ANSWERS.match(text)):
            text = text[answer.end() :]
        self._first = False
        self._found.paragraphs.append(
            Paragraph(
                text=text,
                field="offer" if self._offers else self._field,
                asked=self._asked,
            )
        )


def _is_heading(text: str, block: Block) -> bool:
    if _ASKS.match(text) and _QUESTION.search(text):
        return True
    if block.bold and len(text) <= _HEADING and not text.endswith("."):
        return True
    if len(text) > _HEADING or text[-1] in '.!…”"’)»':
        return False
    return not text.endswith(",") and not _KEY.match(text)


def _lines(block: Block) -> Iterator[tuple[str, str]]:
    """Its paragraphs, items and headings: lines that a writer broke, or that were wrapped."""
    if block.kind != "prose":
        yield block.kind, " ".join(block.text.split())
        return
    for part in _BLANK_LINE.split(block.text):
        yield from _lines_of([line for line in part.split("\n") if not _NO_LINE.match(line)])


def _lines_of(lines: list[str]) -> Iterator[tuple[str, str]]:
    longest = max((len(line.rstrip()) for line in lines), default=0)
    kind, held = "prose", list[str]()
    for number, line in enumerate(lines):
        begun, text = _read_line(line)
        if begun:
            yield from _joined(kind, held)
            kind = begun
        held.append(text)
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if kind == "heading" or (kind == "prose" and _breaks(line, following, longest)):
            yield from _joined(kind, held)
            kind = "prose"
    yield from _joined(kind, held)


def _read_line(line: str) -> tuple[str, str]:
    """The kind of block that a line begins ("": none), and its text."""
    if _RULE.fullmatch(line):
        return "prose", ""
    if item := _ITEM.match(line):
        return "item", line[item.end() :]
    if heading := _MARKED_HEADING.match(line):
        return "heading", line[heading.end() :]
    return "", line


def _joined(kind: str, held: list[str]) -> Iterator[tuple[str, str]]:
    text = " ".join(" ".join(held).split())
    held.clear()
    if text:
        yield kind, text


def _breaks(line: str, following: str, longest: int) -> bool:
    """Whether a line ends before the margin, and the next begins anew."""
    begins = following.strip()[:1]
    if not begins or begins.islower():
        return False
    line = line.rstrip()
    if _ENDS.search(line):
        return len(line) < _SHORT_LINE * longest or longest > 2 * _HEADING
    return len(line) < min(_SHORT_LINE * longest, _HEADING) and not line.endswith(",")


def _without_dateline(text: str, *, first: bool) -> str:
    found = _DATELINE.match(text)
    if found is None:
        return text
    place, rest = found["place"], found["rest"] or ""
    capitals = place is not None and len(place) > 2 and place.isupper()
    dated = found["date"] or _DATE.search(rest or found["in"] or "")
    bare = (
        first and place is not None and not rest.strip(", ") and not found[0].rstrip().endswith(":")
    )
    if not (capitals or dated or bare):
        return text
    remains = text[found.end() :]
    return remains if remains[:1].isupper() or remains[:1] in "“\"‘'0123456789" else text
