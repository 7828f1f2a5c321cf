"""The time that figures are asked for, as addresses say it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.figures.rules.period import chosen

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("given", "first", "last", "points"),
    [
        ({}, "2026-11-01", "2026-11-30", 30),
        ({"range": "7"}, "2026-11-24", "2026-11-30", 7),
        ({"range": "12m"}, "2025-12-01", "2026-11-30", 12),
        ({"range": "own", "from": "2026-03-05", "to": "2026-03-01"}, "2026-03-01", "2026-03-05", 5),
        ({"range": "own", "from": "yesterday", "to": "2026-03-01"}, "2026-11-01", "2026-11-30", 30),
        ({"range": "-1"}, "2026-11-01", "2026-11-30", 30),
    ],
)
def test_a_range_is_read_or_thirty_days(
    given: dict[str, str], first: str, last: str, points: int
) -> None:
    """What the address says is taken where it can be read, its ends in either order."""
    period = chosen(given, TODAY)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert len(period.points) == points


@given(first=st.dates(), last=st.dates())
def test_every_day_has_its_place(first: date, last: date) -> None:
    """Each day of a period and of the one before it belongs to a point, and the two touch."""
    period = chosen({"range": "own", "from": str(first), "to": str(last)}, TODAY)
    before = period.before
    assert before.last + timedelta(days=1) == period.first
    assert before.length == period.length
    for each in (period, before):
        days = (each.first, each.first + each.length / 2, each.last)
        places = [each.point_of(day) for day in days]
        assert places == sorted(places)
        assert (places[0], places[-1]) == (0, len(each.points) - 1)
