"""No text that is composed holds a word that the organisation does not use."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.voice import Composer, Dealt
from services.voice.checking.block_list import BlockedWord, BlockList
from services.voice.writing.relations import Relation
from tests.unit.voice.material import (
    compose_all,
    crowd,
    example_content,
    example_people,
    request,
    shipped_templates,
)

TEMPLATES = shipped_templates()


def blocked(*words: str) -> BlockList:
    return BlockList(BlockedWord(word=word, reason="daarom") for word in words)


def found(text: str, *words: str) -> list[str]:
    return [one.word for one in blocked(*words).found_in(text)]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Dat is GOEDKOOP.", "goedkoop"),
        ("Een café erbij", "Cafe"),
        ("Een cafe erbij", "café"),
        ("Een cafe\u0301 erbij", "café"),
        ("Het is go\u00aded\u200bkoop", "goedkoop"),
        ("De kost-prijs telt", "kost prijs"),
        ("De kostprijs telt", "kost prijs"),
        ("Kijk: #KostPrijs", "kost prijs"),
        ("De goedkoopste", "goedkoop*"),
        ("Goedkoop", "goedkoop*"),
        ("The world’s leading firm", "world's leading"),
        ("Straße", "strasse"),
    ],
)
def test_a_word_is_found_however_it_is_written(text: str, word: str) -> None:
    """Case, accents, hyphens, hashtags and invisible characters hide nothing."""
    assert found(text, word) == [word]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Jerusalem", "sale"),
        ("De goedkoopste", "goedkoop"),
        ("De kosten en de prijs", "kost prijs"),
        ("Zie https://example.org/sale/x", "sale"),
        ("Wat dan ook", "---"),
        ("Ongoedkoop", "goedkoop*"),
        ("", "sale"),
    ],
)
def test_only_whole_words_are_found(text: str, word: str) -> None:
    """A part of another word, and an address, are left alone."""
    assert found(text, word) == []


def test_each_word_is_listed_once_in_the_order_of_the_text() -> None:
    """What is told first is what is read first."""
    assert found("Twee, een, twee, een", "een", "twee") == ["twee", "een"]


@given(
    st.text(alphabet="abcé ", min_size=1, max_size=12),
    st.text(alphabet="abcé .-", max_size=40),
)
@example("a aa", "aa.a")
def test_finding_agrees_with_a_plain_search(word: str, text: str) -> None:
    """For any phrase, what is found is what a search for its whole words finds."""
    plain = [re.sub("é", "e", part) for part in (word, text)]
    parts = re.findall(r"\w+", plain[0])
    separated = rf"(?<!\w){'[^a-z]+'.join(parts)}(?!\w)"
    joined = rf"(?<!\w){''.join(parts)}(?!\w)"
    expected = bool(parts) and bool(re.search(f"{separated}|{joined}", plain[1]))
    assert bool(found(text, word)) is expected


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("network", ["linkedin", "x"])
def test_no_draft_holds_a_blocked_word(language: str, network: str) -> None:
    """Passages and layouts with such a word are passed over, and most people still have a text."""
    words = {"nl": ("verhaal", "bakker*"), "en": ("story", "engineer*")}
    names = {"nl": "nl-de-mof-van-hengelo", "en": "en-forty-seconds"}
    content = example_content()[names[language]]
    author = next(one for one in example_people() if one.name == content.author.name)
    composer = Composer(TEMPLATES, blocked(*words[language]))
    people = [replace(one, team=author.team) for one in crowd(9, language)]
    made = compose_all(composer, content, people, [network], colleagues=[author])
    drafts = [draft for _, draft in made]
    assert not any(composer.blocked.found_in(draft.text) for draft in drafts)
    assert any(draft.text for draft in drafts)


def test_where_every_text_would_hold_one_there_is_a_question() -> None:
    """No one is left without anything: their own words can do without it."""
    (person,) = crowd(1, "nl")
    content = example_content()["nl-netplanner"]
    asked = request(content, person, as_if=Relation.TEAM)
    draft = Composer(TEMPLATES, blocked("zwaan")).compose(asked, Dealt())
    assert (draft.text, draft.why) == ("", "words")
    assert draft.question
