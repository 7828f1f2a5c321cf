"""Who says what, in a paragraph."""

from __future__ import annotations

import pytest

from services.voice.passages import SourceText
from services.voice.passages.sentences import Source
from tests.unit.voice.sources import story, texts_of


def _told(body: str, language: str = "nl") -> list[tuple[str | None, str, bool]]:
    content = story(body, language=language)
    source = Source(SourceText(content))
    return [(each.speaker, each.text, each.whole) for each in source.sentences]


def test_a_quotation_of_several_sentences_has_one_speaker() -> None:
    """Each sentence is the speaker's; what follows is told by the narrator again."""
    body = (
        "“Niemand had gekrast. Dat kost een minuut,” zegt Fatima El Idrissi, monteur in Hengelo."
        " De ploeg ging terug."
    )
    assert _told(body) == [
        ("Fatima El Idrissi", "Niemand had gekrast.", True),
        ("Fatima El Idrissi", "Dat kost een minuut.", True),
        (None, "De ploeg ging terug.", True),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "“Ik zag het pas laat,” zegt Jan de Wit. “Toen belde ik meteen.”",
        '"Ik zag het pas laat", zegt Jan de Wit. "Toen belde ik meteen."',
        "‘Ik zag het pas laat’, zegt Jan de Wit. ‘Toen belde ik meteen.’",
        "Jan de Wit zegt: “Ik zag het pas laat.” En hij zegt: “Toen belde ik meteen.”",
    ],
)
def test_a_speaker_goes_on_after_the_closing_mark(body: str) -> None:
    """Whatever the marks, both parts are Jan's, whole, and distinguished."""
    assert [each for each in _told(body) if each[0] is not None] == [
        ("Jan de Wit", "Ik zag het pas laat.", True),
        ("Jan de Wit", "Toen belde ik meteen.", True),
    ]


def test_half_a_sentence_is_not_whole() -> None:
    """What "she says" cuts in two is used neither way."""
    told = _told("“It was cold,” says Ann Hall, “and I stood there alone.”", "en")
    assert [whole for _, text, whole in told if text.startswith("It was cold")] == [False]
    assert not texts_of(
        story("“It was cold,” says Ann Hall, “and I stood there alone.”", language="en")
    )


def test_a_quotation_that_never_closes_is_not_whole() -> None:
    """A mark that was forgotten spoils what is behind it, and no more."""
    told = _told("De brug ging open. “Ik zag het pas laat, zegt Jan de Wit. Niemand belde.")
    assert told[0] == (None, "De brug ging open.", True)
    assert not any(whole for _, _, whole in told[1:])


def test_a_pronoun_means_the_person_named_last() -> None:
    """ "zegt ze" is Samira, by her full name."""
    told = _told("Verzorgende Samira Bouali telde mee. “Ze sliepen slecht door ons,” zegt ze.")
    assert told[1] == ("Samira Bouali", "Ze sliepen slecht door ons.", True)


def test_a_surname_is_the_full_name() -> None:
    """ "De Wit zegt" is Jan de Wit, once he was named."""
    told = _told("Monteur Jan de Wit kwam kijken. “Het was een lek,” zei De Wit.")
    assert told[1][0] == "Jan de Wit"


def test_words_held_at_arms_length_are_the_narrators() -> None:
    """A title or a word between marks is no speech."""
    told = _told("De cursus “Veilig graven” duurt een dag. Hij heet bij ons “de kuil”.")
    assert [speaker for speaker, _, _ in told] == [None, None]


def test_an_interview_is_spoken_by_the_one_who_is_asked() -> None:
    """Where headings ask, "ik" is the one who was introduced, not who wrote it down."""
    body = (
        "Naima Chaoui werkt in de apotheek.\n\n### Wat was er?\n\nIk vond acht zakken in de kast."
        "\n\n### Wat deed je toen?\n\nIk heb de leverancier gebeld."
    )
    content = story(body, author={"name": "Redactie Binnenplein"})
    source = Source(SourceText(content))
    assert [each.speaker for each in source.sentences] == [None, "Naima Chaoui", "Naima Chaoui"]


def test_a_blog_with_questions_is_no_interview() -> None:
    """Where no one is spoken to, "ik" stays who wrote it."""
    body = (
        "Naima Chaoui belde mij.\n\n### Wat was er?\n\nIk vond acht zakken in de kast."
        "\n\n### En toen?\n\nIk heb de leverancier gebeld."
    )
    content = story(body, author={"name": "Jan de Wit"})
    source = Source(SourceText(content))
    assert [each.speaker for each in source.sentences] == [None, None, None]


def test_a_speech_of_two_paragraphs_has_one_speaker() -> None:
    """Only the last paragraph closes, and names who spoke all along."""
    body = (
        "“Ik stond er alleen voor. Om drie uur viel het licht uit.\n\n“Toen belde ik mijn vader,”"
        " vertelt sluiswachter Kees de Boer."
    )
    assert [(speaker, whole) for speaker, _, whole in _told(body)] == [("Kees de Boer", True)] * 3
