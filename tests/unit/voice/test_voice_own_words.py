"""One's own words: set in word for word, and counted honestly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.voice.learning.own_words import (
    as_typed,
    changes,
    own_share,
    with_answer,
    without_answer,
)

HOOK = "Goed werk herken ik aan de stappen die niemand overslaat."
TAIL = "Ik werk bij Deltaplan.\nhttps://go.example.org/r/abc #Sluizen"
DRAFT = f"{HOOK}\n\n“De deur klopte niet.” Dat bleef hangen.\n\n{TAIL}"
ANSWER = "De steiger stond er al, en niemand wist van wie hij was."
words = st.lists(st.sampled_from(["de", "brug", "en", "toch", "nooit"]), max_size=30).map(" ".join)


@given(st.text(max_size=200))
def test_an_unchanged_text_holds_no_new_claim(text: str) -> None:
    """Of a text that was approved as it was written, nothing counts as one's own."""
    assert own_share(text, text) == 0


@given(words, words)
def test_the_share_is_a_share(original: str, final: str) -> None:
    """The share lies between nothing and everything; against an empty draft it is everything."""
    assert 0 <= own_share(original, final) <= 1
    assert own_share("", final) == (1 if final else 0)


def test_links_and_hashtags_are_no_own_words() -> None:
    """A link or a hashtag more or less changes nothing about whose words they are."""
    assert own_share("Dit klopt.", "Dit klopt. https://example.org/a #Sluis") == 0


def test_half_of_the_words() -> None:
    """Four own words beside four of the draft are half of the text, wherever they stand."""
    assert own_share("de sluis klopte niet", "zo ging het hier: de sluis klopte niet") == 0.5


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=80))
def test_an_answer_stays_word_for_word(answer: str) -> None:
    """The words of an answer open a text that its person changed, in a paragraph of their own."""
    sentence = as_typed(answer)
    assert sentence.upper().split()[:-1] == answer.upper().split()[:-1]
    answered = with_answer(DRAFT, sentence)
    assert answered == (f"{sentence}\n\n{DRAFT}" if sentence else DRAFT)
    assert without_answer(answered, sentence) == DRAFT


def test_another_answer_replaces_the_first() -> None:
    """Answering again leaves one answer in the text: the last."""
    once = with_answer(DRAFT, ANSWER)
    assert with_answer(once, "Wij belden te laat.", before=ANSWER) == with_answer(
        DRAFT, "Wij belden te laat."
    )


@pytest.mark.parametrize("end", ["!", "?", "…", ".”", " 😅"])
def test_an_answer_keeps_its_own_mark(end: str) -> None:
    """No second mark is put behind a sentence that has one."""
    assert as_typed(f"Zo ging het{end}") == f"Zo ging het{end}"


@given(words, words)
def test_changes_tell_the_whole_text(original: str, final: str) -> None:
    """Kept and added runs make the final text, kept and removed runs the original."""
    found = changes(original, final)
    assert "".join(c.text for c in found if c.kind != "removed") == final
    assert "".join(c.text for c in found if c.kind != "added") == original


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("I gave him a date. I cried a bit, dont put that in.", "I gave him a date."),
        ("Het was koud. Niet in het bericht zetten hoor", "Het was koud."),
        (
            "Dat mag er niet in zitten, zei de keurmeester",
            "Dat mag er niet in zitten, zei de keurmeester.",
        ),
    ],
)
def test_remarks_to_us_are_left_out_of_an_answer(answer: str, told: str) -> None:
    """Everything else stands word for word."""
    assert as_typed(answer) == told
