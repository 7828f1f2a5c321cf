"""Whether a sentence may stand in a post at all, and how much it tells.

It tells by signs that can be pointed at: a number with its noun, something that went wrong or
changed, somebody named or at work, a "nobody" or "never". Abstractions and ceremonies take away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from services.domain.voice.lexicon import INJECTION
from services.domain.voice.passages.telling import Sentence, Source
from services.domain.voice.told_in import in_another_language

MIN_WORDS, MAX_CHARACTERS = 3, 280

_NEVER = re.compile(
    r"[<>{}\[\]|\\`@#*_~^=]|https?:|www\.|!|%[A-Za-z0-9]{2}|\w\.\w{2,}/|\+?\d[\d -]{8,}"
)
_MARKS = (".", "…", ".”", ".’", '."', ".)", "?”", "?’", '?"')
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_OPENS = re.compile(r"[\"'“‘«(]*(?:[^\W_a-zà-öø-ÿ]|['’][st]\s|['’]s-)")
#: "Monday 3 May" is a date, and "Monday mornings" are all of them.
_DATED = re.compile(r"\d|mornings|afternoons|evenings|nights")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_KEY = re.compile(r"(?:[\w-]+ ){0,2}[\w-]+: (?![A-Za-z].*,)")
_INNER_END = re.compile(r"[.!?…][\"'”’)]+\s")

#: What each sign is worth.
_NUMBER, _SETBACK, _CHANGE, _PERSON, _SOMEBODY, _TURN = 1.5, 1.6, 0.9, 1.0, 0.6, 0.7
_SPOKEN, _OWN, _TITLE, _ANCHOR, _TASK = 0.8, 0.5, 0.4, 0.6, 1.0
_CEREMONY, _ABSTRACT = -4.0, -0.8
_OF = frozenset({"of", "van"})
_DOUBLED = frozenset(
    {"dat", "die", "had", "that", "is", "was", "er", "we", "ze", "it", "she", "you"}
)
_BINDING = frozenset({"and", "or", "but", "not", "as", "en", "of", "maar", "niet", "als"})
_COULD, _NOT = frozenset({"kon", "konden", "could"}), frozenset({"niet", "geen", "not"})
_ADDRESSED = frozenset({"u", "uw", "please"})


class Judge:
    """Judges the sentences of one source."""

    def __init__(self, source: Source) -> None:
        self._source, self._words, self._language = source, source.words, source.language
        self._title = {word[:7] for word in source.title.casefold().split() if len(word) > 3}

    def may_stand(self, sentence: Sentence) -> bool:
        text = sentence.text
        if not sentence.whole or sentence.speaker == "":
            return False
        if len(sentence.words) < MIN_WORDS or len(text) > MAX_CHARACTERS:
            return False
        if not text.endswith(_MARKS) or not _OPENS.match(text) or _NEVER.search(text):
            return False
        if text[0] == "‘" and "’" not in text[1:]:
            return False
        if any(a == b and a not in _DOUBLED for a, b in pairwise(sentence.words)):
            return False
        fixed = self._is_telegram(sentence) or self._is_fixed(sentence)
        return _is_prose(text) and not fixed and not in_another_language(text, self._language)

    def _is_telegram(self, sentence: Sentence) -> bool:
        """ "Anchors 1 to 38 installed and stressed": no verb, no article, nobody."""
        small, binding = self._words["small"], self._words["prepositions"]
        return not self._source.people.named_in(sentence.text) and all(
            word not in small or word in binding or word in _BINDING for word in sentence.words
        )

    def _is_fixed(self, sentence: Sentence) -> bool:
        """Slogans, calls to action, and texts that stand under everything."""
        words, lists, job = sentence.words, self._words, self._source.is_vacancy
        return bool(
            (lists["calls"].begins(words) and not self._source.tells_task(words))
            or lists["boilerplate"].within(words)
            or lists["slogans"].within(words)
            or lists["jargon"].within([part for word in words for part in word.split("-")])
            or INJECTION.search(sentence.text)
            or _KEY.match(sentence.text)
            or self._is_glued(sentence)
            or (self._is_of_the_advertisement(sentence) if job else self._is_of_its_day(words))
            or not (job or _ADDRESSED.isdisjoint(words))
        )

    def _is_of_the_advertisement(self, sentence: Sentence) -> bool:
        """What is asked, offered and promised, and how to apply."""
        words, lists = sentence.words, self._words
        if lists["demands_at_start"].begins(words):
            return True
        if sentence.field == "offer" and not self._source.is_anchored(sentence):
            return True
        return any(lists[name].within(words) for name in ("applying", "demands", "offers"))

    def _is_glued(self, sentence: Sentence) -> bool:
        """ "What we found The arbor had been": a heading before it."""
        words, tokens = sentence.words, sentence.tokens
        return any(
            tokens[place].istitle()
            and words[place] in self._words["small"]
            and tokens[place - 1].islower()
            and tokens[place + 1].islower()
            and place not in sentence.breaks
            and words[place] != "i"
            for place in range(1, len(words) - 1)
        )

    def _is_of_its_day(self, words: list[str]) -> bool:
        """ "Today", "since Monday": wrong on the day that a post appears."""
        if any(
            _OF.isdisjoint(words[place + 2 : place + 3])
            for place in self._words["deictic"].places(words)
        ):
            return True
        return any(
            (not place or words[place - 1] in self._words["moments"])
            and not any(_DATED.match(each) for each in words[place + 1 : place + 2])
            for place in self._words["weekdays"].places(words)
        )

    def weight(self, sentence: Sentence) -> float:
        words, lists = sentence.words, self._words
        return (
            self._signs(sentence)
            + _ANCHOR * self._source.is_anchored(sentence)
            + _OWN * lists["one"].within(words)
            + _TITLE * any(word[:7] in self._title for word in words)
            + _SPOKEN * (sentence.speaker is not None)
            + _CEREMONY * lists["ceremony"].within(words)
        )

    def is_event(self, sentence: Sentence) -> bool:
        """Whether something concrete is in it, whatever else is."""
        return self._signs(sentence) > 0

    def _signs(self, sentence: Sentence) -> float:
        words, lists = sentence.words, self._words
        named = bool(self._source.people.named_in(sentence.text))
        signs: float = (
            _NUMBER * min(2, self._numbers(sentence)) ** 0.5
            + _SETBACK * min(2, lists["setbacks"].count(words)) ** 0.5
            + _CHANGE * lists["changes"].within(words)
            + (_PERSON if named else _SOMEBODY * self._is_human(words))
            + _TURN * lists["turns"].within(words)
            + _TASK * self._source.tells_task(words)
        )
        return signs + _ABSTRACT * min(3, lists["abstract"].count(words))

    def is_gloomy(self, sentences: Sequence[Sentence]) -> bool:
        """Bad news and nothing else: nothing found, changed or explained; or only what a job asks."""
        lists = self._words
        if self._source.is_vacancy:
            return not any(map(self._is_bright, sentences))
        words = [word for each in sentences for word in each.words]
        # "Konden klanten drie uur lang niet afrekenen".
        failed = not (_COULD.isdisjoint(words) or _NOT.isdisjoint(words))
        if lists["setbacks"].count(words) + failed < len(sentences):
            return False
        eased = any(lists[name].within(words) for name in ("changes", "finders", "causes"))
        return not eased and not any(self._source.people.named_in(each.text) for each in sentences)

    def _is_bright(self, sentence: Sentence) -> bool:
        """Whether it tells of the work, and not only what is hard about it."""
        words = sentence.words
        tells = self._source.tells_task(words) or self._numbers(sentence) or self._is_human(words)
        return bool(tells) and not self._words["hardships"].within(words)

    def _is_human(self, words: list[str]) -> bool:
        persons, nobody = self._words["persons"], self._words["indefinite"]
        return any(word in persons and word not in nobody for word in words)

    def _numbers(self, sentence: Sentence) -> int:
        """Numbers that count something: no years and dates."""
        words, found = sentence.words, 0
        for place, word in enumerate(words):
            counts = word in self._words["numbers"]
            if not counts and (not word[0].isdigit() or _YEAR.fullmatch(word)):
                continue
            before, after = words[place - 1] if place else "", words[place + 1 : place + 2]
            dated = len(word) <= 2 and before in self._words["dates"]
            timed = before in self._words["clock"] or dated
            found += not timed and not (after and after[0] in self._words["dates"])
        return found


def _is_prose(text: str) -> bool:
    letters = _LETTER.findall(text)
    if len(letters) < 10 or len(_LATIN.findall(text)) < len(letters):
        return False
    if sum(map(str.isupper, letters)) * 3 > len(letters):
        return False
    return not _INNER_END.search(text) or text.count("“") == text.count("”")
