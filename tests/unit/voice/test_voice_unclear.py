"""What a stranger misses at the beginning of an answer, on answers as colleagues type them.

They were read and marked by a strict reader before there was a rule.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.language import Language
from services.voice.checking.unclear import unclear_in

_ANSWERS = Path(__file__).parents[2] / "answers_by_colleagues"
_LANGUAGES: tuple[Language, ...] = ("nl", "en")


def _asked(stands: bool) -> list[bool]:
    """Of each answer that a reader understood, or did not, whether a question is asked."""
    found = []
    for language in _LANGUAGES:
        answers = tomllib.loads((_ANSWERS / f"{language}.toml").read_text(encoding="utf-8"))
        for each in answers["answer"]:
            if each["stands"] is stands:
                said = "" if each["about"] == "story" else each["about"]
                found.append(bool(unclear_in(each["text"], language, said=said)))
    return found


def test_an_answer_that_is_understood_is_let_through() -> None:
    """No one who answered well is asked again."""
    assert sum(_asked(stands=True)) <= 0.03 * len(_asked(stands=True))


def test_of_what_is_not_understood_the_plain_cases_are_asked_about() -> None:
    """Only what is surely missing: a third."""
    assert sum(_asked(stands=False)) >= 0.3 * len(_asked(stands=False))


@pytest.mark.parametrize(
    ("answer", "said", "kind", "words"),
    [
        ("I rang Len at ten past three and he came on his bicycle.", "", "who", "Len"),
        ("They were right to complain about the smell in the hall.", "", "who", "They"),
        ("That valve has been a pain to me since day one.", "", "what", "That valve"),
        ("It doesn't, I only do the laptops in this building.", "", "reply", "It doesn't I only"),
        ("Same here, started on nights and I never left.", "", "reply", "Same here, started on"),
        (
            "Warehouse, they've made the lane at the docks one way.",
            "",
            "whole",
            "Warehouse, they've",
        ),
        ("A tenant rang me on Tuesday, in tears about the mould.", "", "traced", "A tenant"),
        ("I was away.", "", "nothing", ""),
    ],
)
def test_the_first_that_a_stranger_asks(answer: str, said: str, kind: str, words: str) -> None:
    """By the words that were typed."""
    found = unclear_in(answer, "en", said=said)[0]
    assert found.kind == kind
    assert not words or found.words.startswith(words.split(maxsplit=1)[0])


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("I rang Len at ten past three and he came on his bicycle.", "My colleague Len Obuya"),
        ("I rang my foreman Len at ten past three and he came by bicycle.", ""),
        ("I rang Len, our foreman, at ten past three and he came by bicycle.", ""),
        ("The driver waits while I test it for antibiotics, and she looks at me.", ""),
        ("A tenant rang me every Tuesday, in tears about the mould.", ""),
        ("Skerry Ground Services, a firm at the airport, looks after my bags.", ""),
        ("It's the stairs that touch my work, not the lift in the hall.", ""),
    ],
)
def test_what_an_answer_or_the_post_explains_is_known(answer: str, said: str) -> None:
    """The job, the author, who somebody is: it stands right behind the answer."""
    assert unclear_in(answer, "en", said=said) == ()


@given(
    st.lists(
        st.sampled_from(
            [
                "die",
                "de",
                "het",
                "2",
                "zaal",
                "Len",
                "one",
                "the",
                "ook,",
                ".",
                "!",
                "🙂",
                "Ik",
                "it",
            ]
        ),
        min_size=1,
    )
)
def test_any_answer_is_asked_about_in_its_own_words(words: list[str]) -> None:
    """In any order, of any length."""
    answer = " ".join(words)
    for language in _LANGUAGES:
        for found in unclear_in(answer, language):
            assert found.words in answer
