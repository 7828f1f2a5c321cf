"""What a source is about is quoted before what is pleasant to know beside it."""

from __future__ import annotations

from typing import Any

import pytest

from services.domain.voice import Composer, OverlapGuard, PostTemplates
from services.domain.voice.angles import ANGLES
from services.domain.voice.facts import extract_facts
from services.domain.voice.request import DraftRequest
from services.domain.voice.weight import ASIDE, MOST
from tests.builders import story, vacancy
from tests.unit.voice.material import crowd, example_content


def weights(**changes: Any) -> dict[str, int]:
    return {fact.text: fact.weight for fact in extract_facts(story(**changes)).sentences}


def test_a_pleasant_detail_weighs_less_than_what_went_wrong() -> None:
    """Whoever reads one sentence reads about the test, not about the cake."""
    body = (
        "The test stopped after eleven minutes. The alderman had brought a cake. "
        "The fault had been in the procedure since 2015."
    )
    found = weights(title="The test that failed", body=body, language="en")
    assert found["The alderman had brought a cake."] == 0
    assert found["The test stopped after eleven minutes."] == MOST
    assert found["The fault had been in the procedure since 2015."] == MOST


@pytest.mark.parametrize(
    ("sentence", "changes"),
    [
        ("Iedereen praat nog over de brug.", {"title": "De brug die bleef hangen"}),
        ("Iedereen praat nog over de sluis.", {"topics": ["sluizen"]}),
        ("Iemand reed veertig kilometer terug.", {}),
        ("De sleutel paste helaas op geen deur.", {}),
        ("De monteur dronk rustig verder.", {}),
    ],
)
def test_each_sign_gives_weight(sentence: str, changes: dict[str, Any]) -> None:
    """Title, topic, number, a change and the work: each lifts a sentence above a neutral one."""
    neutral = "Buiten stond een lange rij bomen."
    changes = {"title": "Zomaar iets", "topics": []} | changes
    found = weights(body=f"Even wachten nog. {neutral} Bomen zijn er. {sentence}", **changes)
    assert found[neutral] == 0
    assert found[sentence] > 0


def test_a_topic_makes_a_sentence_one_about_the_craft() -> None:
    """Also in a trade whose words we do not know; the name of a place is no craft."""
    body = "De wijn rijpt in de kelder. Deventer ligt aan het water."
    facts = extract_facts(story(body=body, topics=["wijnbouw", "kelders", "Deventer"])).sentences
    assert ["craft" in fact.kinds for fact in facts] == [True, False]


@pytest.mark.parametrize("name", sorted(example_content()))
def test_the_first_people_quote_what_weighs(name: str, templates: PostTemplates) -> None:
    """No short text of the first dozen people quotes a detail beside the work."""
    content = example_content()[name]
    aside = {f.text for f in extract_facts(content).sentences if ASIDE in f.kinds}
    composer = Composer(templates)
    for rank, person in enumerate(crowd(12, content.language)):
        request = DraftRequest(
            campaign_id="c", content=content, ambassador=person, network="x", rank=rank, seed=7,
            link="https://zwaan.example/r/abcdefghij",
        )  # fmt: skip
        quoted = composer.compose(request, OverlapGuard()).recipe["facts"]
        assert aside.isdisjoint(fact["text"] for fact in quoted)


def test_an_angle_takes_only_what_its_sentences_can_carry() -> None:
    """Who asks what a job is good for does not answer with the coffee or the training."""
    description = (
        "Je houdt het licht aan voor de hele wijk. De koffie is matig en de lunch is gezellig. "
        "De inwerkperiode duurt acht weken."
    )
    facts = extract_facts(
        vacancy(description=description, challenge="Je werkt ook in de nacht.")
    ).sentences
    angles = {angle.name: angle for angle in ANGLES["vacancy"]}

    def taken(name: str) -> list[str]:
        return [fact.text.split()[1] for fact in facts if angles[name].takes(fact)]

    assert taken("honest") == ["werkt"]
    assert taken("aim") == ["houdt"]
    assert taken("first_weeks") == ["inwerkperiode"]
    assert taken("network") == ["werkt", "houdt", "koffie", "inwerkperiode"]


def test_where_little_is_told_nothing_is_minor() -> None:
    """A story of one pleasant line is still told by whoever asks or doubts."""
    told = story(title="Feest", body="Iedereen praat nog over het zomerfeest.")
    (fact,) = extract_facts(told).sentences
    assert fact.weight == 0
    assert all(angle.takes(fact) for angle in ANGLES["story"] if not angle.requires)
