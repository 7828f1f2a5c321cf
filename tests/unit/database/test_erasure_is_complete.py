"""A column or table that is new is erased too, or somebody decided that it counts."""

from __future__ import annotations

from services.database.schema import ambassadors, metadata, people
from services.privacy.store import NO_PROFILE, OWN

#: Tables that count people: they keep their rows, under the id of no one.
COUNTS = {"ambassadors", "audience", "posts"}


def test_every_field_of_a_profile_is_emptied() -> None:
    """Nothing of what is kept of an ambassador outlives them, also what is added later."""
    assert set(NO_PROFILE) == {column.name for column in ambassadors.c} - {"id"}


def test_every_table_about_a_person_is_decided_on() -> None:
    """All that refers to a person is deleted with them, or is one of the few that count."""
    refers = {
        (table.name, key.parent.name)
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table in (people, ambassadors)
    }
    deleted = {(column.table.name, column.name) for column in OWN}
    assert {each for each in refers - deleted if each[0] not in COUNTS} == set()
    assert deleted <= refers
