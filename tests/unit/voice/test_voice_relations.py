"""Why this person: the first relation that holds, and nothing that is guessed."""

from __future__ import annotations

import pytest

from services.voice.writing.relations import Relation, cast_of, relation_of, same_name
from tests.builders import ambassador, story, vacancy

ANNA = ambassador(1, name="Anna van der Berg", email="anna@example.org")
WRITTEN = {"name": "Anna van der Berg", "email": "anna@example.org"}
BODY = "Drie weken lang klopte de sluisdeur niet. Joost de Wit van Team Zuid belde uit Zwolle."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna van der Berg", "dr. A. Berg"),
        ("Anna van der Berg", "Berg, Anna van der"),
        ("José Núñez", "Jose Nunez"),
        ("J.P. de Wit", "Jan de Wit"),
        ("Fatima El Idrissi", "mevr. ir. FATIMA EL IDRISSI"),
    ],
)
def test_one_name_in_two_spellings(one: str, other: str) -> None:
    """Titles, initials, accents, order and small words are forgiven, either way round."""
    assert same_name(one, other)
    assert same_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Anna Berg", "Annie Berg"), ("Anna Berg", "Anna Bergsma"), ("Anna", "Anna"), ("", "")],
)
def test_two_names(one: str, other: str) -> None:
    """A nickname, a longer name and a first name alone are no match."""
    assert not same_name(one, other)


def test_the_author_by_address_or_by_name() -> None:
    """The CMS may know another address, or only a name with a title."""
    for author in (
        WRITTEN,
        {"name": "dr. A. van der Berg"},
        WRITTEN | {"email": "a.berg@cms.example"},
    ):
        assert relation_of(ANNA, story(author=author)).relation is Relation.AUTHOR


def test_of_two_people_of_one_name_neither_is_the_author() -> None:
    """Without an address that tells, both are in doubt, and it is said."""
    other = ambassador(2, name="A. van der Berg", team="", role="")
    about = story(author={"name": "Anna van der Berg"})
    stand = relation_of(other, about, [ANNA])
    assert stand.relation is Relation.COLLEAGUE
    assert stand.doubt == "2 colleagues are called Anna van der Berg"
    assert relation_of(ANNA, story(author=WRITTEN), [other]).relation is Relation.AUTHOR
    assert relation_of(other, story(author=WRITTEN), [ANNA]).relation is Relation.COLLEAGUE


@pytest.mark.parametrize(
    ("changes", "relation"),
    [
        ({"name": "Joost de Wit"}, Relation.NAMED),
        ({"team": "waterkeringen"}, Relation.TEAM),
        ({"team": "Team Zuid"}, Relation.COLLEAGUE),
        ({"role": ANNA.role.upper()}, Relation.CRAFT),
        ({"crafts": ("constructies",), "region": "Zwolle"}, Relation.COLLEAGUE),
        ({}, Relation.COLLEAGUE),
    ],
)
def test_the_first_that_holds(changes: dict[str, object], relation: Relation) -> None:
    """Each relation to a story, of somebody of whom nothing else is so: a word of the field is none."""
    nothing = {"team": "", "crafts": (), "region": "", "role": ""}
    person = ambassador(2, **nothing | changes)
    assert relation_of(person, story(body=BODY, author=WRITTEN), [ANNA]).relation is relation


def test_a_name_of_two_people_identifies_neither() -> None:
    """Who of them is in the text cannot be told."""
    both = [ambassador(number, name="Joost de Wit", team="", crafts=()) for number in (2, 3)]
    assert relation_of(both[0], story(body=BODY), both).relation is not Relation.NAMED
    assert cast_of(story(body=BODY), both).shared


@pytest.mark.parametrize(
    ("changes", "relation"),
    [
        ({"role": "Constructeur sluizen"}, Relation.ROLE),
        ({"team": "waterkeringen"}, Relation.TEAM),
        ({"crafts": ("constructie",), "region": "Utrecht"}, Relation.COLLEAGUE),
        ({"role": "Constructeur"}, Relation.COLLEAGUE),
    ],
)
def test_the_relations_to_a_vacancy(changes: dict[str, object], relation: Relation) -> None:
    """Having that very job comes first; a part of its name is another job."""
    nothing = {"team": "", "crafts": (), "region": "", "role": ""}
    stand = relation_of(ambassador(2, **nothing | changes), vacancy())
    assert stand.relation is relation


def test_the_same_job_of_another_department_is_another() -> None:
    """Hours in a title make no difference, a department does."""
    about = vacancy(title="Legal secretary (nights) – Wills (0,8 fte)", team="Wills")
    for team, relation in (("Wills", Relation.ROLE), ("Conveyancing", Relation.COLLEAGUE)):
        person = ambassador(2, role="legal secretary", team=team)
        assert relation_of(person, about).relation is relation
    caretaker = ambassador(2, role="conciërge", team="Zuid")
    assert relation_of(caretaker, vacancy(title="Conciërge (0,8 fte)")).relation is Relation.ROLE
