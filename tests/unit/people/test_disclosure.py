"""What the text of a post may not lose: whom its author works for, and its link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.people.rules.disclosure import Missing, discloses, disclosure_in, missing, put_back

LINK = "https://go.example.org/r/abc123"
ORIGINAL = f"Toen belde een schipper.\n\nEven open kaart: ik werk bij Deltaplan.\n{LINK}\n\n#water"


@pytest.mark.parametrize(
    "text",
    [
        "Ik werk bij Deltaplan.",
        "Voor de duidelijkheid: ik werk al twaalf jaar bij Deltaplan!",
        "Deltaplan is mijn werkgever.",
        "Ik ben trotse medewerker van Deltaplan",
        "Bij Deltaplan? Daar werk ik niet alleen; ik ben in dienst bij Deltaplan.",
        "(I work at Deltaplan.)",
        "I\u2019m an employee of Deltaplan",
        "I work happily for\nDeltaplan",
        "Deltaplan, my employer, built it.",
    ],
)
def test_it_may_be_said_in_many_ways(text: str) -> None:
    """The sentence of a draft counts, and so do a person's own words."""
    assert discloses(text)


@pytest.mark.parametrize(
    "text",
    ["", "Deltaplan is geweldig.", "Ik werk niet bij Deltaplan.", "Ik werk hier graag.", "I work."],
)
def test_praise_is_no_disclosure(text: str) -> None:
    """Naming the employer, or a denial, does not say that one works there."""
    assert not discloses(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ik ben eerste monteur bij Deltaplan.",
        "Mijn team, de storingslijn van Deltaplan, zoekt er iemand bij.",
        "Een collega van me bij Deltaplan zocht het uit.",
        "Our team at Deltaplan ticked that box.",
    ],
)
def test_a_sentence_about_oneself_with_the_employer_in_it_says_so(text: str) -> None:
    """As the layouts say it; the employer's name alone, or in somebody else's sentence, does not."""
    assert discloses(text, employer="Deltaplan")
    assert not discloses(text, employer="Elders")
    assert not discloses("Deltaplan bouwde het. Ik keek ernaar.", employer="Deltaplan")
    assert not discloses("Ik heb nooit iets bij Deltaplan gedaan.", employer="Deltaplan")


def test_what_is_missing_is_named() -> None:
    """Link and sentence are looked for apart; another link does not count."""
    assert missing(ORIGINAL, original=ORIGINAL, code="abc123") == Missing(
        disclosure=False, link=False
    )
    lost = missing("Mijn zin. https://go.example.org/r/other", original=ORIGINAL, code="abc123")
    assert lost == Missing(disclosure=True, link=True)


def test_the_sentence_goes_back_before_its_link() -> None:
    """Where the link still is on its line the sentence goes above it, as in a draft."""
    text = f"Mijn zin.\n\n{LINK}\n\n#water"
    mended = put_back(text, original=ORIGINAL, code="abc123")
    assert mended == f"Mijn zin.\n\nEven open kaart: ik werk bij Deltaplan.\n{LINK}\n\n#water"


@given(typed=st.text(max_size=200), kept=st.sampled_from(["", LINK, "Ik werk bij D."]))
def test_nothing_is_missing_from_any_text_after_putting_back(typed: str, kept: str) -> None:
    """It completes any text, loses nothing that was typed, and a second time changes nothing."""
    text = f"{typed}\n{kept}" if kept else typed
    mended = put_back(text, original=ORIGINAL, code="abc123")
    assert not missing(mended, original=ORIGINAL, code="abc123")
    assert [word for word in typed.split() if word not in mended] == []
    assert put_back(mended, original=ORIGINAL, code="abc123") == mended


@pytest.mark.parametrize(
    ("text", "employer"),
    [
        ("I'm an engineer at Tallywell, and in May it broke.", "Tallywell Payroll"),
        ("Ik ben klerk bij notariskantoor Van Haeren & Tol.", "Notariskantoor Van Haeren & Tol"),
    ],
)
def test_a_part_of_the_name_is_the_name(text: str, employer: str) -> None:
    """As people say it; a word of it without a capital, or that opens a sentence, may be another."""
    assert disclosure_in(text, employer) == text
    assert disclosure_in("Wij wonen in Tallywell.", "Tallywell Payroll") == ""
    assert disclosure_in("Payroll keeps me at my desk in May.", employer) == ""
    assert disclosure_in("Een notariskantoor doet meer dan wij denken.", employer) == ""
