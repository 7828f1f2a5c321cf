"""What a stranger misses in an answer, on answers as colleagues type them.

They were read and marked before there was a rule.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.language import Language
from services.voice.answers.unclear import Unclear, unclear_in

_ANSWERS = Path(__file__).parents[2] / "answers_by_colleagues"
_LANGUAGES: tuple[Language, ...] = ("nl", "en")


def _read(language: Language) -> list[dict[str, Any]]:
    found = tomllib.loads((_ANSWERS / f"{language}.toml").read_text(encoding="utf-8"))["answer"]
    return [each for each in found if isinstance(each, dict)]


def _asked(each: dict[str, Any], language: Language) -> tuple[Unclear, ...]:
    return unclear_in(
        each["text"], language, said="" if each["about"] == "story" else each["about"]
    )


ALL = [(language, each) for language in _LANGUAGES for each in _read(language)]


@pytest.mark.parametrize(("language", "each"), ALL)
def test_each_is_asked_by_its_own_words(language: Language, each: dict[str, Any]) -> None:
    """Those that a stranger does not understand; none where they understand it all."""
    assert [one.words for one in _asked(each, language)] == each["asked"]


def test_what_is_let_through_stands() -> None:
    """Nine of ten at least, and six of ten of those that stand are let through."""
    through = [each["stands"] for language, each in ALL if not _asked(each, language)]
    assert sum(through) >= 0.9 * len(through)
    assert sum(through) >= 0.6 * sum(each["stands"] for _, each in ALL)


@pytest.mark.parametrize(
    ("answer", "said", "asked"),
    [
        ("I do the boilers at night and nobody ever rings me at home.", "", ["the boilers"]),
        ("I do the boilers at night and nobody ever rings me at home.", "Engineer boilers", []),
        ("I rang Len at ten past three and he came on his bicycle.", "", ["Len"]),
        ("I rang Len at ten past three and he came on his bicycle.", "My colleague Len Obuya", []),
        ("I rang my foreman Len at ten past three and he came by bicycle.", "", []),
        ("Thanks a lot", "", ["Thanks a lot"]),
        ("I was away.", "", [""]),
    ],
)
def test_what_the_post_says_is_known(answer: str, said: str, asked: list[str]) -> None:
    """The job, the author, who somebody is: it stands right behind the answer."""
    assert [each.words for each in unclear_in(answer, "en", said=said)] == asked


@given(
    st.lists(
        st.sampled_from(
            [
                "die",
                "de",
                "het",
                "zo'n",
                "2",
                "zaal",
                "Len",
                "one",
                "of",
                "the",
                "two",
                "ook,",
                ".",
                "!",
                "🙂",
                "Ik",
                "it",
            ]
        )
    )
)
def test_whatever_is_typed_is_asked_by_its_own_words(words: list[str]) -> None:
    """In any order, of any length."""
    answer = " ".join(words)
    for language in _LANGUAGES:
        assert all(each.words in answer for each in unclear_in(answer, language))
