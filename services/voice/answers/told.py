"""An answer as a stranger reads it: its sentences one after the other, and what is known by then."""

from __future__ import annotations

import re
from typing import Literal

from services.language import Language
from services.voice.language.sentences import split_sentences
from services.voice.passages.people import People
from services.voice.passages.phrases import stem_of
from services.voice.passages.pronouns import Pronouns
from services.voice.passages.telling import ARTICLES, Sentence
from services.voice.vocabulary import WORD, plain_words, vocabulary

Kind = Literal["who", "what", "than", "reply", "nothing"]
#: What is asked, and the words from one place to before another that it is asked about.
Found = tuple[Kind, int, int]

#: "Koen, onze planner".
SAYS_WHO = ARTICLES | frozenset({"my", "our", "mijn", "onze"})
#: A phone sets no capital behind a full stop.
_TYPED_END = re.compile(r"(?<=[.!?…])\s+")
#: So many words of a sentence name it.
_NAMED_BY = 6


class Told:
    """``stems`` and ``names`` are those that were named; more with every sentence that is taken."""

    def __init__(self, answer: str, language: Language, said: str) -> None:
        self.language, self.words = language, vocabulary(language)
        lines = [part for each in split_sentences(answer) for part in _TYPED_END.split(each)]
        self.sentences = [
            Sentence(text=line, place=place, paragraph=0, run=0, field="")
            for place, line in enumerate(line for line in lines if WORD.search(line))
        ]
        self.pronouns = Pronouns(People([answer], "", self.words).known, self.words)
        self.names = {each for each in said.split() if each[:1].isupper()}
        self.stems = {
            stem_of(each) for each in plain_words(said) if each not in self.words["small"]
        }
        #: Before this sentence.
        self.before: list[Sentence] = []

    def take(self, sentence: Sentence) -> None:
        """It was understood, so what it names is known."""
        self.before.append(sentence)
        self.stems |= {stem_of(each) for each in sentence.words if each not in self.words["small"]}
        self.names |= {each for each in sentence.tokens if each[0].isupper()}

    def named_before(self, sentence: Sentence, place: int) -> set[str]:
        """The stems of what was named before a word."""
        inside = (each for each in sentence.words[:place] if each not in self.words["small"])
        return self.stems.union(map(stem_of, inside))

    @property
    def begun(self) -> bool:
        """Whether something was told before this sentence."""
        return bool(self.before)

    def something(self, sentence: Sentence, place: int) -> bool:
        """Whether a thing is named before a word of this sentence."""
        tokens = [each for one in self.before for each in one.tokens]
        return self.pronouns.something([*tokens, *sentence.tokens[:place]])


def as_typed(sentence: Sentence, start: int, end: int) -> str:
    """The words of a sentence from ``start`` to before ``end``, as they were typed."""
    found = list(WORD.finditer(sentence.text))[start:end]
    return sentence.text[found[0].start() : found[-1].end()]


def beginning_of(sentence: Sentence) -> tuple[int, int]:
    """What a long sentence is named by: up to its first comma, a few words at most."""
    ends = [place for place in sentence.breaks if place >= 2]
    return 0, min([*ends, _NAMED_BY, len(sentence.words)])
