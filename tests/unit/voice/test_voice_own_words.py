"""One's own words: set in word for word, and counted honestly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.network_rules import OURS
from services.domain.network_text import measure_text
from services.domain.voice.own_words import as_sentence, changes, own_share, with_answer

HOOK = "Goed werk herken ik aan de stappen die niemand overslaat."
TAIL = "Ik werk bij Deltaplan.\nhttps://go.example.org/r/abc #Sluizen"
DRAFT = f"{HOOK}\n\n“De deur klopte niet.” Dat bleef hangen.\n\n{TAIL}"
ANSWER = "De steiger stond er al, en niemand wist van wie hij was"
words = st.lists(st.sampled_from(["de", "brug", "en", "toch", "nooit"]), max_size=30).map(" ".join)


@given(st.text(max_size=200))
def test_an_unchanged_text_is_nobody_elses_claim(text: str) -> None:
    """Of a text that was approved as it was written, nothing counts as one's own."""
    assert own_share(text, text) == 0


@given(words, words)
def test_the_share_is_a_share(original: str, final: str) -> None:
    """The share lies between nothing and everything; against an empty draft it is everything."""
    assert 0 <= own_share(original, final) <= 1
    assert own_share("", final) == (1 if final else 0)


def test_links_and_hashtags_are_nobodys_words() -> None:
    """A link or a hashtag more or less changes nothing about whose words they are."""
    assert own_share("Dit klopt.", "Dit klopt. https://example.org/a #Sluis") == 0


def test_half_of_the_words() -> None:
    """Four own words beside four of the draft are half of the text, wherever they stand."""
    assert own_share("de sluis klopte niet", "zo ging het hier: de sluis klopte niet") == 0.5


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=80))
def test_an_answer_stays_word_for_word(answer: str) -> None:
    """The words of an answer stand in the text as they were typed, in a paragraph of their own."""
    sentence = as_sentence(answer)
    assert sentence.split()[:-1] == answer.split()[:-1]
    if sentence:
        blocks = with_answer(OURS["linkedin"], DRAFT, answer, original=DRAFT).split("\n\n")
        assert blocks[:2] == [HOOK, sentence]
        assert "\n\n".join([blocks[0], *blocks[2:]]) == DRAFT


def test_a_title_and_an_own_line_come_first() -> None:
    """The answer follows the first paragraph of prose, not a title or the usual opening line."""
    titled = f"Even dit.\n\n“De sluisdeur”\n\n{DRAFT}"
    blocks = with_answer(
        OURS["linkedin"], titled, ANSWER, original=titled, opening="Even dit."
    ).split("\n\n")  # fmt: skip
    assert blocks.index(f"{ANSWER}.") == blocks.index(HOOK) + 1


def test_another_answer_replaces_the_first() -> None:
    """Answering again leaves one answer in the text: the last."""
    once = with_answer(OURS["linkedin"], DRAFT, ANSWER, original=DRAFT)
    twice = with_answer(
        OURS["linkedin"], once, "Wij belden te laat.", original=DRAFT, before=ANSWER
    )
    assert twice == with_answer(OURS["linkedin"], DRAFT, "Wij belden te laat.", original=DRAFT)


def test_on_x_an_answer_beats_what_was_generated() -> None:
    """Where both do not fit, the answer takes the opening's place; link and disclosure stay."""
    draft = f"{HOOK} {HOOK} Wat sla je nooit over?\n\n{TAIL}"
    answered = with_answer(OURS["x"], draft, ANSWER + " " + ANSWER, original=draft)
    assert answered == f"{ANSWER} {ANSWER}.\n\n{TAIL}"
    assert measure_text(OURS["x"], answered).valid


def test_nothing_of_ones_own_makes_room() -> None:
    """An opening that the person wrote stays, even where the text becomes too long for it."""
    edited = f"{'Mijn eigen zin. ' * 10}\n\n{TAIL}"
    answered = with_answer(OURS["x"], edited, ANSWER, original=DRAFT)
    assert answered.startswith("Mijn eigen zin.")
    assert ANSWER in answered


@pytest.mark.parametrize("end", ["!", "?", "…", ".”"])
def test_an_answer_keeps_its_own_mark(end: str) -> None:
    """No second mark is put behind a sentence that has one."""
    assert as_sentence(f"Zo ging het{end}") == f"Zo ging het{end}"


@given(words, words)
def test_changes_tell_the_whole_text(original: str, final: str) -> None:
    """Kept and added runs make the final text, kept and removed runs the original."""
    found = changes(original, final)
    assert "".join(c.text for c in found if c.kind != "removed") == final
    assert "".join(c.text for c in found if c.kind != "added") == original
