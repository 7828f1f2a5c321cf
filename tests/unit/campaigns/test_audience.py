"""Who fits a story or vacancy, in which order people are asked, and who is asked first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.campaigns.rules.matching import (
    CRAFT,
    LANGUAGE,
    REGION,
    TEAM,
    Ground,
    Strength,
    in_words,
    match,
    strength,
    topics_in_common,
)
from services.campaigns.rules.selection import (
    History,
    Invitation,
    added_by,
    handful,
    select_audience,
)
from services.events.incoming import StoryApproved
from services.people.rules.ambassador import Ambassador
from services.people.rules.crafts import craft_key
from tests.builders import ambassador, story, vacancy
from tests.unit.voice.material import example_content, example_people

STORIES = [n for n, each in sorted(example_content().items()) if isinstance(each, StoryApproved)]
CRAFTS = ("constructie", "Beton", "data", "database", "C++", "C#", "Netplanning", "medium voltage")
TEAMS = ("", "Waterkeringen", "Bruggen")
PLACES = ("", "Utrecht", "Ede")

people = st.lists(
    st.builds(
        lambda number, crafts, team, region, language: ambassador(
            number, crafts=crafts, role="", team=team, region=region, language=language
        ),
        st.integers(1, 60),
        st.lists(st.sampled_from(CRAFTS), max_size=4, unique=True).map(tuple),
        st.sampled_from(TEAMS),
        st.sampled_from(PLACES),
        st.sampled_from(("nl", "en")),
    ),
    max_size=30,
    unique_by=lambda person: person.id,
)
contents = st.one_of(
    st.builds(
        lambda crafts, team, location, language: vacancy(
            crafts=crafts, team=team, location=location, language=language
        ),
        st.lists(st.sampled_from(CRAFTS), max_size=4),
        st.sampled_from((None, "Waterkeringen")),
        st.sampled_from((None, "Utrecht", "Nederland")),
        st.sampled_from(("nl", "en", "fr")),
    ),
    st.builds(
        lambda topics, language: story(topics=topics, language=language),
        st.lists(st.sampled_from((*CRAFTS, *TEAMS[1:])), max_size=4),
        st.sampled_from(("nl", "nl-BE", "en", "fr")),
    ),
)
histories = st.builds(
    History,
    asked_lately=st.integers(0, 12),
    days_since=st.none() | st.floats(0, 28),
    shared=st.integers(0, 9),
    declined=st.integers(0, 9),
    paused=st.booleans(),
    weekly_cap=st.integers(0, 14),
)


ABOUT_WATER = "je wilt delen over: water management"
NAMED = "het verhaal noemt: Waterkeringen, Utrecht"
OWN = "dit is jouw verhaal"
READS = "je schrijft in deze taal"


@pytest.mark.parametrize(
    ("content", "changes", "reason"),
    [
        (
            vacancy(),
            {},
            "zelfde vak: constructie; zelfde team: Waterkeringen; zelfde regio: Utrecht",
        ),
        (vacancy(crafts=["CONSTRUCTIE"]), {"team": "", "region": ""}, "zelfde vak: constructie"),
        (vacancy(crafts=["bouwkundige"], team=None, location=None), {}, "zelfde vak: Bouwkundige"),
        (vacancy(crafts=[], team=None), {}, "zelfde regio: Utrecht"),
        (
            vacancy(crafts=[], team=None, location="Provincie Utrecht, NL"),
            {},
            "zelfde regio: Utrecht",
        ),
        (vacancy(crafts=[], team=None, location="Nederland"), {"region": "Ede"}, READS),
        (vacancy(crafts=[], team=None, location=None), {}, READS),
        (vacancy(crafts=[], team=None, location="Utrecht"), {"region": ""}, READS),
        (
            vacancy(language="en", crafts=["Constructie"]),
            {"language": "en", "team": "", "region": ""},
            "same craft: constructie",
        ),
        (story(language="en"), {"crafts": (), "role": "", "team": ""}, ""),
        (story(topics=["beton"]), {}, "zelfde vak: beton"),
        (story(topics=["waterkeringen"]), {}, "zelfde team: Waterkeringen"),
        (story(topics=["utrecht"]), {}, "zelfde regio: Utrecht"),
        (story(topics=["watermanagement"]), {"topics": ("water management",)}, ABOUT_WATER),
        (story(topics=[], body="Beton moet rusten."), {}, "het verhaal noemt: beton"),
        (story(topics=[], body="Het was in Utrecht. Het team Waterkeringen hielp."), {}, NAMED),
        (story(topics=[], body="De waterkeringen hielden het."), {}, READS),
        (story(author={"name": "P", "email": "PERSON1@example.org"}, topics=[]), {}, OWN),
        (story(author={"name": "Person 1"}, topics=[]), {}, READS),
        (story(topics=[]), {}, READS),
        (story(language="nl-BE"), {}, "zelfde vak: constructie"),
        (story(language="en"), {}, ""),
        (story(language="en"), {"other_languages": ("en",)}, "zelfde vak: constructie"),
    ],
)
def test_the_reason_of_a_match_is_put_in_words(
    content: Any, changes: dict[str, Any], reason: str
) -> None:
    """What fits is named in the person's language, the language alone when nothing else does."""
    found = match(content, ambassador(1, **changes))
    assert (in_words(found.reasons, changes.get("language", "nl")) if found else "") == reason
    assert found is None or found.fit > 0


