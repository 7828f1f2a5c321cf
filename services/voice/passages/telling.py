"""A source as its sentences in order, each with its speaker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from itertools import pairwise

from services.events.incoming import StoryApproved
from services.language import primary_language
from services.text.plain_text import phrase
from services.voice.passages.passage import Narrator
from services.voice.passages.people import People
from services.voice.passages.prose import Paragraph, SourceText
from services.voice.passages.speech import Listener
from services.voice.vocabulary import WORD, given_names, plain_words, vocabulary
from services.voice.vocabulary.grammar import GRAMMAR

_ENOUGH_QUESTIONS, _MANY_QUESTIONS = 2, 4
THE = GRAMMAR.the
ARTICLES = THE | GRAMMAR.a


@dataclass(slots=True)
class Sentence:
    """``place`` is its number in the source; ``run`` the number of its part of the paragraph: a
    quotation, or the text between two. ``speaker`` is None for the narrator, and empty for a speaker
    without a name in the source. ``whole`` is false where a quotation was cut off or goes on.
    """

    text: str
    place: int
    paragraph: int
    run: int
    field: str
    speaker: str | None = None
    whole: bool = True
    #: It is the first that answers a question, and says less without it.
    answers: bool = False
    words: list[str] = dataclass_field(default_factory=list)
    #: As many as `words`, with their capitals.
    tokens: list[str] = dataclass_field(default_factory=list)
    #: The places of words that stand behind a comma, or another mark.
    breaks: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        self.words = plain_words(self.text)
        found = list(WORD.finditer(self.text))
        self.tokens = [each[0] for each in found]
        self.breaks = frozenset(
            number
            for number, (before, after) in enumerate(pairwise(found), start=1)
            if not self.text[before.end() : after.start()].isspace()
        )

    @property
    def telling(self) -> tuple[int, int, str | None]:
        """Equal for sentences of one speaker in one part of a paragraph."""
        return self.paragraph, self.run, self.speaker


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
        # All of it first: who spoke may be told a paragraph later.
        heard = [
            listener.hear(each.text, after)
            for each, after in zip(paragraphs, following, strict=False)
        ]
        place, asked = 0, ""
        for number, (paragraph, sentences) in enumerate(zip(paragraphs, heard, strict=True)):
            for told in sentences:
                sentence = Sentence(
                    text=told.text,
                    place=place,
                    paragraph=number,
                    run=told.run,
                    field=paragraph.field,
                    speaker=told.speaker,
                    whole=told.whole,
                    answers=self.interviewed is not None and paragraph.asked not in {"", asked},
                )
                asked = paragraph.asked
                if self.interviewed is not None and paragraph.asked and not told.speaker:
                    # Where questions are headings, what answers them is spoken.
                    sentence.speaker = self.interviewed
                place += 1
                yield sentence

    def _interviewed(self, paragraphs: list[Paragraph]) -> str | None:
        """The person interviewed; empty when the source has no name for them; None: no interview."""
        asked = [each for each in paragraphs if each.asked]
        questions = {each.asked for each in asked}
        spoken_to = any(not GRAMMAR.you.isdisjoint(plain_words(each)) for each in questions)
        if len(questions) < (_ENOUGH_QUESTIONS if spoken_to else _MANY_QUESTIONS):
            return None
        told = [narrator_of(plain_words(each.text), self.language) for each in asked]
        if "i" not in told or len(told) - told.count("neutral") < _ENOUGH_QUESTIONS:
            return None
        intro = [self.title, *(each.text for each in paragraphs if not each.asked)]
        named = [name for text in intro for name in self.people.named_in(text) if " " in name]
        named = named or [name for text in intro for name in self.people.names_in(text)]
        others = [name for name in named if name != self.author]
        if others:
            return max(dict.fromkeys(others), key=others.count)
        return None if self.author else ""
