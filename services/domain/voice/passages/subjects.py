"""The thing that a passage is about, with its article, for a question: "de mof", "the relay".

Only where the source itself says it with that article and nothing between the two, so that gender
and number are its own. Where in doubt there is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from services.domain.voice.passages.phrases import stem_of
from services.domain.voice.passages.telling import Sentence, Source

_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[.,;:?!…]")
_ARTICLES = frozenset({"de", "het", "the"})


class Nouns:
    """The nouns that a source uses with an article."""

    def __init__(self, source: Source) -> None:
        self._words = source.words
        self._articles: dict[str, str] = {}
        self._times: Counter[str] = Counter()
        title = {stem_of(word) for word in _TOKEN.findall(source.title)}
        for text in (source.title, *(each.text for each in source.sentences)):
            tokens = [*_TOKEN.findall(text), "."]
            for number, token in enumerate(tokens[:-2]):
                word, before = tokens[number + 1], tokens[number - 1] if number else ""
                # "Je het ziet": a pronoun.
                if before.casefold() in self._words["pronouns"]:
                    continue
                if token.casefold() in _ARTICLES and self._is_noun(word, tokens[number + 2]):
                    self._articles.setdefault(word, token.casefold())
            self._times.update(stem_of(token) for token in set(tokens))
        for word in self._articles:
            if stem_of(word) in title:
                self._times[stem_of(word)] += _IN_TITLE

    def of(self, sentences: Sequence[Sentence]) -> str:
        """Of the passage's nouns the one that the source comes back to most; the first of equals."""
        best, most = "", 1
        for sentence in sentences:
            for word in _TOKEN.findall(sentence.text):
                times = self._times[stem_of(word)]
                if word in self._articles and times > most:
                    best, most = f"{self._articles[word]} {word}", times
        return best

    def _is_noun(self, word: str, following: str) -> bool:
        """A plain word that a mark or a small word follows: no adjective."""
        if not word.isalpha() or not word.islower() or len(word) < 3:
            return False
        if word in self._words["small"] or word in self._words["vague_nouns"]:
            return False
        if word in self._words["adjectives"] or word in self._words["comparatives"]:
            return False
        return not following[0].isalnum() or following in self._words["small"]


_IN_TITLE = 3