def test_a_long_list_of_crafts_is_not_read_out() -> None:
    """Three crafts say enough."""
    crafts = tuple(f"vak {number}" for number in range(50))
    found = match(vacancy(crafts=crafts, team=None, location=None), ambassador(1, crafts=crafts))
    assert found is not None
    assert in_words(found.reasons, "nl") == "zelfde vak: vak 0, vak 1, vak 2"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Middenspanning", "middenspanning"),
        ("midden-spanning", "Medium Voltage"),
        ("data engineer", "Data-Engineers"),
        ("Financiën", "finance"),
        ("bruggen", "Brug"),
        ("sluizen", "sluis"),
        ("foto's", "foto"),
        ("technologies", "technology"),
        ("constructies", "constructie"),
        ("Café", "cafe"),
        ("straße", "STRASSE"),
    ],
)
def test_a_craft_has_many_names(one: str, other: str) -> None:
    """Case, accents, plurals, gaps and two languages do not keep colleagues apart."""
    assert craft_key(one) == craft_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("data", "database"),
        ("data", "data engineering"),
        ("C", "C++"),
        ("C++", "C#"),
        (".NET", "netten"),
        ("constructie", "constructeur"),
        ("staal", "stal"),
        ("middenspanning", "hoogspanning"),
    ],
)
def test_a_part_of_a_word_is_another_craft(one: str, other: str) -> None:
    """What only looks alike is not the same craft."""
    assert craft_key(one) != craft_key(other)


def test_signs_are_no_craft() -> None:
    """Two names without a letter have nothing in common."""
    found = match(vacancy(crafts=["!!"], team="–", location=None), ambassador(1, crafts=("??",)))
    assert found is not None
    assert [reason.ground for reason in found.reasons] == [Ground.LANGUAGE]


@given(st.text(max_size=30))
def test_any_name_is_its_own_craft(name: str) -> None:
    """For any craft the same name in capitals and with blanks is the same."""
    assert craft_key(name) == craft_key(f" {name} ")


@given(contents, people)
def test_ranks_are_unique_and_do_not_depend_on_the_order_of_people(
    content: Any, everybody: Sequence[Ambassador]
) -> None:
    """Ranks count from 0 in the order of the score; reasons are never empty."""
    found = select_audience("c-1", content, everybody)
    assert found == select_audience("c-1", content, list(reversed(everybody)))
    assert [each.rank for each in found] == list(range(len(found)))
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert all(each.reason and each.reasons and each.fit > 0 for each in found)
    assert len({each.ambassador_id for each in found}) == len(found)


@given(contents, people)
def test_a_person_leaving_keeps_the_order_of_others(
    content: Any, everybody: Sequence[Ambassador]
) -> None:
    """The order among equals is the campaign's, not an accident of who else is there."""
    assume(everybody)
    before = [each.ambassador_id for each in select_audience("c-1", content, everybody)]
    after = select_audience("c-1", content, everybody[1:])
    assert [each.ambassador_id for each in after] == [
        each for each in before if each != everybody[0].id
    ]


