"""Facts: sentences of the source that may be quoted, and a vacancy's terms, each with its source.

A fact is quoted verbatim, in quotation marks, so that a draft cannot say more than its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise, permutations

from services.domain.voice.lexicon import INJECTION, LEXICONS, Lexicon
from services.domain.voice.plain_text import paragraphs, phrase
from services.domain.voice.request import Content
from services.domain.voice.sentences import split_sentences
from services.events.incoming import StoryApproved, VacancyOpened

#: More facts than this do not make drafts more different, and cost memory.
MAX_FACTS = 60
_ENOUGH_FACTS = 12
#: A quotation longer than this takes the post over.
_MAX_WORDS, _MAX_CHARACTERS = 18, 130
#: What fits on X beside a question, a disclosure and a link.
SHORT_WORDS, SHORT_CHARACTERS, BRIEF_WORDS = 12, 84, 10

_UNQUOTABLE = re.compile(r"[<>{}\[\]|\\`@#*_~^=]|https?:|www\.|!|%[A-Za-z0-9]{2}|\w\.\w{2,}/")
_QUOTES = str.maketrans({"“": "‘", "”": "’", '"': None, "„": "‘", "«": "‘", "»": "’"})
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_LETTER = re.compile(r"[^\W\d_]")
_INNER_END = re.compile(r"[.!?…][\"'”’)]*\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One quotable sentence. ``text`` ends in its own mark; ``field`` says where it stands."""

    text: str
    source: str
    field: str
    kinds: frozenset[str]
    short: bool
    brief: bool

    @property
    def quote(self) -> str:
        """In quotation marks, closed: for the end of a sentence."""
        return f"“{self.text}”"

    @property
    def snippet(self) -> str:
        """In quotation marks without a full stop: for the middle of a sentence."""
        return f"“{self.text.removesuffix('.')}”"


def primary_language(tag: str) -> str:
    """``nl`` of ``nl-BE``: the part of a BCP 47 tag that chooses words."""
    return tag.split("-", 1)[0].lower()


def extract_facts(content: Content) -> tuple[Fact, ...]:
    """The quotable sentences of a story or vacancy, in their order; none in other languages."""
    lexicon = LEXICONS.get(primary_language(content.language))
    if lexicon is None:
        return ()
    if isinstance(content, StoryApproved):
        fields: tuple[tuple[str, str], ...] = (("body", content.body),)
    else:
        fields = (("challenge", content.challenge or ""), ("description", content.description))
    facts: dict[str, Fact] = {}
    title = _bare(phrase(content.title))
    for field, text in fields:
        for sentence in _sentences(text):
            key = _bare(sentence)
            if key == title or key in facts or not _quotable(sentence, lexicon):
                continue
            facts[key] = _fact(sentence, field, lexicon)
    return _best(facts.values(), lexicon)


def _sentences(text: str) -> Iterable[str]:
    for paragraph in paragraphs(text):
        yield from split_sentences(paragraph)


def _fact(sentence: str, field: str, lexicon: Lexicon) -> Fact:
    text = sentence.translate(_QUOTES)
    if text[-1] not in ".?":
        text = text.rstrip(":;,") + "."
    kinds = {kind for kind, cue in lexicon.cues.items() if cue.search(sentence)}
    if field == "challenge":
        kinds.add("challenge")
    if re.search(r"\d", sentence):
        kinds.add("number")
    return Fact(
        text=text,
        source=sentence,
        field=field,
        kinds=frozenset(kinds),
        brief=len(text.split()) <= BRIEF_WORDS,
        short=len(text) <= SHORT_CHARACTERS and len(text.split()) <= SHORT_WORDS,
    )


