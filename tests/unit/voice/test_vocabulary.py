"""The word lists, and how they are asked."""

from __future__ import annotations

import pytest

from services.voice.vocabulary import WordList, plain_words, vocabulary


@pytest.mark.parametrize(
    ("lines", "text", "found"),
    [
        (["lek"], "Het lek is dicht", True),
        (["lek"], "Het lekte", False),
        (["lek*"], "Het lekte", True),
        (["*tig"], "Er waren tweeëntachtig", True),
        (["te laat"], "Ze kwam te laat", True),
        (["te laat"], "Te vroeg, laat staan", False),
        (["collega’s"], "Mijn collega's", True),
    ],
)
def test_words_and_phrases_are_found(lines: list[str], text: str, found: bool) -> None:
    """Whole words, beginnings, endings and phrases, without case."""
    assert WordList(lines).within(plain_words(text)) is found


def test_a_language_without_lists_is_refused() -> None:
    """No one is judged by the words of another language."""
    with pytest.raises(KeyError):
        vocabulary("fr")
