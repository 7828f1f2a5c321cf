"""Facts: what the source says in words that may be quoted, each with its source sentence.

A fact is quoted verbatim, in quotation marks, so that a draft cannot say more than its source. It
is one sentence that a reader understands without the others, or such a sentence and the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from services.domain.voice.lexicon import INJECTION, LEXICONS, Lexicon
from services.domain.voice.plain_text import paragraphs, phrase
from services.domain.voice.request import Content
from services.domain.voice.sentences import split_sentences
from services.domain.voice.standing import stands_alone
from services.domain.voice.told_in import (
    in_another_language,
    other_language,
    primary_language,
)
from services.domain.voice.weight import MINOR, Scale
from services.events.incoming import StoryApproved

#: More facts than this do not make drafts more different, and cost memory.
MAX_FACTS = 60
#: A quotation longer than this takes the post over.
MAX_WORDS, _MAX_CHARACTERS = 20, 130
MIN_WORDS, _MIN_FIRST_WORDS, _MIN_NEXT_WORDS, _MIN_LETTERS = 4, 4, 3, 10
#: Two sentences together.
_MAX_PASSAGE_WORDS, _MAX_PASSAGE_CHARACTERS = 25, 165
#: With fewer sentences of any weight, none is minor.
_ENOUGH_WEIGHTY = 4
#: What fits on X beside a question, a disclosure and a link.
SHORT_WORDS, SHORT_CHARACTERS, BRIEF_WORDS = 12, 84, 10
#: The kind of a fact that only its author can quote: it says "I".
OWN = "own"
#: Kinds that do not make a very short sentence say something: "Nobody had touched anything.",
#: "We believed the model."
_SAYS_LITTLE = frozenset({"turn", "number", "craft", "work", OWN, MINOR})

UNQUOTABLE = re.compile(r"[<>{}\[\]|\\`@#*_~^=]|https?:|www\.|!|%[A-Za-z0-9]{2}|\w\.\w{2,}/")
_QUOTES = str.maketrans({"“": "‘", "”": "’", '"': None, "„": "‘", "«": "‘", "»": "’"})
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_LETTER = re.compile(r"[^\W\d_]")
_INNER_END = re.compile(r"[.!?…][\"'”’)]*\s")
_CAPITAL = re.compile(r"\b[^\W\d_a-zà-öø-ÿ][^\W\d_]+")
_ENDS = (".", "?")
#: What has no mark at its end is a heading, or an item of a list.
MARKS = (*_ENDS, "…", ".”", "?”", ".’", "?’", '."', '?"', ".)", "?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One or two sentences, each ending in its own mark. ``field`` says where they stand.

    ``names`` are its words with a capital, without case. ``weight`` is that of
    `services.domain.voice.weight`.
    """

    sentences: tuple[str, ...]
    source: str
    field: str
    kinds: frozenset[str]
    names: frozenset[str]
    weight: int
    short: bool
    brief: bool

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """``sentences`` stand on their own; ``passages`` are two sentences that follow each other."""

    sentences: tuple[Fact, ...] = ()
    passages: tuple[Fact, ...] = ()


def extract_facts(content: Content) -> Facts:
    """What may be quoted of a story or vacancy, in its order; nothing in other languages."""
    lexicon = _lexicon_of(content)
    if lexicon is None:
        return Facts()
    language, title = primary_language(content.language), _bare(phrase(content.title))
    divided = [(field, split_sentences(text)) for field, text in _paragraphs(content)]
    sentences_of_all = [sentence for _, some in divided for sentence in some]
    scale = Scale.of(content.title, _topics(content), sentences_of_all, lexicon)
    sentences: dict[str, Fact] = {}
    passages: dict[str, Fact] = {}
    for field, paragraph in divided:
        usable = [s if _usable(s, title, language) else "" for s in paragraph]
        for fact in _standing(usable, field, scale):
            sentences.setdefault(_bare(fact.source), fact)
        for first, second in pairwise(usable):
            alone = _alone(first, _MIN_FIRST_WORDS, lexicon)
            if alone and second and _fits_together(first, second):
                passage = _fact((first, second), field, scale)
                passages.setdefault(_bare(passage.source), passage)
    found = Facts(
        sentences=_weightiest(sentences.values()), passages=_weightiest(passages.values())
    )
    weighty = sum(MINOR not in fact.kinds for fact in found.sentences)
    return found if weighty >= _ENOUGH_WEIGHTY else _all_count(found)


def quotable_sentences(content: Content) -> Iterator[Fact]:
    """The sentences of `extract_facts`, repeated and unweighed ones too, found one at a time."""
    lexicon = _lexicon_of(content)
    if lexicon is None:
        return
    language, title = primary_language(content.language), _bare(phrase(content.title))
    scale = Scale.of(content.title, _topics(content), (), lexicon)
    for field, paragraph in _paragraphs(content):
        usable = (s for s in split_sentences(paragraph) if _usable(s, title, language))
        yield from _standing(usable, field, scale)


