"""The sentences of a text, and its words as a reader hears them: what the checks compare.

Of words, case, punctuation and emoji are set aside, and so are links and hashtags. A wrong guess of an
end makes a sentence longer, never wrong: abbreviations, initials, numbers and times end none; neither
does a mark inside a quotation whose sentence goes on ("“What now?” she asked.").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

import pycld2
import snowballstemmer

from services.language import LANGUAGES, TRAITS
from services.language.patterns import any_of
from services.voice.vocabulary import (
    NAME_PARTICLES,
    abbreviations,
    listed,
    phrases_of,
    words_listed,
)

#: A number in digits.
FIGURE = re.compile(r"\d(?:[\d.,:/]*\d)?")
#: A quotation, its words as a group.
QUOTED = re.compile(r"“([^”]*)”")

_SET_ASIDE = re.compile(r"https?://\S+|#\w+")
_WORD = re.compile(r"[^\W_]+")


def prose_of(text: str) -> str:
    """The text without links and hashtags."""
    return _SET_ASIDE.sub(" ", text)


@lru_cache(maxsize=16)
def words_of(text: str) -> list[str]:
    """All its words, not to be changed. Cached, because several checks read a draft."""
    return _WORD.findall(prose_of(text).casefold())


@lru_cache(maxsize=32_768)
def stem(word: str, language: str) -> str:
    """``word`` in small letters without what its place in a sentence adds to it."""
    # A stemmer keeps the word that it works on, and several threads ask at a time: one for each word.
    name = TRAITS[language].name.lower()
    found = str(snowballstemmer.stemmer(name).stemWord(word))
    drop, spelled = _left_of(language)
    return drop.sub("", found).translate(spelled)


@cache
def _left_of(language: str) -> tuple[re.Pattern[str], dict[int, str]]:
    """What a stemmer leaves to do. ``(?!)`` is found nowhere."""
    stems = phrases_of(language).stems
    return re.compile(stems.drop or r"(?!)"), str.maketrans(dict(stems.spelled))


_BARE_WORD = re.compile(r"[^\W\d_]+(?:’[^\W\d_]+)*")
#: Two stems are of one word, or of a word and its compound, when they begin with so many of the same
#: letters and with all but the last few of the shorter.
_SHARED_START, _FREE_END = 5, 2


def bare_words(text: str) -> list[str]:
    """Without case, numbers and the two ways to write an apostrophe."""
    return _BARE_WORD.findall(text.casefold().replace("'", "’"))


@lru_cache(maxsize=4096)
def content_words(text: str, language: str) -> frozenset[str]:
    """The stems of the words that say something."""
    small = listed(language, "function_words")
    return frozenset(stem(word, language) for word in bare_words(text) if word not in small)


def akin(word: str, others: Iterable[str]) -> bool:
    """Whether ``word`` or a kin of it is among ``others``; all are stems."""
    return word in others or any(_kin(word, other) for other in others)


def _kin(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    least = max(_SHARED_START, shorter - _FREE_END)
    return shorter >= _SHARED_START and one[:least] == other[:least]


_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)")
_OPENS = re.compile(r"\s+[\"'“‘«„(\[]*(?:[^\W_a-zà-öø-ÿ]|['’][st]\s|['’]s-)")
_BEFORE = re.compile(r"[^\s(\[“‘\"'/]+$")
#: "J.", "J.P." and "Th.", before a name.
_INITIALS = re.compile(r"(?:[^\W\d_]\.-?)*(?:[^\W\d_]|Th|Ch|Chr|Ph|Ij|IJ|Joh|Wm)")
_DIGIT = re.compile(r"\s+\d")
_NAME = re.compile(
    rf"\s+(?:(?:{any_of(NAME_PARTICLES)})\s+)*[^\W\d_a-zà-öø-ÿ][^\W\d_.]?[^\W\d_]|\s+[A-ZÀ-Þ]\."
)
#: "1." and "3.": of a list or a date when nothing comes before it.
_NUMBERED = re.compile(r"\d{1,2}")
_MOST_BEFORE = 16


def split_sentences(paragraph: str) -> list[str]:
    """The sentences of one line of text."""
    return [paragraph[start:stop] for start, stop in sentence_spans(paragraph)]


def sentence_spans(paragraph: str) -> Iterator[tuple[int, int]]:
    """Where each sentence begins and ends, without the blanks around it."""
    start = 0
    for end in _END.finditer(paragraph):
        stop = end.end()
        if _OPENS.match(paragraph, stop) and not _goes_on(paragraph, start, end):
            yield _bare(paragraph, start, stop)
            start = stop
    if paragraph[start:].strip():
        yield _bare(paragraph, start, len(paragraph))


def _goes_on(paragraph: str, start: int, end: re.Match[str]) -> bool:
    """Whether a single full stop belongs to the word before it, and ends nothing."""
    if end[0] != ".":
        return False
    found = _BEFORE.search(paragraph, max(start, end.start() - _MOST_BEFORE), end.start())
    if found is None:
        return False
    word = found[0]
    if abbreviations(at_end=True).__contains__(word.casefold()):
        return _DIGIT.match(paragraph, end.end()) is not None
    if word.casefold() in abbreviations(at_end=False):
        # "Zo" and "no" are words as well, but no sentence has one as its last before a name.
        return (
            not word.islower()
            or len(word) > _SHORT_WORD
            or "." in word
            or _numbered(paragraph, end)
        )
    if _NUMBERED.fullmatch(word):
        return not paragraph[start : found.start()].strip()
    if _INITIALS.fullmatch(word):
        return word != "I" and word[0].isupper() and _NAME.match(paragraph, end.end()) is not None
    return False


#: "Op za. 3 mei", but "Dat is zo. Daarna": of the shortest, only those before a number end nothing.
_SHORT_WORD = 2


def _numbered(paragraph: str, end: re.Match[str]) -> bool:
    found = _BEFORE.search(paragraph, max(0, end.start() - _MOST_BEFORE), end.start())
    return (found is not None and found[0] in words_listed("abbreviations_before_number")) or bool(
        _DIGIT.match(paragraph, end.end())
    )


def _bare(paragraph: str, start: int, stop: int) -> tuple[int, int]:
    text = paragraph[start:stop]
    return start + len(text) - len(text.lstrip()), start + len(text.rstrip())


#: Words of a text that is judged, and of a sentence; names make shorter ones.
_SHORT, _SENTENCE = 10, 5
#: Of a text's words so many are small ones of its own language, and so many of our other one.
_FEW, _MANY = 0.2, 0.2
#: CLD2's score a kilobyte: prose has about 1,000, of names and terms no language has 500. Of
#: Afrikaans, in which most Dutch words are words too, Dutch sentences reach 713.
_PROSE, _LEAST, _AFRIKAANS = 700, 500, 900
#: Written by people who send it as Dutch; CLD2 knows no Low Saxon, and calls it one of these.
_NEIGHBOURS = frozenset({"fy", "lb"})
#: Letters of a text whose script is judged.
_LETTERS = 20
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ]")


def other_language_of(lines: Sequence[str], own: str) -> str | None:
    """The language that the lines of a text are in instead of their ``own``; empty: one that we do not
    write in.

    It is recognised by CLD2, and believed when the small words of the text's own language are missing as
    well, or when CLD2 scores it as running prose. A text that mixes languages, says little, or is written
    in a neighbour of Dutch (Frisian, Low Saxon) is never taken for another's.

    None where they are, or may be, in what they were sent as.
    """
    if own not in LANGUAGES:
        return None
    text = "\n".join(lines)
    if _in_another_script(text):
        return ""
    words = bare_words(text)
    return _recognised(text, words, own) if len(words) >= _SHORT else None


def in_another_language(sentence: str, language: str) -> bool:
    """Whether one sentence of a text is in another language than the text."""
    words = bare_words(sentence)
    return len(words) >= _SENTENCE and _recognised(sentence, words, language) is not None


def _recognised(text: str, words: list[str], own: str) -> str | None:
    """The other language of a text with these words, as `other_language_of` returns it."""
    detected = _detect(text)
    if detected is None or detected[0] in {own, *_NEIGHBOURS}:
        return None
    found, score = detected
    few = _share(words, own) < _FEW
    if found in LANGUAGES:
        return found if few and _share(words, found) >= _MANY else None
    prose = _AFRIKAANS if found == "af" else _PROSE
    return "" if score >= prose or (few and score >= _LEAST) else None


def _detect(text: str) -> tuple[str, float] | None:
    """CLD2's language and its score; None where it doubts, or finds another beside it."""
    # CLD2 refuses what is no text: control characters, halves of surrogate pairs.
    plain = "".join(c if c.isprintable() else " " for c in text)
    sure, _, found = pycld2.detect(plain, isPlainText=True)
    known = [(code, score) for _, code, _, score in found if code != "un"]
    return known[0] if sure and len(known) == 1 else None


def _in_another_script(text: str) -> bool:
    letters, latin = len(_LETTER.findall(text)), len(_LATIN.findall(text))
    return letters >= _LETTERS and latin * 2 < letters


def _share(words: list[str], language: str) -> float:
    small = _of_its_own(language)
    return sum(word in small for word in words) / max(len(words), 1)


@cache
def _of_its_own(language: str) -> frozenset[str]:
    """The small words that the other languages do not have: "was" and "in" tell nothing."""
    others = (listed(each, "function_words") for each in LANGUAGES if each != language)
    return listed(language, "function_words").difference(*others)
