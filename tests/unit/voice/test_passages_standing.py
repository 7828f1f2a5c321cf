"""Passages that a stranger understands, and those that lean on what stood before."""

from __future__ import annotations

import pytest

from services.domain.voice.passages import find_passages
from tests.unit.voice.sources import story, texts_of


@pytest.mark.parametrize(
    ("before", "leaning"),
    [
        (
            "Bij de sluis lag een kabel.",
            "Dat duurde elf weken, en niemand wist waarom het zo lang duurde.",
        ),
        (
            "Bij de sluis lag een kabel.",
            "Hij was elf weken te laat, en niemand wist waarom dat was.",
        ),
        (
            "De pomp liep 361 keer vast.",
            "Nu zitten we op 90 keer, en niemand had dat van ons verwacht.",
        ),
        (
            "De pomp liep vaak vast.",
            "De oplossing kostte elf euro, en niemand had er eerder aan gedacht.",
        ),
        ("De pomp liep vaak vast.", "In die elf weken stond het water te hoog bij drie bedrijven."),
        (
            "De pomp liep vaak vast.",
            "Het tweede plan mislukte na elf weken, omdat niemand het las.",
        ),
        (
            "De pomp had kabels met kernen.",
            "De kernen waren verkeerd verbonden, en niemand had het gezien.",
        ),
        ("We wachtten.", "Drie bedrijven wachtten langer, en niemand had ze dat verteld."),
    ],
)
def test_a_leaning_sentence_begins_no_dutch_passage(before: str, leaning: str) -> None:
    """Pronouns, counts, ordinals and nouns that were named before send the passage upwards."""
    content = story(f"{before} Er gebeurde verder weinig die dag.\n\n## Later\n\n{leaning}")
    assert not any(text.startswith(leaning) for text in _alone(content))


@pytest.mark.parametrize(
    ("before", "leaning"),
    [
        ("A cable lay by the lock.", "It took eleven weeks, and nobody knew why it took so long."),
        ("A cable lay by the lock.", "They were eleven weeks late, and nobody knew why that was."),
        ("The pump failed 361 times.", "Now we are at 90, and nobody had expected that of us."),
        (
            "The pump often failed.",
            "The fix was four lines long, and nobody had thought of it before.",
        ),
        ("The pump often failed.", "In the first week it failed nine times, and nobody noticed."),
        (
            "The cable has cores.",
            "The cores were wired wrongly, and nobody had seen it in eleven weeks.",
        ),
        (
            "Len Okafor came.",
            "Retired bus driver Ann Hall solved it by leaving two messages a day.",
        ),
        ("We waited.", "Nine of them wanted to be told earlier, and nobody had told them."),
    ],
)
def test_a_leaning_sentence_begins_no_english_passage(before: str, leaning: str) -> None:
    """The same in English."""
    content = story(f"{before} Little else happened.\n\n## Later\n\n{leaning}", language="en")
    assert not any(text.startswith(leaning) for text in _alone(content))


def _alone(content: object) -> list[str]:
    found = find_passages(content)  # type: ignore[arg-type]
    return [each.text for each in found.chosen]


def test_a_passage_is_extended_upwards() -> None:
    """A sentence that leans stands behind the one it leans on."""
    body = "Wim Dekkers ontdekte om half negen dat de pomp stilstond. Hij heeft hem met een hark losgemaakt."
    assert texts_of(story(body)) == [body]


def test_the_noun_has_the_article_of_the_source() -> None:
    """A question can be asked about it: "Wat had de sluis met jou te maken?"."""
    body = "Op 3 mei liep de sluis elf keer vol. Niemand had de sluis nagekeken, omdat het zondag was."
    (passage,) = find_passages(story(body, title="Water in de sluis")).chosen
    assert passage.noun == "de sluis"


def test_a_noun_in_doubt_is_none() -> None:
    """Without an article in the source there is nothing to ask about."""
    body = "Twaalf vrijwilligers bellen elke zondag driehonderd mensen, en niemand hangt op."
    (passage,) = find_passages(story(body)).chosen
    assert passage.noun == ""