@given(contents, people)
def test_one_more_thing_in_common_never_lowers_the_fit(
    content: Any, everybody: Sequence[Ambassador]
) -> None:
    """A craft, the team, the place or the language in common only ever adds."""
    for person in everybody:
        before = match(content, person)
        own: tuple[str, ...] = getattr(content, "crafts", ()) or getattr(content, "topics", ())
        for changed in (
            replace(person, crafts=(*person.crafts, *own[:1])),
            replace(person, team=getattr(content, "team", None) or person.team),
            replace(person, region=getattr(content, "location", None) or person.region),
            replace(person, other_languages=("nl", "en")),
            replace(person, topics=own[:1]),
        ):
            after = match(content, changed)
            assert before is None or (after is not None and after.fit >= before.fit)


@given(contents, people)
def test_people_who_cannot_write_about_a_story_are_not_asked(
    content: Any, everybody: Sequence[Ambassador]
) -> None:
    """The language of a story is a condition, and a reason only where there is no other."""
    asked = {each.ambassador_id: each for each in select_audience("c-1", content, everybody)}
    for person in everybody:
        found = asked.get(person.id)
        if found is None:
            continue
        grounds = [reason.ground for reason in found.reasons]
        assert Ground.LANGUAGE not in grounds or grounds == [Ground.LANGUAGE]
        if isinstance(content, StoryApproved):
            assert content.language[:2] in (person.language, *person.other_languages)


@pytest.mark.parametrize("name", sorted(example_content()))
def test_the_example_organisation_has_enough_people_for_each_example(name: str) -> None:
    """At least five of the example's people are asked for something they know or are near."""
    asked = select_audience("c-1", example_content()[name], example_people())
    known = [each for each in asked if each.reasons[0].ground is not Ground.LANGUAGE]
    assert 5 <= len(known) < len(asked)
    assert asked[: len(known)] == known


@pytest.mark.parametrize("name", STORIES)
def test_the_author_is_asked_first(name: str) -> None:
    """No one knows a story better than who wrote it."""
    first = select_audience("c-1", example_content()[name], example_people())[0]
    assert first.reasons[0].ground is Ground.AUTHOR


@given(
    histories.map(lambda past: replace(past, paused=True)),
    histories.map(lambda past: replace(past, paused=False, weekly_cap=past.asked_lately + 1)),
    st.integers(LANGUAGE, 500),
    st.integers(LANGUAGE, 500),
)
def test_a_resting_person_scores_below_everybody_else(
    one: History, other: History, fit: int, other_fit: int
) -> None:
    """However much fits and was shared, a full week or a pause outweighs it."""
    assert fit + one.points() < other_fit + other.points()


@given(histories, st.integers(1, 3))
def test_history_pulls_the_right_way(past: History, more: int) -> None:
    """More shared is never worse; more declined, or asked more often lately, is never better."""
    points = past.points()
    assert replace(past, shared=past.shared + more).points() >= points
    assert replace(past, declined=past.declined + more).points() <= points
    assert replace(past, asked_lately=past.asked_lately + more).points() < points
    assert replace(past, days_since=None).points() >= points


def test_interest_is_a_reason_shown_to_the_person() -> None:
    """Who shared about it before reads so; it is kept apart from what managers are shown."""
    person = ambassador(1)
    past = History(shared=1, shared_about=("beton",))
    (found,) = select_audience("c-1", story(topics=["beton"]), [person], {person.id: past})
    assert found.reason == "zelfde vak: beton; je deelde eerder over beton"
    assert found.fit == CRAFT + LANGUAGE


@pytest.mark.parametrize(
    ("fit", "said"),
    [
        (CRAFT + TEAM, Strength.STRONG),
        (CRAFT + REGION, Strength.STRONG),
        (CRAFT, Strength.GOOD),
        (TEAM, Strength.GOOD),
        (REGION + LANGUAGE, Strength.GOOD),
        (REGION, Strength.POSSIBLE),
        (LANGUAGE, Strength.POSSIBLE),
    ],
)
def test_a_fit_in_words(fit: int, said: Strength) -> None:
    """The craft and more is strong; craft, team or two lesser grounds good; the rest possible."""
    assert strength(fit) is said


