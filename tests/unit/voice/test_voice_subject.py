"""What a story is about, as a hashtag and as words in a sentence."""

from __future__ import annotations

import pytest

from services.domain.voice.subject import hashtags_of, topics_of
from tests.builders import story, vacancy


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


@pytest.mark.parametrize(
    ("language", "topics", "named"),
    [
        ("nl", ["storingen", "brug", "duurzame energie", "Zwolle", "omgeving"], [0, 2]),
        ("en", ["substations", "bridge", "high voltage", "Zwolle", "control room"], [0, 2]),
        ("fr", ["stations"], []),
    ],
)
def test_a_topic_stands_in_a_sentence_where_it_needs_no_article(
    language: str, topics: list[str], named: list[int]
) -> None:
    """ "Over storingen" is Dutch and "over brug" is not; the hashtag has both."""
    found = topics_of(story(language=language, topics=topics))
    assert found == tuple(topics[at] for at in named)


def test_a_vacancy_has_no_topics() -> None:
    """It is named by its title."""
    assert topics_of(vacancy()) == ()
