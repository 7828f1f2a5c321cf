"""Nobody is written about as an outsider in a text of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.domain.ambassador import Ambassador
from services.domain.voice import Composer, Draft, NoDraft, OverlapGuard
from services.domain.voice.facts import OWN, extract_facts
from services.domain.voice.subject import wrote
from services.events.incoming import StoryApproved
from tests.builders import ambassador, story
from tests.unit.voice.material import Content, crowd, example_content, example_people, request

STORIES = [n for n, each in sorted(example_content().items()) if isinstance(each, StoryApproved)]
OWN_WORDS = re.compile(
    r"\b(?:mijn|mij|ik (?:heb|schreef|vertel|het|niet)|(?:heb|schreef|wilde) ik|my|mine"
    r"|i (?:wrote|would|wanted|tell|told|did))\b",
    re.IGNORECASE,
)


def texts(composer: Composer, content: Content, person: Ambassador) -> Iterator[Draft]:
    """Several ranks, variants and both networks."""
    for rank in range(8):
        for variant in range(3):
            for network in ("linkedin", "x"):
                asked = request(content, person, network=network, rank=rank, variant=variant)
                try:
                    yield composer.compose(asked, OverlapGuard())
                except NoDraft:  # pragma: no cover - nothing was added to the guard
                    pytest.fail("a draft was refused")


def author_of(content: Content, **changes: Any) -> Ambassador:
    """The ambassador who wrote this example."""
    (person,) = (each for each in example_people() if wrote(content, each))
    return replace(person, **changes)


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("length", ["short", "medium", "long"])
def test_an_author_speaks_as_the_author(composer: Composer, name: str, length: str) -> None:
    """The author's text says that the story is theirs, and never their name."""
    content = example_content()[name]
    person = author_of(content, length=length)
    for draft in texts(composer, content, person):
        assert draft.angle == "author"
        for part in person.name.split():
            assert not re.search(rf"\b{part}\b", draft.text), draft.text
        assert OWN_WORDS.search(draft.text), draft.text


@pytest.mark.parametrize("name", STORIES)
def test_only_the_author_quotes_the_first_person(composer: Composer, name: str) -> None:
    """What says "I" in the story is quoted by nobody else: it would be somebody else's "I"."""
    content = example_content()[name]
    found = extract_facts(content)
    own = {
        sentence
        for fact in (*found.sentences, *found.passages)
        if OWN in fact.kinds
        for sentence in fact.sentences
    }
    for person in crowd(12, content.language):
        for draft in texts(composer, content, person):
            quoted = {fact["text"] for fact in draft.recipe["facts"]}
            first = re.compile(r"\b(?:ik|mijn|mij|my|me)\b", re.IGNORECASE)
            assert not any(first.search(text) for text in quoted & own), draft.text


@pytest.mark.parametrize("name", sorted(example_content()))
def test_nobody_is_quoted_in_the_third_person(composer: Composer, name: str) -> None:
    """A sentence that names the person who would post it is left to the others."""
    content = example_content()[name]
    for person in example_people():
        if person.language != content.language:
            continue
        first = person.name.split()[0]
        for draft in texts(composer, content, person):
            own = draft.text.replace(f"“{content.title}”", "")
            assert not re.search(rf"\b{first}\b", own), draft.text


def test_a_namesake_of_the_author_claims_nothing(composer: Composer) -> None:
    """Whoever only shares the author's name did not write it, and is not spoken of by it."""
    person = ambassador(name="Fatima El Idrissi")
    content = story(author={"name": "Fatima El Idrissi", "email": "fatima@example.org"})
    for draft in texts(composer, content, person):
        assert draft.angle != "author"
        assert "Fatima" not in draft.text


def test_a_colleague_is_called_by_their_first_name(composer: Composer) -> None:
    """Whoever shares a colleague's story says whose it is."""
    content = story(author={"name": "Fatima El Idrissi"})
    found = {draft.text for draft in texts(composer, content, ambassador())}
    assert any(re.search(r"\b(?:van|door|dat|wat) Fatima\b(?! El)", text) for text in found)


@pytest.mark.parametrize(
    ("author", "email", "written"),
    [
        ({"name": "Anna", "email": "ANNA@example.org"}, "anna@example.org", True),
        ({"name": "Anna", "email": "other@example.org"}, "anna@example.org", False),
        ({"name": "Person 1"}, "anna@example.org", False),
        (None, "anna@example.org", False),
    ],
)
def test_an_author_is_known_by_address(author: Any, email: str, written: bool) -> None:
    """The address decides, in any case; a name alone does not."""
    assert wrote(story(author=author), ambassador(email=email)) is written


def test_a_story_told_by_an_i_is_quoted_by_its_authors_name(composer: Composer) -> None:
    """Where nearly every sentence says "I", each quotation says whose "I" it is."""
    content = story(
        author={"name": "Fatima El Idrissi"},
        body="Ik belde de monteur pas om tien uur. Ik had de tekening niet gelezen. "
        "Mijn fout kostte de ploeg een halve dag. Ik vroeg de tekenaar om hulp.",
    )
    quoted = 0
    for draft in texts(composer, content, ambassador()):
        parts = draft.recipe["parts"]
        for place in ("quote", "lead"):
            if place in parts:
                quoted += 1
                assert "Fatima" in parts[place], draft.text
        assert "again" not in parts
    assert quoted > 10


def test_a_story_told_by_an_i_without_a_name_is_refused(composer: Composer) -> None:
    """Nobody else can say "I" for an author who is not named."""
    content = story(body="Ik belde de monteur pas om tien uur. Ik had de tekening niet gelezen.")
    with pytest.raises(NoDraft, match="no sentence that can be quoted"):
        composer.compose(request(content, ambassador()), OverlapGuard())
