"""A source as its sentences in order, each with its speaker.

A quotation may hold several sentences, be cut by "zegt ze" and go on, run over several paragraphs,
or never close. Words between quotation marks that are no whole sentence (a title, one word held
at arm's length) stay part of the narrator's sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from services.events.incoming import StoryApproved
from services.language import primary_language
from services.text.plain_text import phrase
from services.voice.language.words import split_sentences
from services.voice.passages.people import People
from services.voice.passages.prose import Paragraph, SourceText
from services.voice.vocabulary import (
    GRAMMAR,
    WORD,
    Vocabulary,
    given_names,
    plain_words,
    vocabulary,
)

Narrator = Literal["neutral", "i", "we"]
Sensitive = Literal["", "client", "health", "debts", "age", "blame"]
Lacking = Literal["", "short", "no_event", "unclear", "list_only", "other_language", "sensitive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One to three consecutive sentences, 60 to 300 characters, word for word.

    ``speaker`` is the full name of the person quoted, the only one who posts it; empty for the
    narrator's words. ``narrator`` is the grammatical person of the text. ``noun`` is its subject
    with an article; empty when in doubt. ``sensitive`` is the reason why an editor has to tick it.
    ``start`` is the place of its first sentence in the source.
    """

    text: str
    speaker: str = ""
    narrator: Narrator = "neutral"
    noun: str = ""
    sensitive: Sensitive = ""
    start: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """``chosen`` best first; ``withheld`` only when an editor ticks them.

    ``lacking`` is the reason why there is nothing to choose from; "sensitive": all passages are
    withheld.
    """

    chosen: tuple[Passage, ...] = ()
    withheld: tuple[Passage, ...] = ()
    lacking: Lacking = ""


#: What opens a quotation, and what closes it; an apostrophe does neither.
_DOUBLE = (("“", "”"), ("„", "”“"), ("«", "»"), ('"', '"'))
_SINGLE = (("‘", "’"), ("'", "'"))
_MARKS = tuple(mark for mark, _ in _DOUBLE)
_OPENING = tuple(mark for mark, _ in (*_DOUBLE, *_SINGLE))
#: Its words, and the mark that closes it; empty where it never does.
_QUOTE = re.compile(
    r"(?<![^\W_])(?:"
    + "|".join(
        [rf"{opens}(?=\S)([^{closes}]*)([{closes}]|$)" for opens, closes in _DOUBLE]
        + [
            rf"{opens}(?=[^\W_][^ -])(.*?)((?<=[.,!?…;:]){closes}(?![^\W_])|{closes}(?=[,.;:?!)]|$))"
            for opens, closes in _SINGLE
        ]
    )
    + ")"
)
_ENDED = re.compile(r"[.!?…][\"'”’»)\]]*$")
_LAST_MARK = re.compile(r"[,;:\s–—-]+$")
_FEWEST_WORDS = 4
#: Longer is no "zegt Jan, monteur in Hengelo".
_ATTRIBUTION = 16


@dataclass
class Sentence:
    """``place`` is its number in the source; ``run`` the number of its part of the paragraph: a
    quotation, or the text between two. ``speaker`` is None for the narrator, and empty for a speaker
    without a name in the source. ``whole`` is false where a quotation was cut off or goes on,
    ``unended``: its full stop was added.
    """

    text: str
    run: int = 0
    speaker: str | None = None
    whole: bool = True
    unended: bool = False
    place: int = 0
    paragraph: int = 0
    field: str = ""
    #: It is the first that answers a question, and says less without it.
    answers: bool = False

    @cached_property
    def words(self) -> list[str]:
        return plain_words(self.text)

    @cached_property
    def tokens(self) -> list[str]:
        """As many as `words`, with their capitals."""
        return WORD.findall(self.text)

    @cached_property
    def breaks(self) -> frozenset[int]:
        """The places of words behind a comma, or another mark."""
        return frozenset(
            number
            for number, (before, after) in enumerate(pairwise(WORD.finditer(self.text)), start=1)
            if not self.text[before.end() : after.start()].isspace()
        )

    @property
    def voice(self) -> tuple[int, int, str | None]:
        """Equal for sentences of one speaker in one part of a paragraph."""
        return self.paragraph, self.run, self.speaker


