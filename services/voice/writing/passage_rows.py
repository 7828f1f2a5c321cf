"""The passages that an editor chooses from: those in use, those found, and those typed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.errors import Rejected
from services.events.incoming import StoryApproved
from services.message import message
from services.voice.model.passages import Proposed
from services.voice.passages import Passage, SourceText, find_passages
from services.voice.vocabulary import WORD, plain_words
from services.voice.writing.request import Content
from services.voice.writing.subject import author_of

#: Of what an editor writes; what is found is longer.
SHORTEST, LONGEST = 20, 300
#: So many are used at most.
MOST = 20
_BLANK = re.compile(r"[^\S\xa0\u202f]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
#: Two texts that share so much of their words are one, edited.
_SAME = 0.5
#: Words of an own passage that are pointed out.
_SHOWN = 8
#: Shorter ones tell nothing.
_TELLING = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageRow:
    """A passage with its tick. ``edits`` is the found text that this one was; ``own``: an editor wrote
    all of it. ``unknown`` are words that are not in the source. ``by_model``: a language model proposed
    it, or says that it is private."""

    passage: Passage
    used: bool
    edits: str = ""
    own: bool = False
    by_model: bool = False
    unknown: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self.passage.text


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageRows:
    """``used`` in the order in which they are dealt; ``lacking`` is the reason why there are none."""

    used: tuple[PassageRow, ...]
    others: tuple[PassageRow, ...]
    sensitive: tuple[PassageRow, ...]
    lacking: str = ""


def rows_of(content: Content, typed: Sequence[tuple[str, bool]] = ()) -> PassageRows:
    """The passages of ``content`` as they are chosen, or as they were ``typed`` and ticked."""
    text = SourceText(content)
    found = find_passages(text.with_passages(()))
    texts = [each.text for each in (*found.chosen, *found.withheld)]
    ticks = list(typed)
    if not ticks:
        ticks = [(text, True) for text in content.passages]
        if not ticks:
            ticks = [(each.text, True) for each in found.chosen]
    told = _described(text, [each for each, _ in ticks])
    known = _words_of(text)
    rows = [
        _row(passage, used, texts, known) for passage, (_, used) in zip(told, ticks, strict=True)
    ]
    shown = {row.edits or row.text for row in rows}
    rows += [
        PassageRow(passage=each, used=False)
        for each in (*found.chosen, *found.withheld)
        if each.text not in shown
    ]
    return _grouped(rows, "" if content.passages else found.lacking)


def with_proposed(rows: PassageRows, proposed: Proposed, *, untick: bool) -> PassageRows:
    """``rows`` as a language model marks them; ``untick`` those that it finds private."""
    return _grouped(
        [
            _marked(row, proposed, untick=untick)
            for row in (*rows.used, *rows.others, *rows.sensitive)
        ],
        rows.lacking,
    )


def _marked(row: PassageRow, proposed: Proposed, *, untick: bool) -> PassageRow:
    kind = "" if row.passage.sensitive else proposed.kind_of(row.text)
    if row.text in proposed.texts:
        row = replace(row, edits="", own=False, by_model=True)
    if not kind:
        return row
    passage = replace(row.passage, sensitive=kind)
    return replace(row, passage=passage, used=row.used and not untick, by_model=True)


def _grouped(rows: Sequence[PassageRow], lacking: str) -> PassageRows:
    return PassageRows(
        used=tuple(row for row in rows if row.used),
        others=tuple(row for row in rows if not row.used and not row.passage.sensitive),
        sensitive=tuple(row for row in rows if not row.used and row.passage.sensitive),
        lacking=lacking,
    )


def chosen(texts: Sequence[str]) -> tuple[str, ...]:
    """Passages as they are kept, each once. Raises Rejected for a text that cannot be one."""
    kept = tuple(dict.fromkeys(map(on_one_line, texts)))
    if not kept:
        raise Rejected(
            message("passages.none-ticked", "no passage is ticked"),
            remedy=message("do.tick-one", "Tick one, or add one."),
        )
    if len(kept) > MOST:
        raise Rejected(
            message("passages.too-many-ticked", "{number} passages are ticked", number=len(kept)),
            remedy=message("do.tick-at-most", "Tick {number} at most.", number=MOST),
        )
    for number, text in enumerate(kept, start=1):
        if _CONTROL.search(text):
            raise Rejected(
                message(
                    "passages.unshowable",
                    "passage {number} holds characters that cannot be shown",
                    number=number,
                ),
                remedy=message("do.type-anew", "Type it anew."),
            )
        if not SHORTEST <= len(text) <= LONGEST:
            raise Rejected(
                message(
                    "passages.length",
                    "passage {number} has {characters} characters",
                    number=number,
                    characters=len(text),
                ),
                remedy=message(
                    "do.make-it-long",
                    "Make it {shortest} to {longest} long.",
                    shortest=SHORTEST,
                    longest=LONGEST,
                ),
            )
    return kept


def on_one_line(text: str) -> str:
    """Without line ends; a blank that keeps "8 mm" together stays."""
    return _BLANK.sub(" ", text).strip()


def _described(source: SourceText, texts: Sequence[str]) -> Sequence[Passage]:
    if not texts:
        return ()
    told = find_passages(source.with_passages(texts)).chosen
    # A source in another language is not read.
    return told or [Passage(text=text) for text in texts]


def _row(passage: Passage, used: bool, texts: Sequence[str], known: frozenset[str]) -> PassageRow:
    if passage.text in texts:
        return PassageRow(passage=passage, used=used)
    edits = max(texts, key=lambda text: _shared(text, passage.text), default="")
    if edits and _shared(edits, passage.text) < _SAME:
        edits = ""
    words = (
        word
        for word in WORD.findall(passage.text)
        if plain_words(word)[0] not in known and (len(word) >= _TELLING or not word.isalpha())
    )
    return PassageRow(
        passage=passage,
        used=used,
        edits=edits,
        own=not edits,
        unknown=tuple(dict.fromkeys(words))[:_SHOWN],
    )


def _shared(one: str, other: str) -> float:
    first, second = set(plain_words(one)), set(plain_words(other))
    return len(first & second) / max(1, min(len(first), len(second)))


def _words_of(source: SourceText) -> frozenset[str]:
    content = source.content
    texts = [*source.lines, content.title, author_of(content)]
    if isinstance(content, StoryApproved):
        texts += content.topics
    else:
        texts += [*content.crafts, content.team or "", content.location or "", content.hours or ""]
    return frozenset(word for text in texts for word in plain_words(text))
