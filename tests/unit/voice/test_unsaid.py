"""What no text can be written about is known before anybody is asked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.voice import PostTemplates, unsaid
from services.domain.voice.block_list import BlockList
from services.domain.voice.plan import Planner
from services.events.incoming import StoryApproved
from tests.builders import story, vacancy
from tests.unit.voice import short_stories
from tests.unit.voice.material import example_content

TEMPLATES = PostTemplates.load(organisation="Deltaplan")
PLAIN = "Drie weken lang klopte de sluisdeur niet."
OWN_WORDS = "Ik stond drie weken lang elke ochtend bij de sluisdeur in Utrecht."


@pytest.mark.parametrize("name", sorted(example_content()))
def test_every_example_can_be_told(name: str) -> None:
    """None of the examples is refused before anybody is asked."""
    assert unsaid(example_content()[name]) is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (story(body="Goed nieuws!"), "it is too short"),
        (story(body="DE SLUISDEUR KLOPTE DRIE WEKEN LANG NIET."), "it is in capitals"),
        (story(body="Drie weken lang klopte de sluisdeur niet"), "none ends with a full stop"),
        (story(body="Wat een prachtige nieuwe sluisdeur!"), "none ends with a full stop"),
        (story(body=f"Drie weken{' en drie weken' * 8} klopte hij niet."), "longer than 20 words"),
        (
            story(body="Zie daarvoor ook https://example.org/sluis."),
            "no sentence that can be quoted",
        ),
        (story(body=OWN_WORDS), "all say I"),
        (story(body=short_stories.ARABIC), "its text is in another language"),
        (story(language="fr"), 'nobody writes in "fr"'),
        (vacancy(title="!!!"), "no readable title"),
        (story(title="!!!"), "no readable title"),
    ],
)
def test_what_nobody_could_tell_is_refused(content: StoryApproved, reason: str) -> None:
    """Each reason is said, with what to do about it."""
    refusal = unsaid(content)
    assert refusal is not None
    assert reason in str(refusal)
    assert refusal.remedy


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from([OWN_WORDS, "Goed nieuws!", "Toen belde een schipper.", PLAIN])),
    st.sampled_from([None, {"name": "Anna de Wit"}]),
    st.sampled_from(["", PLAIN]),
)
def test_it_is_what_a_plan_would_find(
    sentences: list[str], author: dict[str, str] | None, title: str
) -> None:
    """Refused before asking exactly when the plan of the texts has no sentence to quote."""
    about = story(title=title or "De sluis", body=" ".join(["Zie:", *sentences]), author=author)
    plan = Planner(about, language="nl", seed=7, templates=TEMPLATES, blocked=BlockList()).plan()
    assert (unsaid(about) is None) == (plan.sentences > 0)


def test_what_somebody_can_tell_is_not() -> None:
    """An author's own words are quoted by name; a vacancy abroad is told in the reader's words."""
    assert unsaid(story(language="nl-BE")) is None
    assert unsaid(story(body=OWN_WORDS, author={"name": "Anna de Wit"})) is None
    assert unsaid(vacancy(language="fr")) is None
