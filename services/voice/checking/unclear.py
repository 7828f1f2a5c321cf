"""The first question of a stranger to a story or a vacancy about an answer to it.

The writer of an answer sees the question and the text; readers of the post, which the answer opens, see
neither. Only its beginning is checked, and only for what is surely missing: needless questions stay
unanswered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.language import Language
from services.voice.language.sentences import split_sentences
from services.voice.passages.people import is_at_work
from services.voice.vocabulary import WORD, Vocabulary, given_names, plain_words, vocabulary
from services.voice.vocabulary.grammar import GRAMMAR

#: Fewer words tell nothing.
_LEAST = 7
#: So many words name the sentence that is asked about.
_SHOWN = 4
_NOW = frozenset(["deze", "dit", "this", "these"])
#: Any of these in a sentence says whom it is about.
_SOMEBODY = ("one", "many", "persons", "collectives", "pronouns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """The ``words`` that are unclear to a stranger, as they were typed, and the ``kind`` of question."""

    kind: Literal["who", "what", "reply", "nothing"]
    words: str


def unclear_in(answer: str, language: Language, *, said: str = "") -> Unclear | None:
    """The first question of a stranger; None where the beginning of an answer is clear.

    ``said`` are the other words of the post: job, author, role, team, employer.
    """
    if len(plain_words(answer)) < _LEAST or not WORD.search(split_sentences(answer)[0]):
        return Unclear(kind="nothing", words="")
    words = vocabulary(language)
    first = _Beginning(split_sentences(answer)[0], words)
    if reply := first.reply():
        return Unclear(kind="reply", words=reply)
    if what := first.pointed_at():
        return Unclear(kind="what", words=what)
    known = frozenset(said.split())
    if who := first.stranger(known):
        return Unclear(kind="who", words=who)
    for sentence in split_sentences(answer)[1:]:
        if WORD.search(sentence) and (who := _Beginning(sentence, words).named(known, answer)):
            return Unclear(kind="who", words=who)
    return None


class _Beginning:
    """The first sentence of an answer."""

    def __init__(self, text: str, words: Vocabulary) -> None:
        self._text, self._lists = text, words
        self._found = list(WORD.finditer(text))
        self._words = [each.group().casefold().replace("’", "'") for each in self._found]

    def reply(self) -> str:
        """ "Niet echt, …", "Yes to the dogs": to a question that readers do not see."""
        named = any(each.group() in given_names() for each in self._found)
        # "The bridge is worked from afar now" is a whole sentence, "Rolls gone at eight" is none.
        about = named or not (GRAMMAR.the | GRAMMAR.a).isdisjoint(self._words)
        about = about or any(self._lists[each].within(self._words) for each in _SOMEBODY)
        if not about or self._lists["replies"].begins(self._words):
            return self._typed(0, min(_SHOWN, len(self._words)))
        return ""

    def pointed_at(self) -> str:
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

    def stranger(self, known: frozenset[str]) -> str:
        """ "Ze zeiden eerst", "I rang Len": people unknown to a reader."""
        lists = self._lists
        for place, word in enumerate(self._words):
            name = self._found[place].group().removesuffix("'s").removesuffix("’s")
            if name in given_names() and (place or word not in lists["small"]):
                if not (name in known or self._is_introduced(place)):
                    return name
                return ""
            if word in lists["persons"] or (place and name[:1].isupper()):
                return ""
            if word in lists["personal_pronouns"] and place < _LEAST:
                return name
        return ""

    def named(self, known: frozenset[str], answer: str) -> str:
        """ "Gerrit liet mij eerst een uur klooien": a name used once, without an introduction."""
        for place, found in enumerate(self._found):
            name = found.group().removesuffix("'s").removesuffix("’s")
            if name not in given_names() or name in known or answer.count(name) > 1:
                continue
            if not (self._is_introduced(place) or self._words[place] in self._lists["small"]):
                return name
        return ""

    def _is_introduced(self, place: int) -> bool:
        """ "My colleague Maeve", "Koen, onze planner", "Mr Janssen", "Len Obuya"."""
        before = self._words[place - 1] if place else ""
        after = self._found[place + 1] if place + 1 < len(self._found) else None
        explained = after is not None and self._text[self._found[place].end()] == ","
        whole = after is not None and after.group()[:1].isupper()
        somebody = before in self._lists["persons"] or (before and is_at_work(before))
        titled = place > 1 and self._found[place - 1].group()[0].isupper()
        return explained or whole or titled or bool(somebody)

    def _typed(self, start: int, end: int) -> str:
        return self._text[self._found[start].start() : self._found[end - 1].end()]
