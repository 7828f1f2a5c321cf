"""The thing that a passage is about, with its article, for a question: "de mof", "the relay".

Only where the source has that article just before the noun, so that gender and number are its own.
None when in doubt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from services.voice.passages.phrases import Phrases, stem_of
from services.voice.passages.telling import Sentence, Source

_IN_TITLE = 3


class Nouns:
    """The nouns that a source uses with an article."""

    def __init__(self, source: Source) -> None:
        phrases, words = Phrases(source.words), source.words
        title = Sentence(text=source.title, place=0, paragraph=0, run=0, field="")
        self._articles: dict[str, str] = {}
        self._times: Counter[str] = Counter(_IN_TITLE * list(set(map(stem_of, title.words))))
        for sentence in (title, *source.sentences):
            self._times.update(set(map(stem_of, sentence.words)))
            for phrase in phrases.of(sentence):
                noun, adjacent = phrase.words[0], len(phrase.words) == 1
                # Of "the patient" or "the children" a colleague is not asked to tell.
                some = ("vague_nouns", "clients", "persons")
                vague = any(noun in words[each] for each in some)
                beside = sentence.words[phrase.place + 1] == noun and len(noun) > 2
                if phrase.kind == "the" and adjacent and beside and noun.isalpha() and not vague:
                    self._articles.setdefault(noun, sentence.words[phrase.place])

    def of(self, sentences: Sequence[Sentence]) -> str:
        """Of the passage's nouns the one that the source comes back to most; the first of equals."""
        best, most = "", 1
        for sentence in sentences:
            for word in sentence.words:
                times = self._times[stem_of(word)]
                if word in self._articles and times > most:
                    best, most = f"{self._articles[word]} {word}", times
        return best