class Listener:
    """Reads the paragraphs of a source one after the other, and remembers who spoke last."""

    def __init__(self, people: People, words: Vocabulary) -> None:
        self._people, self._words = people, words
        self._last_named = self._last_speaker = ""
        #: What somebody said whom only the next paragraph names.
        self._nobodys: list[Sentence] = []

    def hear(self, text: str, following: str = "") -> list[Sentence]:
        """The sentences of a paragraph; ``following`` is the one after it."""
        quotes = [each for each in _QUOTE.finditer(text) if self._is_speech(each, text)]
        if not quotes:
            return self._narrated(text, 0)
        return list(self._mixed(text, quotes, goes_on=following.startswith(_OPENING)))

    def _narrated(self, text: str, run: int) -> list[Sentence]:
        sentences = [Sentence(each, run, whole=_balanced(each)) for each in split_sentences(text)]
        if sentences and (named := self._people.named_in(text)):
            self._last_named = named[-1]
        return sentences

    def _mixed(
        self, text: str, quotes: list[re.Match[str]], *, goes_on: bool
    ) -> Iterator[Sentence]:
        run = 0
        position, spoken = 0, list[Sentence]()
        speaker = self._last_speaker if text.startswith(_OPENING) else ""
        for number, quote in enumerate(quotes):
            lead, rest, head = self._between(text[position : quote.start()], after=bool(number))
            if number:
                yield from self._attributed(spoken, head, cut=bool(head and head == lead))
                speaker = self._last_speaker
            yield from self._narrated(rest, run)
            if lead and lead != head:
                speaker = self._people.speaker_of(lead, self._last_named)
                self._last_named = speaker or self._last_named
            spoken = self._spoken(
                quote, run + 1, speaker, last=goes_on and number == len(quotes) - 1
            )
            self._last_speaker = speaker
            run += 2
            position = quote.end()
        _, rest, head = self._between(text[position:], after=True, last=True)
        yield from self._attributed(spoken, head, cut=False)
        self._nobodys = spoken if goes_on and not _closed(quotes[-1]) and not speaker else []
        yield from self._narrated(rest, run)

    def _attributed(self, spoken: list[Sentence], head: str, *, cut: bool) -> Iterator[Sentence]:
        """The sentences of a quotation, once their speaker is known."""
        if head:
            found = self._people.speaker_of(head, self._last_named)
            self._last_speaker = found
            for sentence in (*self._nobodys, *spoken):
                sentence.speaker = found
            self._nobodys = []
        if cut and spoken and spoken[-1].unended:
            # "It was cold," she says, "and I stood there alone."
            spoken[-1].whole = False
        yield from spoken

    def _spoken(
        self, quote: re.Match[str], run: int, speaker: str, *, last: bool
    ) -> list[Sentence]:
        quoted = split_sentences(_inner(quote))
        # What begins with a mark of its own is somebody else's again.
        heard = [
            Sentence(each, run, speaker=speaker, whole=not each.startswith(_MARKS))
            for each in quoted
        ]
        if not heard:
            return heard
        if not _ENDED.search(heard[-1].text):
            # The comma is the narrator's.
            heard[-1].text = _LAST_MARK.sub("", heard[-1].text) + "."
            heard[-1].unended = True
        if not _closed(quote) and not last:
            for each in heard:
                each.whole = False
        return heard

    def _between(self, text: str, *, after: bool, last: bool = False) -> tuple[str, str, str]:
        """The words that lead to the next quotation, the rest, and those that belong to the one
        before."""
        sentences = split_sentences(text.strip())
        if not sentences:
            return "", "", ""
        lead = head = ""
        if not last and not _ENDED.search(sentences[-1]):
            lead = sentences[-1]
        if after and sentences[0] is not lead and self._attributes(sentences[0]):
            head = sentences[0]
        elif after and lead and not lead.endswith(":") and len(sentences) == 1:
            head = lead
        kept = sentences[1 if head else 0 : len(sentences) - (1 if lead else 0)]
        return lead, " ".join(kept), head

    def _attributes(self, sentence: str) -> bool:
        words = plain_words(sentence)
        begin = sentence.lstrip(", ")[:1]
        if begin.islower() or sentence[:1] in ",.":
            return True
        return len(words) <= _ATTRIBUTION and any(w in self._words["saying"] for w in words[:4])

    def _is_speech(self, quote: re.Match[str], text: str) -> bool:
        inner = _inner(quote)
        if len(inner.split()) < _FEWEST_WORDS:
            # "“No,” says Jan." is speech as well.
            return inner[-1:] in ",.!?…" and inner[:1].isupper()
        if not inner[:1].islower():
            return inner[-1:] in ",.!?…" or text[quote.end() : quote.end() + 1] in {",", ""}
        return text[: quote.start()].rstrip().endswith(",") and inner[-1:] in ".!?…"


