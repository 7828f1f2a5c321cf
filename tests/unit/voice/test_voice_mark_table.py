"""The compact table is a dictionary, as far as anybody can tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.voice.mark_table import MarkTable

# Few low bits, so that many marks want the same place; all bits set, so that they want the last one.
marks = (
    st.integers(-(2**63), 2**63 - 1).filter(bool)
    | st.integers(1, 4).map(lambda high: high << 20)
    | st.integers(1, 400).map(lambda high: (high << 20) - 1)
)
values = st.integers(0, 2**32 - 1)


@given(st.lists(st.tuples(st.sets(marks), values), max_size=40), st.lists(marks))
def test_it_holds_what_a_dictionary_would(
    additions: list[tuple[set[int], int]], others: list[int]
) -> None:
    """Every mark has the value it was last given, and no other mark has one."""
    table = MarkTable()
    expected: dict[int, int] = {}
    for wanted, value in additions:
        known, fresh = table.look_up(wanted)
        assert dict(known) == {mark: expected[mark] for mark in wanted & expected.keys()}
        assert set(fresh) == wanted - expected.keys()
        table.add_new(fresh, value)
        for mark, _ in known:
            table.change(mark, value)
        expected |= dict.fromkeys(wanted, value)
        assert len(table) == len(expected)
    known, fresh = table.look_up(dict.fromkeys([*expected, *others]))
    assert dict(known) == expected
    assert set(fresh) == set(others) - set(expected)


@given(st.sets(marks, min_size=1))
def test_only_a_mark_that_is_there_can_be_changed(wanted: set[int]) -> None:
    """Changing another one is a mistake of the caller, and changes nothing."""
    table = MarkTable()
    missing, *there = wanted
    table.add_new(there, 1)
    with pytest.raises(KeyError):
        table.change(missing, 2)
    assert dict(table.look_up(wanted)[0]) == dict.fromkeys(there, 1)
