"""What a story is about, as a hashtag and as words in a sentence."""

from __future__ import annotations

import pytest

from services.voice.writing.subject import hashtags_of


@pytest.mark.parametrize(
    ("topic", "hashtag"),
    [
        ("energie transitie", "#EnergieTransitie"),
        ("Énergie verte", "#ÉnergieVerte"),
        ("e-mobility", "#EMobility"),
        ("kabelwerk", "#kabelwerk"),
        ("veiligheid op het werk", "#VeiligheidOpHetWerk"),
    ],
)
def test_words_of_a_topic_become_one_hashtag(topic: str, hashtag: str) -> None:
    """Each word of several begins with a capital, so that the eye finds them again."""
    assert hashtags_of((topic,)) == (hashtag,)


def test_what_cannot_be_a_hashtag_is_left_out() -> None:
    """Signs alone, a number, one letter, a sentence, and doubles in another case."""
    topics = ("C++", "2026", "?!", "een onderwerp dat nog veel langer is dan dit", "Data", "data")
    assert hashtags_of(topics) == ("#Data",)
