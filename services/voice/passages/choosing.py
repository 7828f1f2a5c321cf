"""Which passages of a source are used, best first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.language import LANGUAGES, primary_language
from services.voice.language.words import other_language_of
from services.voice.passages.back_references import BackReferences
from services.voice.passages.prose import Prose, SourceText
from services.voice.passages.scoring import Judge, Scoring
from services.voice.passages.sensitive import Privacy
from services.voice.passages.sentences import (
    Lacking,
    Passage,
    Passages,
    Sensitive,
    Sentence,
    Source,
    narrator_of,
)
from services.voice.passages.standalone import Assumptions, Nouns
from services.voice.vocabulary import plain_words

MIN_LENGTH, MAX_LENGTH, MAX_SENTENCES = 60, 300, 3
#: More of one source makes posts weaker, not more different.
MOST = 10

#: Added or taken away: for its length, for what begins the source, for each thing to guess.
_FULL, _FIRST, _OPEN, _ENOUGH = 0.5, 0.3, -0.6, 100
#: A passage that comes to less is not used.
_LEAST = 1.6
#: So much of a sentence is left in an edited one, or it is another.
_STILL = 0.6
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’(?!\w)")


@dataclass(frozen=True, slots=True)
class _Candidate:
    sentences: tuple[Sentence, ...]
    text: str
    private: Sensitive
    score: float = 0

    @property
    def start(self) -> int:
        return self.sentences[0].place


def find_passages(text: SourceText) -> Passages:
    """Three to ten passages; fewer, or none, of a source that says little."""
    content, language = text.content, primary_language(text.content.language)
    if language not in LANGUAGES:
        return Passages(lacking="other_language")
    prose = text.prose
    if other_language_of([each.text for each in prose.paragraphs], language) is not None:
        return Passages(lacking="other_language")
    source = Source(text)
    if content.passages:
        return Passages(chosen=tuple(_given(content.passages, source)))
    candidates = sorted(_candidates(source), key=lambda each: (-each.score, each.start))
    # What becomes somebody's trouble in its second sentence is theirs from the first.
    theirs = {each.start for each in candidates if each.private == "client"}
    public = [each for each in candidates if not each.private and each.start not in theirs]
    private = [each for each in candidates if each.private]
    nouns, taken = Nouns(source), set[int]()
    chosen, withheld = (
        tuple(_passage(each, source, nouns) for each in _apart(several, taken))
        for several in (public, private)
    )
    lacking = "" if chosen else _lacking(source, prose, withheld=bool(withheld))
    return Passages(chosen=chosen, withheld=withheld, lacking=lacking)


def _apart(candidates: Sequence[_Candidate], taken: set[int]) -> Iterator[_Candidate]:
    """The best candidates without a sentence that is ``taken``, or shared with a better one."""
    kept = 0
    for candidate in candidates:
        places = {each.place for each in candidate.sentences}
        if kept < MOST and taken.isdisjoint(places):
            taken |= places
            kept += 1
            yield candidate


def _given(texts: Sequence[str], source: Source) -> Iterator[Passage]:
    """An editor's passages as they were sent; speaker and noun only where the source has them."""
    privacy, nouns = Privacy(source), Nouns(source)
    for number, text in enumerate(texts):
        window = _run_of(text, source)
        if not window:
            place = len(source.sentences) + number
            sentence = Sentence(text, place=place, paragraph=place)
            if (changed := _changed_in(sentence, source)) is not None:
                sentence.place, sentence.speaker = changed.place, changed.speaker
            window = (sentence,)
        yield _passage(_Candidate(window, text, privacy.of(window)), source, nouns)


def _changed_in(edited: Sentence, source: Source) -> Sentence | None:
    """The sentence of the source that an editor changed; its speaker stays."""
    words = set(edited.words)
    shares = [
        (len(words.intersection(each.words)) / len(set(each.words)), each)
        for each in source.sentences
        if each.words
    ]
    share, best = max(shares, key=lambda one: one[0], default=(0.0, None))
    return best if share >= _STILL else None


def _run_of(text: str, source: Source) -> tuple[Sentence, ...]:
    """The consecutive sentences that ``text`` consists of; none where it was edited."""
    words = plain_words(text)
    for first in source.sentences:
        held: list[str] = []
        for last in source.sentences[first.place :]:
            held += last.words
            if held == words:
                return tuple(source.sentences[first.place : last.place + 1])
            if held != words[: len(held)]:
                break
    return ()


def _passage(candidate: _Candidate, source: Source, nouns: Nouns) -> Passage:
    return Passage(
        text=candidate.text,
        speaker=candidate.sentences[0].speaker or "",
        # The words outside quotation marks.
        narrator=narrator_of(plain_words(_QUOTED.sub(" ", candidate.text)), source.language),
        noun=nouns.of(candidate.sentences),
        sensitive=candidate.private,
        start=candidate.start,
    )


def _candidates(source: Source) -> Iterator[_Candidate]:
    judge, assumptions, references = Judge(source), Assumptions(source), BackReferences(source)
    privacy, scoring = Privacy(source), Scoring(source)
    standalone = {each.place for each in source.sentences if judge.may_stand_alone(each)}
    for first in source.sentences:
        if first.place not in standalone or references.points_back(first):
            continue
        for window in _windows(source, first, standalone):
            text = " ".join(each.text for each in window)
            if not MIN_LENGTH <= len(text) <= MAX_LENGTH or not references.goes_on(window):
                continue
            if not (scoring.is_placed(window) and (weight := scoring.of(window))):
                continue
            asked = assumptions.open_in(window)
            if asked is not None:
                score = weight + _FULL * (len(text) >= _ENOUGH) + _OPEN * asked
                score += _FIRST * (not first.place)
                if score >= _LEAST:
                    yield _Candidate(window, text, privacy.of(window), score)


def _windows(
    source: Source, first: Sentence, standalone: set[int]
) -> Iterator[tuple[Sentence, ...]]:
    """One to three consecutive sentences of one speaker in one paragraph or quotation."""
    window: list[Sentence] = []
    for sentence in source.sentences[first.place : first.place + MAX_SENTENCES]:
        if sentence.place not in standalone or sentence.voice != first.voice:
            return
        window.append(sentence)
        yield tuple(window)


def _lacking(source: Source, prose: Prose, *, withheld: bool) -> Lacking:
    if withheld:
        return "sensitive"
    letters = sum(len(each.text) for each in source.sentences)
    if prose.items > len(source.sentences):
        return "list_only"
    scoring = Scoring(source)
    if any(scoring.of([each]) >= _LEAST for each in source.sentences):
        return "unclear"
    return "short" if letters < 3 * MIN_LENGTH else "no_event"