def test_topics_in_common_are_named_as_this_content_names_them() -> None:
    """Crafts count for a vacancy, topics for a story, under any of their names."""
    assert topics_in_common(vacancy(crafts=["Beton", "staal"]), ["concrete"]) == ("Beton",)
    assert topics_in_common(story(topics=["Sluizen"]), ["sluis", "!"]) == ("Sluizen",)


def test_another_campaign_puts_others_first() -> None:
    """Among equals the order differs from campaign to campaign."""
    everybody = [ambassador(number) for number in range(50)]
    first = [each.ambassador_id for each in select_audience("c-1", story(), everybody)]
    other = [each.ambassador_id for each in select_audience("c-2", story(), everybody)]
    assert sorted(first) == sorted(other)
    assert first != other


# --- the handful ----------------------------------------------------------------------------------


def _invitations(*scores: int) -> list[Invitation]:
    return [
        Invitation(ambassador_id=f"a-{rank}", rank=rank, score=score, fit=CRAFT, reason="vak")
        for rank, score in enumerate(scores)
    ]


@pytest.mark.parametrize(
    ("scores", "size"),
    [
        ([], 0),
        ([9, 8], 2),
        ([9, 8, 7, 6, 5, 4, 3], 5),
        ([9, 8, 7, 6, 5, 5, 5, 3], 7),
        ([5] * 30, 10),
        ([9, 8, 7, -900, -901, -902], 5),
        ([-900] * 8, 8),
    ],
)
def test_a_handful_is_five_to_ten(scores: list[int], size: int) -> None:
    """Equals of the fifth come along up to ten, and there are five where the list has as many."""
    first = handful(_invitations(*scores))
    assert [each.rank for each in first] == list(range(size))


fits_and_pasts = st.lists(
    st.tuples(st.sampled_from((LANGUAGE, REGION, TEAM, CRAFT, CRAFT + TEAM, 200)), histories),
    max_size=30,
)


def _invited(known: Sequence[tuple[int, History]]) -> list[Invitation]:
    return [
        replace(each, fit=fit)
        for (fit, past), each in zip(
            known, _invitations(*[fit + past.points() for fit, past in known]), strict=True
        )
    ]


@given(fits_and_pasts)
def test_the_size_of_a_handful_never_depends_on_the_past(
    known: list[tuple[int, History]],
) -> None:
    """Five to ten people, each once; all of them where the list has no more than five."""
    first = handful(_invited(known))
    assert min(5, len(known)) <= len(first) <= 10
    assert len({each.rank for each in first}) == len(first)


@given(fits_and_pasts)
def test_no_person_is_passed_over_for_a_weaker_match(known: list[tuple[int, History]]) -> None:
    """Strength first, and the language alone last; within one strength people who rest wait."""
    people, order = _invited(known), list(Strength).index
    first = handful(people)
    rests = [past.resting for _, past in known]
    for left in (each for each in people if each not in first):
        for taken in first:
            assert taken.fit > LANGUAGE or left.fit <= LANGUAGE
            assert order(strength(taken.fit)) <= order(strength(left.fit))
            if strength(taken.fit) is strength(left.fit) and left.fit > LANGUAGE:
                assert rests[left.rank] or not rests[taken.rank]


@given(fits_and_pasts.filter(bool), st.data())
def test_a_better_fit_never_takes_anybody_out_of_a_handful(
    known: list[tuple[int, History]], data: st.DataObject
) -> None:
    """A person who is in it with a past and a fit is in it with the same past and a better fit."""
    people = _invited(known)
    first = handful(people)
    place = data.draw(st.sampled_from([each.rank for each in first]))
    more = data.draw(st.integers(1, 150))
    better = [
        replace(each, fit=each.fit + more, score=each.score + more) if each.rank == place else each
        for each in people
    ]
    assert place in {each.rank for each in handful(better)}


def test_who_was_added_by_hand_is_asked_first() -> None:
    """Somebody on the list by hand belongs to the handful with any score."""
    rik = added_by("Rik", "a-99", "en", rank=99)
    first = handful([*_invitations(*[9] * 30), rik])
    assert first[0] == rik
    assert (rik.reason, len(first)) == ("added by Rik", 11)
