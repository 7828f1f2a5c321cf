"""What edits teach: only what was done twice, and never anything louder than before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.voice.learning.learning import (
    HABITS,
    Observation,
    Seen,
    apply_lessons,
    learn,
    observe,
)
from tests.builders import NOW, ambassador

DRAFT = (
    "Goed werk herken ik aan de stappen die niemand overslaat 🔧! Drie weken lang klopte de "
    "geweldige sluisdeur niet, en toch bleef de ploeg rustig doorwerken aan de constructie.\n\n"
    "Wat controleer je altijd nog een keer? Ik ben benieuwd naar jouw ervaring met beton.\n\n"
    "Ik werk bij Deltaplan.\nhttps://go.example.org/r/abc#top\n\n#Sluizen #Beton #Water"
)
observations = st.builds(
    Observation,
    habit=st.sampled_from(HABITS),
    most=st.integers(0, 2),
    word=st.sampled_from(["", "mooie", "uniek"]),
)
seen = st.lists(
    st.builds(
        Seen,
        observation=observations,
        post_id=st.sampled_from("abcd"),
        at=st.integers(0, 99).map(lambda day: NOW + timedelta(days=day)),
    ),
    max_size=20,
)


def habits(original: str, final: str) -> set[str]:
    return {each.habit for each in observe(original, final)}


@given(st.text(max_size=300))
def test_an_approved_draft_teaches_nothing(text: str) -> None:
    """A person who approves a text as it was written did nothing that could be a habit."""
    assert observe(text, text) == []


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_edit_can_be_observed(original: str, final: str) -> None:
    """Whatever a person makes of a draft is observed without a fault, each thing once."""
    found = observe(original, final)
    assert len({(each.habit, each.word) for each in found}) == len(found)
    for each in found:
        assert not each.word or each.word in original.casefold()


@given(st.text(alphabet="abc .", min_size=1, max_size=60))
def test_what_is_added_is_no_habit(addition: str) -> None:
    """Adding one's own words removes nothing, so nothing is concluded from it."""
    assert observe(DRAFT, f"{addition} {DRAFT}") == []
    assert observe(DRAFT, f"{DRAFT} {addition}") == []


def test_each_habit_is_seen() -> None:
    """Removed hashtags, a shortened text and a replaced word show."""
    (fewer,) = observe(DRAFT, DRAFT.replace(" #Beton #Water", ""))
    assert fewer == Observation(habit="hashtags", most=1)
    assert habits(DRAFT, DRAFT.replace("#Sluizen #Beton #Water", "")) == {"hashtags"}
    assert observe(DRAFT, DRAFT.replace("geweldige", "zware")) == [
        Observation(habit="word", word="geweldige")
    ]
    assert observe(DRAFT, DRAFT.replace("geweldige ", "")) == [
        Observation(habit="word", word="geweldige")
    ]
    assert "length" in habits(DRAFT, DRAFT.partition("\n\n")[0])


def test_a_rewritten_text_says_nothing_about_words() -> None:
    """Where whole sentences are replaced, no single word was meant."""
    assert "word" not in habits(DRAFT, "Iets heel anders. " * 20)


def test_the_anchor_of_a_link_is_no_hashtag() -> None:
    """What is after # in an address is not counted among the hashtags."""
    link = "https://go.example.org/r/abc#top"
    assert observe(f"Lees dit. {link}", "Lees dit.") == []


@given(observations)
def test_once_is_not_enough(observation: Observation) -> None:
    """The same thing twice in one post, or once in one post, is no lesson; in two posts it is."""
    once = Seen(observation=observation, post_id="a", at=NOW)
    again = replace(once, at=NOW + timedelta(hours=1))
    other = replace(again, post_id="b")
    assert learn([once, again]) == ()
    (lesson,) = learn([once, other])
    assert lesson.dates == (once.at, other.at)


@given(seen)
def test_lessons_do_not_depend_on_the_order(found: list[Seen]) -> None:
    """The same observations teach the same, in any order the posts were approved."""
    unique = list({(each.post_id, each.observation.habit, each.observation.word): each
                   for each in found}.values())  # fmt: skip
    assert learn(unique) == learn(reversed(unique))


@given(seen, st.integers(0, 3), st.sampled_from(["short", "medium", "long"]))
def test_lessons_only_make_a_text_quieter(found: list[Seen], hashtags: int, length: str) -> None:
    """No lesson adds hashtags or length, or forgets a word to avoid; twice is once."""
    person = ambassador(hashtags=hashtags, length=length, avoid=("trots",))
    lengths = ("short", "medium", "long")
    lessons = learn(found)
    taught = apply_lessons(person, lessons)
    assert taught.hashtags <= person.hashtags
    assert lengths.index(taught.length) <= lengths.index(person.length)
    assert taught.avoid[0] == "trots"
    words = [lesson for lesson in lessons if lesson.habit != "length"]
    assert apply_lessons(apply_lessons(person, words), words) == apply_lessons(person, words)


def test_the_length_follows_step_by_step() -> None:
    """Two shortened posts mean one step shorter, four mean two."""
    person = ambassador(length="long")
    shorter = Observation(habit="length")
    posts = [Seen(observation=shorter, post_id=name, at=NOW) for name in "abcd"]
    assert apply_lessons(person, learn(posts[:1])).length == "long"
    assert apply_lessons(person, learn(posts[:3])).length == "medium"
    assert apply_lessons(person, learn(posts)).length == "short"
