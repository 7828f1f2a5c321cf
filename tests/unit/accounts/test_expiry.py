"""Warnings at 14, 7 and 1 days before the end, each once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules import WARN_AT_DAYS, due_warning, ends_soon

END = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days_left", "warned", "due"),
    [
        (14.01, None, None),
        (14, None, 14),
        (10, 14, None),
        (7, 14, 7),
        (6, None, 7),
        (0.5, 14, 1),
        (0.5, 1, None),
        (0, 7, None),
        (-3, None, None),
    ],
)
def test_the_nearest_threshold_counts(
    days_left: float, warned: int | None, due: int | None
) -> None:
    """Before a fortnight none, then the one that was reached; after the end none."""
    now = END - timedelta(days=days_left)
    assert due_warning(END, now=now, warned_days=warned) == due


@given(st.lists(st.integers(-100, 1700), min_size=1, max_size=60))
def test_each_warning_is_sent_once(looks: list[int]) -> None:
    """However often one looks, each threshold is given at most once, the latest one always."""
    warned, given_at = None, []
    for hours_left in sorted(looks, reverse=True):
        due = due_warning(END, now=END - timedelta(hours=hours_left), warned_days=warned)
        if due is not None:
            warned = due
            given_at.append(due)
    assert given_at == sorted(set(given_at), reverse=True)
    assert set(given_at) <= set(WARN_AT_DAYS)
    assert (1 in given_at) == any(0 < hours <= 24 for hours in looks)


def test_what_renews_itself_does_not_end() -> None:
    """A two-hour token with a refresh token is no reason to tell anybody anything."""
    assert ends_soon(END, renewable=False, now=END)
    assert not ends_soon(END, renewable=True, now=END)
    assert not ends_soon(None, renewable=False, now=END)
    assert not ends_soon(END, renewable=False, now=END - timedelta(days=15))
