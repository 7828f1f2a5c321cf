"""Which passages of a source are used, best first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.domain.voice.passages.judging import Judge
from services.domain.voice.passages.leaning import Leaning
from services.domain.voice.passages.passage import Lacking, Passage, Passages
from services.domain.voice.passages.prose import Prose, prose_of
from services.domain.voice.passages.sensitive import Privacy
from services.domain.voice.passages.standing import Ground
from services.domain.voice.passages.subjects import Nouns
from services.domain.voice.passages.telling import Sentence, Source, narrator_of
from services.domain.voice.request import Content
from services.domain.voice.told_in import other_language_of, primary_language
from services.domain.voice.vocabulary import LANGUAGES, plain_words

MIN_LENGTH, MAX_LENGTH, MAX_SENTENCES = 60, 300, 3
#: More of one source makes posts weaker, not more different.
MOST = 10

#: What the second and third sentence of a passage count for, by weight.
_SHARES = (1.0, 0.6, 0.4)
#: Added or taken away.
_ABOUT, _LONG, _SHORT, _FULL, _DULL, _FIRST = -1.0, -0.4, -0.3, 0.5, -0.4, 1.0
#: A quotation that goes on after "she says", and "After eleven minutes", lean on what came before.
_CONTINUED, _COUNTED, _OPEN = -0.8, -0.5, -0.35
#: A sentence that weighs less is dull.
_BLAND, _SAID_SHORT = 0.4, 8
#: "In the first week it went wrong." at the end leaves the reader hanging.
_HANGING = -0.8
#: "Red means open and green means closed." is no beginning.
_WEAK = -0.5
#: A moment stands alone, and begins something.
_DATED = 0.7
_COMFORTABLE = 230
_BRIEF, _ENOUGH = 75, 110
#: A passage that comes to less is not used, or only where there are few.
_LEAST, _LEAST_OF_FEW, _FEW = 1.2, 0.6, 3
#: So much of a sentence is left in an edited one, or it is another.
_STILL = 0.6
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’(?!\w)")


@dataclass(frozen=True, slots=True)
class _Candidate:
    sentences: tuple[Sentence, ...]
    text: str
    about: str
    score: float


def find_passages(content: Content) -> Passages:
    """Three to ten of a source that tells something; fewer, or none, of one that does not."""
    language = primary_language(content.language)
    if language not in LANGUAGES:
        return Passages(lacking="other_language")
    prose = prose_of(content)
    if other_language_of([each.text for each in prose.paragraphs], language) is not None:
        return Passages(lacking="other_language")
    source = Source(content, prose)
    if content.passages:
        return Passages(chosen=tuple(_given(content.passages, source)))
    candidates = sorted(
        _candidates(source), key=lambda each: (-each.score, each.sentences[0].place)
    )
    privacy, nouns = Privacy(source), Nouns(source)
    chosen: list[Passage] = []
    withheld: list[Passage] = []
    taken: set[int] = set()
    for candidate in candidates:
        places = {each.place for each in candidate.sentences}
        least = _LEAST if len(chosen) >= _FEW else _LEAST_OF_FEW
        if candidate.score < least or not taken.isdisjoint(places):
            continue
        passage = _passage(candidate, source, privacy, nouns)
        kept = withheld if passage.sensitive else chosen
        if len(kept) < MOST:
            kept.append(passage)
            taken |= places
    lacking = "" if chosen else _lacking(source, prose, withheld)
    return Passages(chosen=tuple(chosen), withheld=tuple(withheld), lacking=lacking)


def _given(texts: Sequence[str], source: Source) -> Iterator[Passage]:
    """What an editor chose, as it was sent; about, speaker and noun only where the source has it."""
    ground, privacy, nouns = Ground(source), Privacy(source), Nouns(source)
    for number, text in enumerate(texts):
        window = _run_of(text, source)
        if window:
            candidate = _Candidate(window, text, ground.of(window).about, 0)
            yield _passage(candidate, source, privacy, nouns)
        else:
            place = len(source.sentences) + number
            sentence = Sentence(text=text, place=place, paragraph=place, run=0, field="")
            if (changed := _changed_in(sentence, source)) is not None:
                sentence.place, sentence.speaker = changed.place, changed.speaker
            yield _passage(_Candidate((sentence,), text, "", 0), source, privacy, nouns)


def _changed_in(edited: Sentence, source: Source) -> Sentence | None:
    """The sentence that an editor changed: its words stay those of whoever spoke them."""
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
        window: list[Sentence] = []
        held: list[str] = []
        for sentence in source.sentences[first.place :]:
            if len(held) >= len(words) or held != words[: len(held)]:
                break
            window.append(sentence)
            held += sentence.words
        if held == words:
            return tuple(window)
    return ()


def _passage(candidate: _Candidate, source: Source, privacy: Privacy, nouns: Nouns) -> Passage:
    first = candidate.sentences[0]
    return Passage(
        text=candidate.text,
        about=candidate.about,
        speaker=first.speaker or "",
        narrator=narrator_of(_own_words(candidate.text), source.language),
        noun=nouns.of(candidate.sentences),
        sensitive=privacy.of(candidate.sentences),
        start=first.place,
    )


def _own_words(text: str) -> list[str]:
    """Without what somebody else says inside it."""
    return plain_words(_QUOTED.sub(" ", text))


def _candidates(source: Source) -> Iterator[_Candidate]:
    judge, ground, leaning = Judge(source), Ground(source), Leaning(source)
    weights = {each.place: judge.weight(each) for each in source.sentences if judge.may_stand(each)}
    seen: set[str] = set()
    for first in source.sentences:
        if first.place not in weights or first.text in seen or leaning.leans(first):
            continue
        seen.add(first.text)
        for window in _windows(source, first, weights):
            text = " ".join(each.text for each in window)
            if not MIN_LENGTH <= len(text) <= MAX_LENGTH or not any(map(judge.is_event, window)):
                continue
            standing = ground.of(window)
            if standing.alone and leaning.goes_on(window):
                score = _score(window, weights, text, standing.about)
                score += _COUNTED * leaning.counts_from(first) + _OPEN * standing.open
                score += _HANGING * judge.hangs(window[-1]) + _DATED * judge.dates(first)
                yield _Candidate(window, text, standing.about, score)


def _windows(
    source: Source, first: Sentence, weights: dict[int, float]
) -> Iterator[tuple[Sentence, ...]]:
    """One to three consecutive sentences of one telling."""
    window: list[Sentence] = []
    for sentence in source.sentences[first.place : first.place + MAX_SENTENCES]:
        together = not window or _follows(window[-1], sentence)
        if not together or sentence.place not in weights or sentence.speaker != first.speaker:
            return
        window.append(sentence)
        yield tuple(window)


def _follows(before: Sentence, sentence: Sentence) -> bool:
    """Whether they are one telling: of a paragraph, or of paragraphs of a single sentence."""
    if sentence.paragraph == before.paragraph:
        return sentence.run == before.run
    return before.single and not sentence.apart


def _score(window: tuple[Sentence, ...], weights: dict[int, float], text: str, about: str) -> float:
    each = sorted((weights[sentence.place] for sentence in window), reverse=True)
    score = sum(share * weight for share, weight in zip(_SHARES, each, strict=False))
    score += _DULL * sum(
        weights[sentence.place] < _BLAND and len(sentence.words) >= _SAID_SHORT
        for sentence in window
    )
    score += _ABOUT * bool(about) + _LONG * (len(text) > _COMFORTABLE)
    score += _SHORT * (len(text) < _BRIEF) + _FULL * (_ENOUGH <= len(text) <= _COMFORTABLE)
    score += _CONTINUED * window[0].continued + _WEAK * (weights[window[0].place] < _BLAND)
    return score + _FIRST * (window[0].place == min(weights))


def _lacking(source: Source, prose: Prose, withheld: list[Passage]) -> Lacking:
    if withheld:
        return "sensitive"
    letters = sum(len(each.text) for each in source.sentences)
    if prose.items > len(source.sentences):
        return "list_only"
    if prose.fixed > len(source.sentences):
        return "boilerplate"
    return "short" if letters < 3 * MIN_LENGTH else "no_event"
