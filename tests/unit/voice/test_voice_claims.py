"""Which rephrasings claim no more than their draft, measured on texts that people wrote."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.voice import Composer
from services.domain.voice.claims import Grounds, house_words, unfounded
from services.domain.voice.denials import turned
from tests.unit.voice.material import crowd, example_content, request, shipped_templates

REPHRASINGS = Path(__file__).parent / "rephrasings"
COMPOSER = Composer(shipped_templates())
DRAFT = "I read what Anna wrote about safety. “Two magnets were wrong”, and who asks in your team?"


@cache
def house(language: str) -> frozenset[str]:
    return house_words(COMPOSER.templates, language)


def told(example: str) -> tuple[str, ...]:
    content = example_content()[example]
    (person,) = crowd(1, content.language)
    return COMPOSER.sources(request(content, person)).texts


def drafts(language: str) -> list[dict[str, Any]]:
    text = (REPHRASINGS / f"{language}.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["draft"])


def accepted(language: str, kind: str) -> Iterator[bool]:
    for draft in drafts(language):
        text = draft["text"].strip()
        quotations = re.findall("“[^”]*”", text)
        grounds = Grounds(
            draft=text,
            source=told(draft["example"]),
            profile=("Storingsdienst", "monteur"),
            house=house(language),
        )
        for answer in draft[kind]:
            said = answer
            for place, quotation in enumerate(quotations, start=1):
                said = said.replace(f"{{{place}}}", quotation)
            assert sorted(re.findall("“[^”]*”", said)) == sorted(quotations)
            yield not unfounded(said, grounds, language) and not turned(said, text, language)


@pytest.mark.parametrize(
    ("language", "kind", "least", "most", "of"),
    [
        # What may change with the share texts, whose words are the house's, by one or two.
        ("nl", "honest", 35, 50, 50),
        ("nl", "invented", 0, 4, 50),
        ("nl", "negated", 0, 0, 11),
        ("en", "honest", 32, 50, 50),
        ("en", "invented", 0, 2, 50),
        ("en", "negated", 0, 0, 11),
    ],
)
def test_so_many_are_accepted(language: str, kind: str, least: int, most: int, of: int) -> None:
    """Of 100 honest rephrasings at least 67 pass, of 100 invented claims at most 6, of 22 denials none."""
    passed = list(accepted(language, kind))
    assert len(passed) == of
    assert least <= sum(passed) <= most


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_draft_claims_nothing_that_it_does_not_say(language: str) -> None:
    """A text in its own words is carried, whatever it is about."""
    for draft in drafts(language):
        grounds = Grounds(draft=draft["text"])
        assert unfounded(draft["text"], grounds, language) == []
        assert turned(draft["text"], draft["text"], language) == []


def found(text: str, **grounds: Any) -> list[str]:
    return unfounded(text, Grounds(draft=DRAFT, **grounds), "en")


def test_a_claim_may_come_from_one_sentence_of_the_source_or_from_the_profile() -> None:
    """The words of two sentences make a third that nobody said."""
    claim = f"{DRAFT} The operators painted the bridge."
    assert found(claim) == ["The operators painted the bridge"]
    assert found(claim, source=("Our operators painted a bridge in May.",)) == []
    assert found(claim, source=("The operators slept.", "Somebody painted it.", "A bridge.")) != []
    assert found(claim, profile=("operator", "bridge painting")) == []


def test_a_promise_has_to_be_the_drafts_own() -> None:
    """What the source promises somebody is not promised to the reader."""
    assert found(f"{DRAFT} You get a bonus.", source=("The crew got a bonus.",)) == [
        "You get a bonus"
    ]


@pytest.mark.parametrize(
    "denial",
    [
        "It is not true: “Two magnets were wrong”.",
        "“Two magnets were wrong”. But that isn't so.",
        "“Two magnets were wrong”, and this is untrue.",
        "Nobody believes: “Two magnets were wrong”.",
    ],
)
def test_a_quotation_is_not_denied(denial: str) -> None:
    """Neither before it nor after it, with either apostrophe."""
    assert turned(denial, DRAFT, "en") == ["Two magnets were wrong"]


def test_a_denial_of_the_draft_stays() -> None:
    """A "not" that was in the draft may not go."""
    draft = "I never read reports about safety. “Two magnets were wrong.”"
    assert turned(draft, draft, "en") == []
    always = draft.replace("never", "always")
    assert turned(always, draft, "en") == ["I always read reports about safety"]


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(["nl", "en"]))
def test_any_text_is_judged(text: str, draft: str, language: str) -> None:
    """Whatever comes back from a model is accepted or refused, and accepted where it is the draft."""
    balanced, same = (re.sub("[“”]", "", each) + "“x”" for each in (text, draft))
    unfounded(balanced, Grounds(draft=draft), language)
    turned(balanced, draft, language)
    assert unfounded(same, Grounds(draft=same), language) == []
    assert turned(same, same, language) == []