def _inner(quote: re.Match[str]) -> str:
    return quote[(quote.lastindex or 0) - 1].strip()


def _closed(quote: re.Match[str]) -> bool:
    return bool(quote[quote.lastindex or 0])


def _balanced(text: str) -> bool:
    pairs = (("“", "”"), ("(", ")"), ("«", "»"), ("[", "]"))
    return text.count('"') % 2 == 0 and all(text.count(a) == text.count(b) for a, b in pairs)


_ENOUGH_QUESTIONS, _MANY_QUESTIONS = 2, 4
THE = GRAMMAR.the
ARTICLES = THE | GRAMMAR.a


def narrator_of(words: list[str], language: str) -> Narrator:
    """The grammatical person of these words."""
    lists = vocabulary(language)
    if lists["one"].within(words):
        return "i"
    return "we" if lists["many"].within(words) else "neutral"


class Source:
    """The sentences of a source in order, and the people named in it."""

    def __init__(self, text: SourceText) -> None:
        content, prose = text.content, text.prose
        self.language = primary_language(content.language)
        self.words = vocabulary(self.language)
        author = ""
        if isinstance(content, StoryApproved):
            author = content.author.name if content.author else ""
        self.author, self.title = author, phrase(content.title)
        paragraphs = prose.paragraphs
        self.people = People([self.title, *(each.text for each in paragraphs)], author, self.words)
        self.is_vacancy = not isinstance(content, StoryApproved)
        self.interviewed = self._interviewed(paragraphs)
        self.sentences = list(self._told(paragraphs))

    def is_anchored(self, sentence: Sentence) -> bool:
        """Whether it names the place: "our pump", "bij ons", or by name, "at Marlow Street"."""
        if self.words["ours"].within(sentence.words):
            return True
        words, tokens = sentence.words, sentence.tokens
        return any(
            token[0].isupper()
            and (words[place] in self.words["prepositions"] or (place and words[place] in THE))
            and self._is_place(token)
            for place, token in enumerate(tokens[1:])
        )

    def _is_place(self, name: str) -> bool:
        word = name.casefold()
        if word in self.words["dates"] or word in self.words["weekdays"] or name.isupper():
            return False
        return name not in given_names() and name not in self.people.known

    def tells_task(self, words: list[str]) -> bool:
        """Whether it names a task of the job: "Je neemt de telefoon op"."""
        if not self.is_vacancy:
            return False
        you = [place for place, word in enumerate(words[:-1]) if word in GRAMMAR.you]
        return any(words[place + 1] not in self.words["not_tasks"] for place in you)

    def _told(self, paragraphs: list[Paragraph]) -> Iterator[Sentence]:
        listener = Listener(self.people, self.words)
        following = [*(each.text for each in paragraphs[1:]), ""]
        # All of it first: who spoke may be named a paragraph later.
        heard = [
            listener.hear(each.text, after)
            for each, after in zip(paragraphs, following, strict=False)
        ]
        place, asked = 0, ""
        for number, (paragraph, sentences) in enumerate(zip(paragraphs, heard, strict=True)):
            for sentence in sentences:
                sentence.place, sentence.paragraph, sentence.field = place, number, paragraph.field
                if self.interviewed is not None and paragraph.asked:
                    sentence.answers = paragraph.asked != asked
                    # Where questions are headings, what answers them is spoken.
                    sentence.speaker = sentence.speaker or self.interviewed
                asked = paragraph.asked
                place += 1
                yield sentence

    def _interviewed(self, paragraphs: list[Paragraph]) -> str | None:
        """The person interviewed; empty when the source has no name for them; None: no interview."""
        asked = [each for each in paragraphs if each.asked]
        questions = {each.asked for each in asked}
        spoken_to = any(not GRAMMAR.you.isdisjoint(plain_words(each)) for each in questions)
        if len(questions) < (_ENOUGH_QUESTIONS if spoken_to else _MANY_QUESTIONS):
            return None
        narrators = [narrator_of(plain_words(each.text), self.language) for each in asked]
        if "i" not in narrators or len(narrators) - narrators.count("neutral") < _ENOUGH_QUESTIONS:
            return None
        intro = [self.title, *(each.text for each in paragraphs if not each.asked)]
        named = [name for text in intro for name in self.people.named_in(text) if " " in name]
        named = named or [name for text in intro for name in self.people.names_in(text)]
        others = [name for name in named if name != self.author]
        if others:
            return max(dict.fromkeys(others), key=others.count)
        return None if self.author else ""
