"""The compact table is a dictionary, as far as anybody can tell."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.domain.voice.mark_table import MarkTable

# Few low bits, so that many marks want the same place.
marks = st.integers(1, 2**32 - 1) | st.integers(1, 4).map(lambda high: high << 20)


@given(st.lists(st.tuples(marks, st.integers(0, 2**32 - 1)), max_size=600), st.lists(marks))
def test_it_holds_what_a_dictionary_would(pairs: list[tuple[int, int]], others: list[int]) -> None:
    """Every mark has the value it was last given, and no other mark has one."""
    table = MarkTable()
    expected: dict[int, int] = {}
    for mark, value in pairs:
        table.set(mark, value)
        expected[mark] = value
    assert len(table) == len(expected)
    for mark in [*expected, *others]:
        assert table.get(mark) == expected.get(mark)
    known, fresh = table.look_up(dict.fromkeys([*expected, *others]))
    assert dict(known) == expected
    assert set(fresh) == set(others) - set(expected)


@given(st.lists(marks, max_size=600), st.lists(marks))
def test_only_new_marks_get_the_value(first: list[int], second: list[int]) -> None:
    """Marks that were there keep their value, whatever is added beside them."""
    table = MarkTable()
    table.add_new(set(first), 1)
    table.add_new(set(second) - set(first), 2)
    assert {table.get(mark) for mark in first} <= {1}
    assert {table.get(mark) for mark in set(second) - set(first)} <= {2}
    assert len(table) == len({*first, *second})
