"""What no source says is found, whoever wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.voice import Sources, check_supported

SOURCES = Sources(
    [
        "De storm van Zwolle",
        "In februari belden 2.300 mensen. Fatima El Idrissi nam drie keer op.",
        "Zwaan",
        "Op afdeling C3 bleef het rustig.",
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "In Zwolle belden 2.300 mensen.",
        "Letterlijk: “Fatima El Idrissi nam drie keer op.” Zo ging het.",
        "Ik werk bij Zwaan. https://example.org/r/9999999 #Top100",
        "Het ging drie keer mis.",
        "Mooi werk, Fatima.",
        "Ook op C3 merkte iemand het.",
    ],
)
def test_what_the_source_says_may_be_said(text: str) -> None:
    """Numbers, names and quotations of the source pass; links and hashtags are set aside."""
    assert check_supported(text, SOURCES) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In Zwolle belden 2.400 mensen.", "the number 2.400"),
        ("Dat scheelt 15%.", "the number 15"),
        ("Er belden vijf mensen.", "the number vijf"),
        ("Dank aan Kees.", "the name Kees"),
        ("Fatima en Jansen namen op.", "the name Jansen"),
        ("Ook op D3 merkte iemand het.", "the name D3"),
        (
            "Er staat: “Fatima El Idrissi nam altijd op.”",
            "the quotation “Fatima El Idrissi nam altijd op.”",
        ),
    ],
)
def test_what_the_source_does_not_say_is_named(text: str, found: str) -> None:
    """Each invention is named, so that a person can see what was refused."""
    assert [str(each) for each in check_supported(text, SOURCES)] == [found]


def test_the_profile_counts_as_a_source() -> None:
    """Year, team and region of the person may be said."""
    text = "Ik werk bij Zwaan in Twente sinds 2014."
    assert check_supported(text, SOURCES, profile=("Twente", "2014")) == []
    found = [str(each) for each in check_supported(text, SOURCES)]
    assert found == ["the number 2014", "the name Twente"]


def test_english_number_words_count_too() -> None:
    """The language of the text decides which words are numbers."""
    (found,) = check_supported("It took seven days.", SOURCES, language="en")
    assert str(found) == "the number seven"
    assert check_supported("It took seven days.", SOURCES, language="nl") == []


@given(st.integers(0, 10**9))
def test_any_number_that_is_not_in_the_source_is_found(number: int) -> None:
    """No number slips through."""
    (found,) = check_supported(f"Het waren er {number}.", Sources(["Niets."]))
    assert str(found) == f"the number {number}"


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_quotation_of_the_source_is_always_supported(before: str, after: str) -> None:
    """Whatever is around it, a passage of the source may be quoted."""
    passage = "de pomp stond drie dagen stil"
    sources = Sources([f"{before} {passage} {after}"])
    assert check_supported(f"Er staat: “{passage}.”", sources) == []
