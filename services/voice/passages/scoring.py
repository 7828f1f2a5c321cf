"""The worth of a passage for a post: a person acts, or one thing causes another.

It is the sum of signs in the text, each counted once: a person, an event, a cause or a result, a turn,
trouble, a number with its noun. Figures, notices and reports have some of these too, but no person who
acts and no cause; such a passage is worth nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.language import LANGUAGES
from services.language.patterns import any_of, phrases_pattern
from services.voice.language.words import in_another_language
from services.voice.passages.sentences import Sentence, Source, narrator_of
from services.voice.passages.standalone import stem_of
from services.voice.vocabulary import GRAMMAR, lines_of, plain_words

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

    def may_stand_alone(self, sentence: Sentence) -> bool:
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


#: "We have dried", "is geschreven": the perfect tense.
_DONE = re.compile(r"\w*ge\w{3,}(?:d|t|en)|(?:ver|be|ont)\w{3,}d|\w{3,}ed")

#: What each sign is worth.
_NAMED, _SOMEBODY, _WE, _ITS, _OURS = 1.2, 0.9, 0.7, 0.6, 0.4
_EVENT, _CAUSE, _TURN, _TROUBLE, _COUNTS, _TASK = 1.0, 1.0, 0.6, 0.7, (0.0, 0.6, 0.9), 0.9
_TITLE, _ANCHOR = 0.3, 0.6
_SHORT, _STEM = 3, 7
_CEREMONY, _IDLE, _MORE = -4.0, -0.5, 0.4


class Scoring:
    """Weighs the passages of one source."""

    def __init__(self, source: Source) -> None:
        self._source, self._words = source, source.words
        said = (word for word in plain_words(source.title) if len(word) > _SHORT)
        empty = ("small", "dates", "weekdays", "numbers", "editors")
        #: What it is about, by the title.
        self._title = {
            word[:_STEM] for word in said if not any(word in self._words[each] for each in empty)
        }

    def is_placed(self, window: Sequence[Sentence]) -> bool:
        """Whether a stranger learns its subject: from a place, or from a word of the title."""
        if self._source.is_vacancy or not window[0].place:
            return True
        if self._source.is_anchored(window[0]):
            return True
        narrator = narrator_of(
            [word for each in window for word in each.words], self._source.language
        )
        # What happened to a speaker is the speaker's to report.
        lived = narrator == "i" and len(window) > 1 and self._happens(window[0])
        return lived or (narrator != "neutral" and self._is_titled(window[:1]))

    def _is_titled(self, window: Sequence[Sentence]) -> bool:
        return any(word[:_STEM] in self._title for each in window for word in each.words)

    def of(self, window: Sequence[Sentence]) -> float:
        """The worth of a passage; 0: unfit for a post."""
        words, lists = [word for each in window for word in each.words], self._words
        who, task = self._who(window, words), self._source.tells_task(words)
        event = any(map(self._happens, window))
        cause, turn = (lists[name].within(words) for name in ("causes", "turns"))
        turn = turn or lists["changes"].within(words)
        trouble, counts = lists["setbacks"].within(words), min(2, sum(map(self._numbers, window)))
        if self._source.is_vacancy:
            at_work = who > _WE and (
                task or (counts and not (who < _NAMED and lists["many"].begins(words)))
            )
            concrete = bool(task or at_work or event or trouble)
            concrete = concrete and bool(counts or cause or turn or trouble or at_work)
        else:
            # "Our software sent 1,903 invoices", and not "our ice machine sank".
            acts = who > _WE or (who >= _ITS and counts > 0)
            acts = acts or bool(who and lists["finders"].within(words))
            concrete = bool((event and acts) or (cause and (who or event)))
            concrete = concrete or (self._is_habit(window, who) and bool(turn or counts))
        if not concrete or self._is_gloomy(window, words):
            return 0
        return (
            who
            + _EVENT * event
            + _CAUSE * cause
            + _TURN * turn
            + _TROUBLE * trouble
            + _COUNTS[counts]
            + _TASK * task
            + _ANCHOR * any(map(self._source.is_anchored, window))
            + _TITLE * self._is_titled(window)
            + _CEREMONY * lists["ceremony"].within(words)
            + sum(_IDLE if self._is_idle(each) else _MORE for each in window[1:])
        )

    def _who(self, window: Sequence[Sentence], words: list[str]) -> float:
        if any(self._source.people.named_in(each.text) for each in window):
            return _NAMED
        if self._words["one"].within(words) or self._is_human(words):
            return _SOMEBODY
        if not GRAMMAR.we.isdisjoint(words):
            return _WE
        if self._is_ours(words):
            return _ITS
        return _OURS * self._words["many"].within(words)

    def _is_ours(self, words: list[str]) -> bool:
        """ "Our software sent", and not "at our depot"."""
        return any(
            not place or words[place - 1] not in self._words["prepositions"]
            for place in self._words["ours"].places(words)
        )

    def _is_habit(self, window: Sequence[Sentence], who: float) -> bool:
        """ "Our carers eat with the residents": a custom of the place, in the narrator's words."""
        ours = any(map(self._source.is_anchored, window))
        return window[0].speaker is None and ours and who >= _WE

    def _happens(self, sentence: Sentence) -> bool:
        words = sentence.words
        done = any(word in GRAMMAR.have for word in words) and any(map(_DONE.fullmatch, words))
        return done or self._words["events"].within(words)

    def _is_idle(self, sentence: Sentence) -> bool:
        """Whether it has none of the signs."""
        words, lists = sentence.words, self._words
        named = self._who([sentence], words) > _WE or self._numbers(sentence)
        signs = ("causes", "turns", "changes", "setbacks")
        return not (
            named
            or self._happens(sentence)
            or self._source.tells_task(words)
            or any(lists[name].within(words) for name in signs)
        )

    def _is_gloomy(self, window: Sequence[Sentence], words: list[str]) -> bool:
        """Only bad news, with nothing found, changed or explained; or only the demands of a job."""
        lists = self._words
        if self._source.is_vacancy:
            return not any(map(self._is_bright, window))
        # "Konden klanten drie uur lang niet afrekenen".
        failed = not (GRAMMAR.could.isdisjoint(words) or GRAMMAR.denying.isdisjoint(words))
        if lists["setbacks"].count(words) + failed < len(window):
            return False
        eased = any(lists[name].within(words) for name in ("changes", "finders", "causes"))
        return not eased and not any(self._source.people.named_in(each.text) for each in window)

    def _is_bright(self, sentence: Sentence) -> bool:
        """Whether it is about the work, and not only about its hard side."""
        words = sentence.words
        tells = self._source.tells_task(words) or self._numbers(sentence) or self._is_human(words)
        return bool(tells) and not self._words["hardships"].within(words)

    def _is_human(self, words: list[str]) -> bool:
        lists = self._words
        return any(
            any(
                each in lists["persons"] or each in lists["collectives"]
                for each in (word, stem_of(word))
            )
            for word in words
            if word not in lists["indefinite"]
        )

    def _numbers(self, sentence: Sentence) -> int:
        """Numbers that count something: no years and dates."""
        words, found = sentence.words, 0
        for place, word in enumerate(words):
            counts = word in self._words["numbers"]
            if not counts and not word[0].isdigit():
                continue
            before, after = words[place - 1] if place else "", words[place + 1 : place + 2]
            dated = len(word) <= 2 and before in self._words["dates"]
            timed = before in self._words["clock"] or dated
            found += not timed and not (after and after[0] in self._words["dates"])
        return found