def _quotable(sentence: str, lexicon: Lexicon) -> bool:
    words = sentence.split()
    if not 4 <= len(words) <= _MAX_WORDS or len(sentence) > _MAX_CHARACTERS:
        return False
    if _UNQUOTABLE.search(sentence) or _INNER_END.search(sentence):
        return False
    if not (sentence[0].isupper() or sentence[0].isdigit() or sentence[0] in "“‘\"'"):
        return False
    letters = _LETTER.findall(sentence)
    if len(_LATIN.findall(sentence)) < len(letters) or len(letters) < 12:
        return False
    if sum(letter.isupper() for letter in letters) * 3 > len(letters):
        return False
    if sentence.count("(") != sentence.count(")") or not _balanced_quotes(sentence):
        return False
    doubled = any(a == b for a, b in pairwise(words))
    refused = (lexicon.boasts, lexicon.employment, INJECTION)
    return not doubled and not any(pattern.search(sentence) for pattern in refused)


def _balanced_quotes(sentence: str) -> bool:
    return sentence.count("“") == sentence.count("”") and sentence.count('"') % 2 == 0


def _best(facts: Iterable[Fact], lexicon: Lexicon) -> tuple[Fact, ...]:
    """Sentences that stand on their own; those that lean on others only where few do."""
    ordered = list(facts)
    needed = {fact: _leaning(fact.source, lexicon) for fact in ordered}
    alone = [fact for fact in ordered if not needed[fact]]
    if len(alone) < _ENOUGH_FACTS:
        leaning = sorted((fact for fact in ordered if needed[fact]), key=needed.__getitem__)
        alone += leaning[: _ENOUGH_FACTS - len(alone)]
    return tuple(sorted(alone[:MAX_FACTS], key=ordered.index))


def _leaning(sentence: str, lexicon: Lexicon) -> int:
    """How many words need another sentence to be understood."""
    return len(lexicon.pointing.findall(sentence)) + bool(lexicon.leaning.match(sentence))


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One of a vacancy's terms as a phrase in the language of the text, and its source field."""

    text: str
    field: str


def vacancy_terms(vacancy: VacancyOpened, language: str) -> tuple[Term, ...]:
    """Place, team, hours, salary and closing date; of other languages only what translates."""
    lexicon = LEXICONS[language]
    same = primary_language(vacancy.language) == language
    candidates = {
        "location": vacancy.location,
        "team": vacancy.team,
        "hours": vacancy.hours if same else _hours(vacancy.hours or "", lexicon.hours),
        "salary": vacancy.salary if same else _amounts(vacancy.salary or "", language),
    }
    terms = [
        Term(text=text, field=field)
        for field, value in candidates.items()
        if value and (text := phrase(value, 60).rstrip(".")) and not _UNQUOTABLE.search(text)
    ]
    if vacancy.closes_at is not None:
        day, month = vacancy.closes_at.day, lexicon.months[vacancy.closes_at.month - 1]
        until = "reageren t/m" if language == "nl" else "apply by"
        terms.append(Term(text=f"{until} {day} {month}", field="closes_at"))
    return tuple(terms)


def arrangements(terms: tuple[Term, ...]) -> tuple[tuple[Term, ...], ...]:
    """Every ordered choice of two or three terms (of one, when there is but one)."""
    if len(terms) < 2:
        return (terms,) if terms else ()
    sizes = range(2, min(3, len(terms)) + 1)
    return tuple(chosen for size in sizes for chosen in permutations(terms, size))


def _hours(text: str, word: str) -> str:
    found = re.match(r"\s*(\d{1,2})(?:\s?(?:[–-]|tot|to|à)\s?(\d{1,2}))?\b", text)
    return f"{'–'.join(filter(None, found.groups()))} {word}" if found else ""


def _amounts(text: str, language: str) -> str:
    amounts = re.findall(r"€\s?(\d{1,3}(?:[.,]\d{3})*|\d+)(?![\d.,]*\d)", text)
    separator = "." if language == "nl" else ","
    return " – ".join("€ " + re.sub(r"[.,]", separator, amount) for amount in amounts[:2])
