"""Names that an answer does not explain: of people, of machines and lines, and letters for a name."""

from __future__ import annotations

from collections.abc import Iterator

from services.voice.answers.told import SAYS_WHO, Found, Told
from services.voice.passages.people import is_at_work
from services.voice.passages.phrases import CODED
from services.voice.passages.telling import ARTICLES, Sentence
from services.voice.vocabulary import given_names

_MYSELF = frozenset(["i", "im", "ive", "id", "ill"])
_NO_NOUN = ("small", "prepositions", "dates", "moments", "adjectives", "vague_nouns", "numbers")
_SHORT = 3
_UNTIL = frozenset({"till"})


class Names:
    """Reads one answer."""

    def __init__(self, told: Told) -> None:
        self._told, self._words = told, told.words

    def asks(self, sentence: Sentence) -> Iterator[Found]:
        """ "Marianne had gelijk", "ingediend bij de RUD"."""
        words = sentence.words
        for place, token in enumerate(sentence.tokens):
            plain = token.removesuffix("'s").removesuffix("’s")
            if not (plain[0].isupper() and len(plain) > 1) or plain in self._told.names:
                continue
            if (plain.isalpha() and plain.isupper()) or CODED.fullmatch(plain):
                if plain.casefold() not in self._words["acronyms"]:
                    yield "what", place, place + 1
            elif self._is_stranger(sentence, place, plain):
                yield "who", place, place + 1
        for place, word in enumerate(words[1:], start=1):
            # "Zaal 2", "lijn 104".
            last = place + 1 == len(words) or words[place + 1] in self._words["small"]
            numbered = word.isdigit() and last and place not in sentence.breaks
            if numbered and self._is_noun(words[place - 1]):
                yield "what", place - 1, place + 1

    def _is_noun(self, word: str) -> bool:
        return (
            len(word) > _SHORT
            and word not in _UNTIL
            and not any(word in self._words[each] for each in _NO_NOUN)
        )

    def _is_stranger(self, sentence: Sentence, place: int, name: str) -> bool:
        words = sentence.words
        if name.casefold() in _MYSELF or name.startswith(("I'", "I’")):
            return False
        if self._is_introduced(sentence, place):
            return False
        if name in given_names():
            return words[place] not in self._words["small"] or place > 0
        word = words[place]
        if not place or word in self._words["dates"] or word in self._words["weekdays"]:
            return False
        before = words[place - 1]
        return not (
            before in self._words["prepositions"]
            or before in ARTICLES
            or sentence.tokens[place - 1][0].isupper()
            or self._words["ours"].within([before])
        )

    def _is_introduced(self, sentence: Sentence, place: int) -> bool:
        """ "My colleague Maeve", "Koen, onze planner"."""
        words = sentence.words
        before = words[place - 1] if place and place not in sentence.breaks else ""
        if before in self._words["persons"] or (before and is_at_work(before)):
            return True
        after = words[place + 1 : place + 3]
        return place + 1 in sentence.breaks and len(after) > 1 and after[0] in SAYS_WHO
