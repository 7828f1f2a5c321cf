"""The guard finds what two texts have in common, and says how much."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.voice import Composer, OverlapGuard
from services.domain.voice.guard import FEW, MAX_OVERLAP_FEW
from services.domain.voice.shingles import SHINGLE, shingles
from services.domain.voice.words import words_of
from tests.unit.voice.material import compose_all, crowd, example_content

WORDS = [f"woord{number}" for number in range(40)]
texts = st.lists(st.sampled_from(WORDS), min_size=SHINGLE, max_size=60).map(" ".join)


def jaccard(one: str, other: str) -> float:
    """Brute force, on words rather than hashes."""

    def grams(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return {tuple(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)}

    return round(len(grams(one) & grams(other)) / len(grams(one) | grams(other)), 4)


@given(st.lists(texts, min_size=1, max_size=12), texts)
def test_overlap_is_the_highest_with_any_text(others: list[str], text: str) -> None:
    """What the guard reports is the overlap with the text that is most alike, exactly."""
    guard = OverlapGuard()
    for number, other in enumerate(others):
        guard.add(str(number), other)
    assert guard.overlap(text) == max(jaccard(text, other) for other in others)


def test_what_is_set_aside_does_not_count() -> None:
    """Case, punctuation, emoji, links and hashtags make no difference."""
    guard = OverlapGuard()
    guard.add("a", "De pomp stond drie dagen stil in de regen. https://x.org/r/aaa #pomp")
    assert (
        guard.overlap("DE POMP, stond drie dagen stil… in de regen! 🌧 https://x.org/r/bbb") == 1.0
    )


def test_the_same_post_counts_once() -> None:
    """Adding a post again, after a redelivery, changes nothing."""
    guard = OverlapGuard()
    for _ in range(3):
        guard.add("a", "De pomp stond drie dagen stil in de regen.")
    assert len(guard) == 1
    assert "a" in guard
    assert guard.judge("Een heel andere tekst over een heel ander onderwerp.").reason == ""


def test_a_repeated_sentence_is_refused() -> None:
    """One sentence in common is enough, unless it was set aside as the title or disclosure."""
    guard = OverlapGuard()
    guard.add("a", "Kort en goed. " + " ".join(WORDS[:20]))
    text = "Kort en goed. " + " ".join(WORDS[20:])
    assert "repeats a sentence" in guard.judge(text).reason
    assert guard.judge(text, aside="Kort en goed.").reason == ""


def test_many_texts_may_share_a_sentence_twice() -> None:
    """After the first hundred or so, a sentence may stand in two texts but not in three."""
    guard = OverlapGuard()
    for number in range(FEW):
        guard.add(str(number), " ".join(f"{word}x{number}" for word in WORDS[:12]))
    guard.add("one", "Kort en goed. " + " ".join(WORDS[:12]))
    second = "Kort en goed. " + " ".join(WORDS[12:24])
    assert guard.judge(second).reason == ""
    guard.add("two", second)
    assert "repeats a sentence" in guard.judge("Kort en goed. " + " ".join(WORDS[24:36])).reason


def test_too_much_in_common_is_refused_with_the_figure() -> None:
    """The reason names the overlap and the limit."""
    guard = OverlapGuard()
    guard.add("a", " ".join(WORDS[:20]))
    verdict = guard.judge(" ".join(WORDS[5:25]))
    assert verdict.overlap > MAX_OVERLAP_FEW
    assert f"{verdict.overlap:.2f}, at most {MAX_OVERLAP_FEW:.2f}" in verdict.reason


@given(st.text())
@settings(max_examples=300)
def test_any_text_can_be_compared(text: str) -> None:
    """Nothing that a person can type breaks the guard, and a text is fully like itself."""
    guard = OverlapGuard()
    assert guard.overlap(text) == 0.0
    guard.add("a", text)
    assert guard.overlap(text) == (1.0 if words_of(text) else 0.0)


@given(texts)
def test_shingles_are_five_words_each(text: str) -> None:
    """There are as many shingles as there are different runs of five words."""
    words = text.split()
    runs = {tuple(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)}
    assert len(shingles(text)) == len(runs)


@pytest.mark.parametrize("network", ["linkedin", "x"])
def test_a_text_costs_at_most_two_kilobytes(composer: Composer, network: str) -> None:
    """Memory grows by at most 2 KB for each draft of a large campaign."""
    content = example_content()["nl-middenspanningsmonteur"]
    drafts, _ = compose_all(composer, content, list(crowd(1000, content.language)), (network,))
    texts = [(person.id, draft.text) for person, draft in drafts]
    guard = OverlapGuard()
    tracemalloc.start()
    for post, text in texts[:400]:
        guard.add(post, text)
    before = tracemalloc.get_traced_memory()[0]
    for post, text in texts[400:]:
        guard.add(post, text)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown / len(texts[400:]) <= 2048
