"""The passages that an editor chooses from: those in use, those found, and those typed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.errors import Rejected
from services.message import message
from services.text.normal_form import printable
from services.voice.model.passages import Proposed
from services.voice.passages import Passage, SourceText, find_passages
from services.voice.vocabulary import WORD, plain_words
from services.voice.writing.request import Content

#: Of what an editor writes; what is found is longer.
SHORTEST, LONGEST = 20, 300
#: So many are used at most.
MOST = 20
_BLANK = re.compile(r"[^\S\xa0\u202f]+")
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
    all_found = {each.text: each for each in (*found.chosen, *found.withheld)}
    used = content.passages or [each.text for each in found.chosen]
    ticks = typed or [(each, True) for each in used]
    passages: Sequence[Passage] = ()
    if ticks:
        passages = find_passages(text.with_passages([each for each, _ in ticks])).chosen
        # A source in another language is not read.
        passages = passages or [Passage(text=each) for each, _ in ticks]
    known = frozenset(word for each in text.everything for word in plain_words(each))
    rows = [
        _row(passage, tick, list(all_found), known)
        for passage, (_, tick) in zip(passages, ticks, strict=True)
    ]
    for row in rows:
        all_found.pop(row.edits or row.text, None)
    rows += [PassageRow(passage=each, used=False) for each in all_found.values()]
    return _grouped(rows, "" if content.passages else found.lacking)


def unsourced(content: Content) -> tuple[PassageRow, ...]:
    """The chosen passages that an editor wrote, or that hold words which are not in the source."""
    if not content.passages:
        return ()
    return tuple(row for row in rows_of(content).used if row.own or row.unknown)


def with_proposed(rows: PassageRows, proposed: Proposed, *, untick: bool) -> PassageRows:
    """``rows`` as a language model marks them; ``untick`` those that it finds private."""

    def marked(row: PassageRow) -> PassageRow:
        kind = "" if row.passage.sensitive else proposed.kind_of(row.text)
        if row.text in proposed.texts:
            row = replace(row, edits="", own=False, by_model=True)
        if not kind:
            return row
        passage = replace(row.passage, sensitive=kind)
        return replace(row, passage=passage, used=row.used and not untick, by_model=True)

    return _grouped([*map(marked, (*rows.used, *rows.others, *rows.sensitive))], rows.lacking)


def _grouped(rows: Sequence[PassageRow], lacking: str) -> PassageRows:
    return PassageRows(
        used=tuple(row for row in rows if row.used),
        others=tuple(row for row in rows if not row.used and not row.passage.sensitive),
        sensitive=tuple(row for row in rows if not row.used and row.passage.sensitive),
        lacking=lacking,
    )


def chosen(texts: Sequence[str]) -> tuple[str, ...]:
    """Passages as they are kept, each once and on one line. Raises Rejected for a text that cannot
    be one."""
    # A blank that keeps "8 mm" together stays.
    kept = tuple(dict.fromkeys(printable(_BLANK.sub(" ", each)).strip() for each in texts))
    if not 0 < len(kept) <= MOST:
        raise Rejected(
            message("passages.number-ticked", "{number} passages are ticked", number=len(kept)),
            remedy=message("do.tick-some", "Tick 1 to {number}, or add one.", number=MOST),
        )
    for number, text in enumerate(kept, start=1):
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


def _row(passage: Passage, used: bool, found: Sequence[str], known: frozenset[str]) -> PassageRow:
    if passage.text in found:
        return PassageRow(passage=passage, used=used)
    edits = max(found, key=lambda text: _shared(text, passage.text), default="")
    if _shared(edits, passage.text) < _SAME:
        edits = ""
    words = (
        word
        for word in WORD.findall(passage.text)
        if plain_words(word)[0] not in known and (len(word) >= _TELLING or not word.isalpha())
    )
    unknown = tuple(dict.fromkeys(words))[:_SHOWN]
    return PassageRow(passage=passage, used=used, edits=edits, own=not edits, unknown=unknown)


def _shared(one: str, other: str) -> float:
    first, second = set(plain_words(one)), set(plain_words(other))
    return len(first & second) / max(1, min(len(first), len(second)))
