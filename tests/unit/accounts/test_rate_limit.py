"""Rate limits: never more calls than a network takes, whenever its own window began."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules.network_calls import CREATE_LIMITS, Counted, RateLimit

NOW = datetime(2026, 11, 24, 9, 0, 30, tzinfo=UTC)
SLIDING = RateLimit(
    counted=Counted.MEMBER, calls=5, window=timedelta(minutes=15), bucket=timedelta(minutes=1)
)
DAILY = RateLimit(
    counted=Counted.MEMBER, calls=3, window=timedelta(days=1), bucket=timedelta(days=1)
)


@given(st.lists(st.integers(0, 600), min_size=1, max_size=60))
def test_no_window_holds_more_calls_than_the_limit(pauses: list[int]) -> None:
    """However calls come, any fifteen minutes hold at most the limit."""
    now = NOW
    used: Counter[datetime] = Counter()
    made: list[datetime] = []
    for pause in pauses:
        now += timedelta(seconds=pause)
        free_at = SLIDING.free_at(used, now)
        assert (free_at == now) == (SLIDING.left(used, now) > 0)
        if free_at == now:
            made.append(now)
            used[SLIDING.bucket_of(now)] += 1
        else:
            assert SLIDING.left(used, free_at) > 0, "a moment that was promised is free"
            assert SLIDING.left(used, free_at - timedelta(seconds=1)) == 0, "and is the first"
    for call in made:
        assert sum(call <= other < call + SLIDING.window for other in made) <= SLIDING.calls


def test_a_daily_limit_ends_at_midnight_utc() -> None:
    """LinkedIn counts anew at 00:00 UTC."""
    used = {DAILY.bucket_of(NOW): 3}
    midnight = datetime(2026, 11, 25, tzinfo=UTC)
    assert DAILY.free_at(used, NOW) == midnight
    assert DAILY.left(used, NOW) == 0
    assert DAILY.left(used, midnight) == 3
    assert DAILY.free_at({DAILY.bucket_of(NOW): 2}, NOW) == NOW


@pytest.mark.parametrize(
    ("network", "member", "app"), [("linkedin", 150, 100_000), ("x", 100, 10_000)]
)
def test_the_networks_limits_are_those_they_publish(network: str, member: int, app: int) -> None:
    """Both networks limit the member and the app."""
    calls = {limit.counted: limit.calls for limit in CREATE_LIMITS[network]}
    assert calls == {Counted.MEMBER: member, Counted.APP: app}