def _lexicon_of(content: Content) -> Lexicon | None:
    """None where we have no words for the language, or the text is in another than it says."""
    if other_language(content) is not None:
        return None
    return LEXICONS.get(primary_language(content.language))


def _paragraphs(content: Content) -> Iterator[tuple[str, str]]:
    """The field and text of each paragraph."""
    if isinstance(content, StoryApproved):
        fields: tuple[tuple[str, str], ...] = (("body", content.body),)
    else:
        fields = (("challenge", content.challenge or ""), ("description", content.description))
    for field, text in fields:
        for paragraph in paragraphs(text):
            yield field, paragraph


def _all_count(facts: Facts) -> Facts:
    """With nothing minor: a source that says little has only this."""
    sentences, passages = (
        tuple(replace(fact, kinds=fact.kinds - {MINOR}) for fact in some)
        for some in (facts.sentences, facts.passages)
    )
    return Facts(sentences=sentences, passages=passages)


def _topics(content: Content) -> tuple[str, ...]:
    return content.topics if isinstance(content, StoryApproved) else content.crafts


def _weightiest(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """As many as are kept, in the order of the source."""
    placed = list(enumerate(facts))
    kept = sorted(placed, key=lambda each: -each[1].weight)[:MAX_FACTS]
    return tuple(fact for _, fact in sorted(kept, key=lambda each: each[0]))


def _standing(sentences: Iterable[str], field: str, scale: Scale) -> Iterator[Fact]:
    """Those that need no other sentence; the shortest only when something happens in them."""
    for sentence in sentences:
        if _alone(sentence, MIN_WORDS, scale.lexicon):
            fact = _fact((sentence,), field, scale)
            if len(sentence.split()) > MIN_WORDS or fact.kinds - _SAYS_LITTLE:
                yield fact


def _fact(sources: tuple[str, ...], field: str, scale: Scale) -> Fact:
    source, lexicon = " ".join(sources), scale.lexicon
    kinds = {kind for kind, cue in lexicon.cues.items() if any(map(cue.search, sources))}
    if field == "challenge":
        kinds.add("challenge")
    if re.search(r"\d", source):
        kinds.add("number")
    if scale.names_topic(source):
        kinds.add("craft")
    if lexicon.first_person.search(source):
        kinds.add(OWN)
    weight = scale.weigh(source, frozenset(kinds))
    if not weight:
        kinds.add(MINOR)
    words = len(source.split())
    return Fact(
        sentences=tuple(map(_closed, sources)),
        source=source,
        field=field,
        kinds=frozenset(kinds),
        weight=weight,
        names=frozenset(name.casefold() for name in _CAPITAL.findall(source)),
        brief=words <= BRIEF_WORDS,
        short=len(source) <= SHORT_CHARACTERS and words <= SHORT_WORDS,
    )


def _closed(sentence: str) -> str:
    text = sentence.translate(_QUOTES)
    return text if text.endswith(_ENDS) else text.rstrip(":;,") + "."


def _usable(sentence: str, title: str, language: str) -> bool:
    return (
        _quotable(sentence, LEXICONS[language])
        and not in_another_language(sentence, language)
        and _bare(sentence) != title
    )


def _alone(sentence: str, words: int, lexicon: Lexicon) -> bool:
    return len(sentence.split()) >= words and stands_alone(sentence, lexicon)


def _fits_together(first: str, second: str) -> bool:
    both = f"{first} {second}"
    return len(both) <= _MAX_PASSAGE_CHARACTERS and len(both.split()) <= _MAX_PASSAGE_WORDS


def _quotable(sentence: str, lexicon: Lexicon) -> bool:
    words = sentence.split()
    if not _MIN_NEXT_WORDS <= len(words) <= MAX_WORDS or len(sentence) > _MAX_CHARACTERS:
        return False
    if UNQUOTABLE.search(sentence) or _INNER_END.search(sentence):
        return False
    if not sentence.endswith(MARKS):
        return False
    if not (sentence[0].isupper() or sentence[0].isdigit() or sentence[0] in "“‘\"'"):
        return False
    letters = _LETTER.findall(sentence)
    if len(_LATIN.findall(sentence)) < len(letters) or len(letters) < _MIN_LETTERS:
        return False
    if sum(letter.isupper() for letter in letters) * 3 > len(letters):
        return False
    if sentence.count("(") != sentence.count(")") or not _balanced_quotes(sentence):
        return False
    doubled = any(a == b for a, b in pairwise(words))
    refused = (lexicon.boasts, lexicon.employment, INJECTION)
    asks = lexicon.asking.match(sentence) is not None
    return not doubled and not asks and not any(each.search(sentence) for each in refused)


def _balanced_quotes(sentence: str) -> bool:
    return sentence.count("“") == sentence.count("”") and sentence.count('"') % 2 == 0


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
