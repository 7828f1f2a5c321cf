"""Praise, superlatives and jargon are told, with a detail of the source that says more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.voice import PostTemplates
from services.voice.checking.boasts import MOST, boasts_in, concrete_detail
from services.voice.passages import SourceText, find_passages
from tests.builders import vacancy
from tests.unit.voice.material import example_content


def told(text: str, language: str = "nl") -> list[tuple[str, str]]:
    return [(boast.word, boast.kind) for boast in boasts_in(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Wij zijn trots op de klantreis.", "nl", [("trots", "praise"), ("klantreis", "jargon")]),
        ("Dit is de mooiste sluis.", "nl", [("de mooiste", "superlative")]),
        ("De meest ervaren ploeg", "nl", [("De meest ervaren", "superlative")]),
        (
            "Onze unieke, out-of-the-box aanpak",
            "nl",
            [("unieke", "praise"), ("out-of-the-box", "jargon")],
        ),
        ("We are the fastest.", "en", [("the fastest", "superlative")]),
        ("Our most innovative plan", "en", [("Our most innovative", "superlative")]),
        ("A win-win, best in class", "en", [("win-win", "jargon"), ("best in class", "jargon")]),
        ("Leveraging synergies", "en", [("Leveraging", "jargon"), ("synergies", "jargon")]),
    ],
)
def test_each_kind_is_recognised(text: str, language: str, expected: list[tuple[str, str]]) -> None:
    """What sounds like advertising is named as it is written, with its kind."""
    assert told(text, language) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("De eerste dag, de laatste week en het meeste werk.", "nl"),
        ("De geplaatste sluis en de gewenste mof lagen op de juiste plek.", "nl"),
        ("De oudste collega is 63.", "nl"),
        ("The rest of the test was in the west, in the interest of most of us.", "en"),
        ("The latest request came from the oldest station.", "en"),
        ("Zie https://example.org/uniek #uniek", "nl"),
        ("Wir sind die Besten.", "de"),
    ],
)
def test_plain_words_are_left_alone(text: str, language: str) -> None:
    """Words that only look like praise, links, hashtags and other languages are not told."""
    assert told(text, language) == []


def test_a_few_are_enough() -> None:
    """No one gets a list of everything; each word is named once."""
    text = "Trots, uniek, fantastisch, geweldig, ongekend, baanbrekend en nog eens trots."
    assert len(told(text)) == MOST
    assert told("Trots? Ja, Trots!") == [("Trots", "praise")]


def test_the_detail_is_the_best_passage_that_is_not_there_yet() -> None:
    """The first passage of the source, and the next when the text holds it."""
    content = example_content()["nl-de-stille-lijn"]
    first = concrete_detail(find_passages(SourceText(content)), "Onze unieke lijn!")
    assert "tachtig telefoontjes" in first
    second = concrete_detail(find_passages(SourceText(content)), f"Onze unieke lijn! {first}")
    assert second not in ("", first)
    assert concrete_detail(find_passages(SourceText(vacancy(description="Kom!"))), "") == ""


def test_the_shipped_layouts_do_not_boast(templates: PostTemplates) -> None:
    """What Zwaan writes itself is never told to sound like advertising."""
    for path, pool in templates.pools.items():
        for layout in pool:
            assert told(layout.source, path[:2]) == [], (path, layout.name)


@given(st.text(max_size=300), st.sampled_from(["nl", "en", "fr", ""]))
def test_any_text_is_looked_at(text: str, language: str) -> None:
    """Whatever is typed gives advice whose words stand in it."""
    flat = " ".join(text.split())
    assert all(word in flat for word, _ in told(text, language))


def test_every_example_has_a_detail() -> None:
    """Each story and vacancy of the example organisation has a sentence to offer."""
    for name, content in example_content().items():
        assert concrete_detail(find_passages(SourceText(content)), ""), name
