"""What a language model may make of a draft, and what of its answers is never used."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.ambassador import Ambassador
from services.domain.network_rules import OURS
from services.domain.voice import Composer, NoDraft
from services.domain.voice.apply_profile import as_they_write
from services.domain.voice.block_list import BlockedWord, BlockList
from services.domain.voice.claims import house_words
from services.domain.voice.rephrase import Frame, frame_of, prompt_of, rephrased
from tests.unit.voice.material import crowd, example_content, link_of, request, shipped_templates

COMPOSER = Composer(shipped_templates())
HOUSE = house_words(COMPOSER.templates, "nl")
STORY = example_content()["nl-de-stille-lijn"]
(PERSON,) = crowd(1, "nl")
ANNA = replace(
    PERSON, role="monteur", crafts=("kabelwerk",), address_form="je", emoji=0, length="short"
)
PASSAGE = "“Wij wisten niet wie in de wijk van stroom afhankelijk was. De huisarts wist het wel.”"
OPENING = "Zo vertelt een collega van me het."
CLOSING = "Ik werk bij Zwaan. {}"
PARTS = {"passage": PASSAGE, "disclosure": "Ik werk bij Zwaan."}


def composed(person: Ambassador = ANNA) -> str:
    closing = CLOSING.format(link_of(person, "linkedin"))
    return "\n\n".join(
        filter(None, (person.opening, f"{OPENING}\n\n{PASSAGE}", closing, person.ending))
    )


def framed(person: Ambassador = ANNA) -> Frame:
    return frame_of(composed(person), PARTS, as_they_write(person, STORY.language))


def answered(answer: str, *, person: Ambassador = ANNA, blocked: BlockList | None = None) -> str:
    return rephrased(
        answer,
        framed(person),
        person,
        rules=OURS["linkedin"],
        link=link_of(person, "linkedin"),
        sources=COMPOSER.sources(request(STORY, person)),
        house=HOUSE,
        blocked=blocked or BlockList(),
    )


def good(_person: Ambassador = ANNA) -> str:
    """Other words around the same passage."""
    return f"Hier vertelt een collega het, want zo gaat het.\n\n{PASSAGE}\n\nHoe is dat bij jou?"


def test_only_the_sentences_are_handed_out() -> None:
    """Own lines, disclosure and link stay outside, and come back where they were."""
    own = replace(ANNA, opening="Even uit de kabelgoot.", ending="Groet vanaf de straat.")
    frame = framed(own)
    assert frame.around(frame.core) == composed(own)
    assert frame.core == f"{OPENING}\n\n{PASSAGE}"


def test_a_passage_alone_is_not_handed_out() -> None:
    """There is nothing in it that anybody may put in other words."""
    text = f"{PASSAGE}\n\n{CLOSING.format('https://example.org/r/a')}"
    with pytest.raises(NoDraft, match="no sentence"):
        frame_of(text, PARTS, ANNA)


def test_the_question_tells_nothing_about_who_they_are() -> None:
    """Language, form of address, work and words to avoid are asked for; name and address are not."""
    person = replace(ANNA, name="Anna Geheim", email="geheim@example.org", avoid=("trots",))
    prompt = prompt_of(framed(person), person)
    asked = prompt.instructions + prompt.text
    for said in (
        "Dutch",
        "je",
        "monteur",
        "kabelwerk",
        "trots",
        "<post>",
        f"<keep>{PASSAGE}</keep>",
    ):
        assert said in asked
    for kept in ("Geheim", "geheim", "http", "Ik werk bij"):
        assert kept not in asked
    assert len(prompt.sha256) == 64


def test_other_words_around_the_same_passage_are_used() -> None:
    """A good answer takes the place of the sentences; everything around them is as it was."""
    text = answered(good())
    frame = framed()
    assert text == frame.around(good())
    assert text.endswith(frame.after)
    assert (
        answered(f"\n<post>\n{good().replace(PASSAGE, f'<keep>{PASSAGE}</keep>')}\n</post>\n")
        == text
    )


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda _: "", "is empty"),
        (lambda text: text + " Het is weer zo ver in de straat." * 40, "is too long"),
        (lambda text: text.replace("collega", "col\x07lega"), "cannot be seen"),
        (lambda text: f"{text} https://evil.example", "link"),
        (lambda text: f"{text} evil.com/x", "link"),
        (lambda text: f"{text} #samen", "hashtag"),
        (lambda text: f"**{text}**", "markup"),
        (lambda text: f"{text} {{{{ title }}}}", "markup"),
        (lambda text: f"{text} <b>x</b>", "markup"),
        (lambda text: f"{text} Vraag het @anna.", "markup"),
        (lambda text: f"As an AI, ik {text}", "machine"),
        (lambda text: f"Ik werk bij Zwaan. {text}", "employer"),
        (lambda text: re.sub("“[^”]*”", "“Iets heel anders.”", text), "changes the passage"),
        (lambda text: re.sub("“[^”]*”", "", text), "changes the passage"),
        (lambda text: text.replace("Hier", "“Hier"), "quotation"),
        (lambda text: f"{text} Kom kijken!", "shouts"),
        (lambda text: f"GEWELDIG. {text}", "shouts"),
        (lambda text: f"{text} 🎉", "emoji"),
        (lambda _: "I had to stop at this line and it is the way that it goes here, for the most.", "passage"),
        (lambda text: text.replace("Hier vertelt een collega het, want zo gaat het.", "I had to stop at this line and it is the way that it goes."), "language"),
        (lambda text: text.replace("jou", "u"), "form"),
        (lambda text: f"{text} Dit is de mooiste ploeg.", "boasts"),
        (lambda text: f"{text} Het waren er 9431.", "number 9431"),
        (lambda text: f"{text} Het waren er negentien.", "number negentien"),
        (lambda text: f"{text} Dat zei Maximiliaan ook.", "name Maximiliaan"),
        (lambda text: f"{text} De koffie is gratis.", "De koffie is gratis"),
        (lambda text: f"{text} Wij geven elke nieuwe collega een fiets.", "elke nieuwe collega een fiets"),
        (lambda text: text.replace("”\n", "” Maar dat klopt niet.\n", 1), "the contrary of the draft"),
        (lambda text: text.replace("“", "Het is niet waar: “", 1), "the contrary of the draft"),
    ],
)  # fmt: skip
def test_a_broken_promise_is_told(spoil: object, why: str) -> None:
    """Each promise that an answer breaks keeps it out, with the reason in words."""
    assert callable(spoil)
    with pytest.raises(NoDraft, match="language model's text") as refused:
        answered(spoil(good()))
    assert why in str(refused.value)


def test_words_that_are_not_used_keep_it_out() -> None:
    """The organisation's list and the person's own words to avoid hold for an answer as well."""
    blocked = BlockList([BlockedWord(word="vertelt", reason="Daarom.")])
    with pytest.raises(NoDraft, match="vertelt"):
        answered(good(), blocked=blocked)
    with pytest.raises(NoDraft, match="its author avoids"):
        answered(good(), person=replace(ANNA, avoid=("vertelt",)))


@given(st.text(max_size=400))
def test_no_answer_changes_what_stands_around(answer: str) -> None:
    """Whatever comes back is refused, or has the same disclosure, link and hashtags at its end."""
    frame = framed()
    try:
        text = answered(answer)
    except NoDraft:
        return
    assert text.startswith(frame.before)
    assert text.endswith(frame.after)
