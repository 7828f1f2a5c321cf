"""Passages that an editor has to tick before they are posted: private persons, and blame."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from services.language import LANGUAGES
from services.language.patterns import any_of
from services.voice.passages.sentences import Sensitive, Sentence, Source
from services.voice.vocabulary import GRAMMAR, NAME_PARTICLES, phrases_of, plain_words

_AGE = re.compile(
    "|".join(
        [r"[^\W\d_]\s\(\d{1,3}\)|,\s\d{1,2},\s", *(phrases_of(each).ages for each in LANGUAGES)]
    )
)
_NAMED = rf"(?:(?:{any_of(NAME_PARTICLES)})\s+)*[A-ZÀ-Þ][\w'’-]*"
_WORD = re.compile(r"[^\W\d_][\w'’.-]*")
_NEAR = 4


class Privacy:
    """Knows which people of a source are clients, patients or residents."""

    def __init__(self, source: Source) -> None:
        self._source, self._words = source, source.words
        self._clients = set(self._named_clients())

    def of(self, sentences: Sequence[Sentence]) -> Sensitive:
        text = " ".join(each.text for each in sentences)
        words = [word for each in sentences for word in each.words]
        speaker = sentences[0].speaker or ""
        if any(re.search(rf"\b{re.escape(name)}\b", f"{text} {speaker}") for name in self._clients):
            return "client"
        if self._words["debts"].within(words):
            return "debts"
        if not self._source.is_vacancy and self._troubles_a_client(words):
            # The trouble was theirs.
            return "client"
        # The description of a job is no person's illness, unless one is named.
        ill = self._words["health"].within(words)
        nobodys = self._source.is_vacancy and not self._source.people.named_in(text)
        if ill and not nobodys and self._of_somebody(text, words):
            return "health"
        if _AGE.search(text):
            return "age"
        return "blame" if any(self._blames(each) for each in sentences) else ""

    def _troubles_a_client(self, words: list[str]) -> bool:
        """ "The patient", "een huurder": one, not all of them, and something went wrong."""
        return self._words["setbacks"].within(words) and any(
            one in GRAMMAR.the_or_a_of_one
            and word in self._words["clients"]
            and word not in GRAMMAR.family
            for one, word in pairwise(words)
        )

    def _named_clients(self) -> list[str]:
        """ "Mevrouw Ter Haar", "huurder Jan Smit", and "Jan Smit, huurder"."""
        found = []
        for sentence in self._source.sentences:
            for match in _WORD.finditer(sentence.text):
                if match[0].casefold().rstrip(".") not in self._words["clients"]:
                    continue
                after = re.match(rf"\s+({_NAMED}(?:\s+{_NAMED})*)", sentence.text[match.end() :])
                if after and not after[1].startswith(("I ", "We ")):
                    found.append(after[1])
                    found.append(after[1].split(" ", 1)[-1])
            for name in self._source.people.named_in(sentence.text):
                place = sentence.text.find(f"{name},")
                if place >= 0 and " " in name:
                    after_words = plain_words(sentence.text[place + len(name) :])[:_NEAR]
                    if any(word in self._words["clients"] for word in after_words):
                        found += [name, name.split(" ")[0]]
        return [name for name in found if len(name) > 2 and name != self._source.author]

    def _of_somebody(self, text: str, words: list[str]) -> bool:
        """Whether it is about a person: one with a name, or "a man"; illness in general is not."""
        if self._source.people.named_in(text) or not GRAMMAR.somebody.isdisjoint(words):
            return True
        lists = self._words
        somebodys = (word for one, word in pairwise(words) if one in GRAMMAR.the_or_a_of_one)
        return any(
            (word in lists["persons"] or word in lists["clients"])
            and word not in lists["indefinite"]
            for word in somebodys
        )

    def _blames(self, sentence: Sentence) -> bool:
        """Whether it names a person beside a mistake, other than the author and the speaker."""
        words = sentence.words
        if not self._words["mistakes"].within(words) or self._words["finders"].within(words):
            return False
        named = set(self._source.people.named_in(sentence.text))
        return not named <= {self._source.author, sentence.speaker}
