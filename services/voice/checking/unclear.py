"""What a stranger to a story or a vacancy would not understand of an answer to it.

The writer of an answer sees the question and the text; readers of the post, which the answer opens, see
neither. Only what is surely missing is named: needless questions stay unanswered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Literal

from services.language import Language
from services.voice.language.words import split_sentences
from services.voice.passages.people import is_at_work
from services.voice.vocabulary import (
    GRAMMAR,
    WORD,
    Vocabulary,
    given_names,
    plain_words,
    vocabulary,
)

#: Fewer words tell nothing.
_LEAST = 7
#: So many words name the sentence that is asked about.
_SHOWN = 4
#: More questions at once are not read.
_MOST = 3
_NOW = frozenset(["deze", "dit", "this", "these"])
#: Any of these in a sentence says whom it is about.
_TROUBLES = ("health", "hardships", "setbacks", "debts")
_SOMEBODY = ("one", "many", "persons", "collectives", "pronouns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """The ``words`` that are unclear to a stranger, as they were typed, and the ``kind`` of question."""

    kind: Literal["who", "what", "whole", "reply", "traced", "nothing"]
    words: str


def unclear_in(
    answer: str, language: Language, *, said: str = "", persons: frozenset[str] = frozenset()
) -> tuple[Unclear, ...]:
    """The first questions of a stranger; empty where an answer is clear.

    ``said`` are the other words of the post: job, author, role, team, employer. ``persons`` are the
    names in the source.
    """
    sentences = split_sentences(answer)
    if len(plain_words(answer)) < _LEAST or not WORD.search(sentences[0]):
        return (Unclear(kind="nothing", words=""),)
    reading = _Reading(
        answer, vocabulary(language), known=said.split(), names=persons | given_names()
    )
    found = {each.words: each for sentence in sentences for each in reading.questions(sentence)}
    return tuple(islice(found.values(), _MOST))


class _Reading:
    """An answer, read sentence by sentence. ``known`` are names that readers know by now."""

    def __init__(
        self, answer: str, lists: Vocabulary, *, known: Iterable[str], names: frozenset[str]
    ) -> None:
        self._lists, self._names, self._known = lists, names, set(known)
        self._all = plain_words(answer)
        self._first = True
        self._text = ""
        self._matches: list[re.Match[str]] = []
        self._words: list[str] = []

    def questions(self, sentence: str) -> Iterator[Unclear]:
        matches = list(WORD.finditer(sentence))
        if not matches:
            return
        first, self._first = self._first, False
        self._text, self._matches = sentence, matches
        self._words = [each.group().casefold().replace("’", "'") for each in matches]
        if first and (words := self._reply()):
            yield Unclear(kind="reply", words=words)
        elif first and (words := self._fragment()):
            yield Unclear(kind="whole", words=words)
        if first and (what := self._pointed_at()):
            yield Unclear(kind="what", words=what)
        if who := (self._they() if first else "") or self._named():
            yield Unclear(kind="who", words=who)
        if traced := self._traced():
            yield Unclear(kind="traced", words=traced)

    def _reply(self) -> str:
        """ "Niet echt, …", "Yes to the dogs": to a question that readers do not see."""
        named = any(each.group() in self._names for each in self._matches)
        # "The bridge is worked from afar now" is a whole sentence, "Rolls gone at eight" is none.
        about = named or not (GRAMMAR.the | GRAMMAR.a).isdisjoint(self._words)
        about = about or any(self._lists[each].within(self._words) for each in _SOMEBODY)
        if not about or self._lists["replies"].begins(self._words):
            return self._typed(0, min(_SHOWN, len(self._words)))
        return ""

    def _fragment(self) -> str:
        """ "Warehouse, they've made a lane", "School in Ede, de lift is stuk": a label and a comma."""
        lists, comma = self._lists, self._text.find(",")
        label = [each.group() for each in self._matches if each.end() <= comma]
        words, rest = self._words[: len(label)], self._words[len(label) :]
        if not words or not rest or words[0] in lists["small"] or "'" in words[0]:
            return ""
        timed = any(lists[each].within(words) for each in ("dates", "seasons", "vague_nouns"))
        articles = GRAMMAR.the | GRAMMAR.a
        named = all(
            label[place][0].isupper() or word in articles or word in lists["prepositions"]
            or words[place - 1] in articles or words[place - 1] in lists["prepositions"]
            for place, word in enumerate(words)
        )  # fmt: skip
        apposed = self._text.count(",") > 1 and rest[0] in articles
        goes_on = rest[0] in lists["small"] or "'" in rest[0]
        if timed or apposed or label[0] in self._names or not (named and goes_on):
            return ""
        return self._typed(0, len(label) + 1)

    def _pointed_at(self) -> str:
        """ "That check sheet", "met die dorpels": which?"""
        lists = self._lists
        for place, word in enumerate(self._words[:-1]):
            noun = self._words[place + 1]
            opens = not place or self._words[place - 1] in lists["prepositions"]
            if word not in GRAMMAR.demonstrative or noun in lists["small"] or not opens:
                continue
            timed = any(noun in lists[each] for each in ("dates", "seasons", "vague_nouns"))
            before = self._words[:place]
            # "On 3 May … that morning", "this week"; but which one is "that morning" alone?
            known = word in _NOW or any(each in lists["dates"] or each.isdigit() for each in before)
            if not ((timed and known) or noun in before):
                return self._typed(place, place + 2)
        return ""

    def _they(self) -> str:
        """ "Ze zeiden eerst": people unknown to a reader."""
        lists = self._lists
        for place, word in enumerate(self._words[:2]):
            name = self._matches[place].group()
            if word in lists["persons"] or (place and name[:1].isupper()):
                return ""
            if word in lists["personal_pronouns"]:
                return name
        return ""

    def _named(self) -> str:
        """ "I rang Len", "Gerrit liet mij klooien": a name without an introduction."""
        for place, found in enumerate(self._matches):
            name = found.group().removesuffix("'s").removesuffix("’s")
            if name not in self._names or name in self._known:
                continue
            if not place and self._words[place] in self._lists["small"]:
                continue
            self._known.add(name)
            if not self._is_introduced(place):
                return name
        return ""

    def _traced(self) -> str:
        """ "Vorige week viel een mevrouw": somebody in trouble who may recognise themselves."""
        lists, words = self._lists, self._words
        days = lists["weekdays"].places(words)
        once = any(not place or words[place - 1] not in GRAMMAR.each for place in days)
        recent = once or lists["recent"].within(words)
        if not (recent and any(lists[each].within(self._all) for each in _TROUBLES)):
            return ""
        for place, (one, word) in enumerate(pairwise(words)):
            somebody = word in lists["clients"] or word in lists["strangers"]
            if somebody and one in GRAMMAR.a and word not in GRAMMAR.family:
                return self._typed(place, place + 2)
        return ""

    def _is_introduced(self, place: int) -> bool:
        """ "My colleague Maeve", "Koen, onze planner", "Mr Janssen", "Len Obuya"."""
        before = self._words[place - 1] if place else ""
        after = self._matches[place + 1] if place + 1 < len(self._matches) else None
        rest = self._text[self._matches[place].end() :].partition(",")[2].split()
        following = after.group().casefold() if after else ""
        explained = following in GRAMMAR.from_a_team or (rest and rest[0] in GRAMMAR.explaining)
        whole = after is not None and after.group()[:1].isupper()
        somebody = before in self._lists["persons"] or (before and is_at_work(before))
        somebody = somebody or (place > 1 and self._words[place - 2] in GRAMMAR.our)
        titled = place > 1 and self._matches[place - 1].group()[0].isupper()
        return explained or whole or titled or bool(somebody)

    def _typed(self, start: int, end: int) -> str:
        return self._text[self._matches[start].start() : self._matches[end - 1].end()]
