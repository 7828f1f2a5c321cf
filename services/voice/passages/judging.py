"""Whether a sentence is fit for a post at all."""

from __future__ import annotations

import re

from services.language import LANGUAGES
from services.language.patterns import any_of, phrases_pattern
from services.voice.language.told_in import in_another_language
from services.voice.passages.telling import Sentence, Source, narrator_of
from services.voice.vocabulary import GRAMMAR, lines_of

_ORDERS = [line for each in LANGUAGES for line in lines_of(f"{each}/orders")]
INJECTION = re.compile(
    rf"\b(?:{any_of(GRAMMAR.ignore)})\b.{{0,60}}\b(?:{any_of(GRAMMAR.instructions)})"
    rf"|{phrases_pattern(dict.fromkeys(_ORDERS)).pattern}",
    re.IGNORECASE,
)


MIN_WORDS = 3

_NEVER = re.compile(
    r"[<>{}\[\]|\\`@#*_~^=]|https?:|www\.|!|%[A-Za-z0-9]{2}|\w\.\w{2,}/|\+?\d[\d -]{8,}"
)
_MARKS = (".", "…", ".”", ".’", '."', ".)", "?”", "?’", '?"')
#: "Monday 3 May" is a date, and "Monday mornings" are all of them.
_DATED = re.compile(rf"\d|{any_of(GRAMMAR.parts_of_days)}")
_KEY = re.compile(r"(?:[\w-]+ ){0,2}[\w-]+: (?![A-Za-z].*,)")
_PAY = re.compile(r"[£€$]\s?\d|\d\s?(?:€|euro\b)")


class Judge:
    """Judges the sentences of one source."""

    def __init__(self, source: Source) -> None:
        self._source, self._words, self._language = source, source.words, source.language

    def may_stand(self, sentence: Sentence) -> bool:
        text = sentence.text
        if not sentence.whole or sentence.speaker == "" or self._is_interviewers(sentence):
            return False
        if len(sentence.words) < MIN_WORDS:
            return False
        if not text.endswith(_MARKS) or _NEVER.search(text):
            return False
        if text[0] == "‘" and "’" not in text[1:]:
            return False
        return not (self._is_fixed(sentence) or in_another_language(text, self._language))

    def _is_interviewers(self, sentence: Sentence) -> bool:
        """ "We caught him between shifts": an interviewer is none of the people who post."""
        asks = self._source.interviewed is not None and sentence.speaker is None
        return asks and narrator_of(sentence.words, self._language) != "neutral"

    def _is_fixed(self, sentence: Sentence) -> bool:
        """Slogans, calls to action, and boilerplate."""
        words, lists, job = sentence.words, self._words, self._source.is_vacancy
        return bool(
            lists["calls"].begins(words)
            or lists["boilerplate"].within(words)
            or lists["editors"].within(words)
            or lists["slogans"].within(words)
            or lists["jargon"].within([part for word in words for part in word.split("-")])
            or INJECTION.search(sentence.text)
            or _KEY.match(sentence.text)
            or self._is_glued(sentence)
            or (self._is_of_the_advertisement(sentence) if job else self._is_of_its_day(words))
            or not (job or GRAMMAR.readers.isdisjoint(words))
        )

    def _is_of_the_advertisement(self, sentence: Sentence) -> bool:
        """Demands, offers and promises, and how to apply."""
        words, lists = sentence.words, self._words
        if lists["demands_at_start"].begins(words) or _PAY.search(sentence.text):
            return True
        if self._counts_heads(words) or self._introduces(sentence):
            return True
        if sentence.field == "offer" and not self._source.is_anchored(sentence):
            return True
        return any(lists[name].within(words) for name in ("applying", "demands", "offers"))

    def _counts_heads(self, words: list[str]) -> bool:
        """ "With 12 colleagues", "19 permanent staff": the size of an employer."""
        numbers, staff = self._words["numbers"], self._words["staff"]
        return any(
            any(each[0].isdigit() or each in numbers for each in words[max(0, place - 3) : place])
            for place in staff.places(words)
        )

    def _introduces(self, sentence: Sentence) -> bool:
        """ "Thornhay grows apples", "at Thornhay we grow": an employer's trade, by its name."""
        led = sentence.words[0] in self._words["prepositions"]
        words, tokens = sentence.words[led:], sentence.tokens[led:]
        if words[0] in self._words["small"]:
            return False
        after = next((place for place, each in enumerate(tokens) if each[0].islower()), 0)
        return self._words["trades"].begins(words[after:])

    def _is_glued(self, sentence: Sentence) -> bool:
        """ "What we found The arbor had been": a heading before it."""
        words, tokens = sentence.words, sentence.tokens
        return any(
            tokens[place].istitle()
            and words[place] in self._words["small"]
            and tokens[place - 1].islower()
            and tokens[place + 1].islower()
            and place not in sentence.breaks
            and words[place] not in GRAMMAR.capitals
            for place in range(1, len(words) - 1)
        )

    def _is_of_its_day(self, words: list[str]) -> bool:
        """ "Today", "since Monday": wrong on the day that a post appears."""
        if any(
            GRAMMAR.of.isdisjoint(words[place + 2 : place + 3])
            for place in self._words["deictic"].places(words)
        ):
            return True
        return any(
            (not place or words[place - 1] in self._words["moments"])
            and not any(_DATED.match(each) for each in words[place + 1 : place + 2])
            for place in self._words["weekdays"].places(words)
        )
