"""Moments are read strictly, from any value."""

from __future__ import annotations

import pytest

from services.events.moment import read_moment


@pytest.mark.parametrize("value", [[], {}, None, 1, "2026", "2026-11-24T09:00:00", "x" * 1000])
def test_what_is_no_moment_is_refused_with_a_sentence(value: object) -> None:
    """Any JSON value but an RFC 3339 time raises ValueError, also one that cannot be hashed."""
    with pytest.raises(ValueError, match="time"):
        read_moment(value)
