"""Whether a network is called now: its circuit breaker and its limits."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.rules import CREATE_LIMITS, Circuit, CircuitRules, Counted, RateLimit

NOW = datetime(2026, 11, 24, 9, 0, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
RULES = CircuitRules(failures=3, pause=10 * SECOND, longest=35 * SECOND)


def failed(circuit: Circuit, times: int, now: datetime = NOW) -> Circuit:
    for _ in range(times):
        circuit = circuit.failed(now, "away", RULES)
    return circuit


def test_it_opens_after_failures_in_a_row() -> None:
    """An answer in between, even a refusal, begins the count anew."""
    circuit = failed(failed(Circuit(network="x"), 2).answered(), 2)
    assert circuit.state(NOW) == "closed"
    circuit = failed(circuit, 1)
    assert (circuit.state(NOW), circuit.opened_at, circuit.reason) == ("open", NOW, "away")


def test_it_probes_when_the_pause_is_over() -> None:
    """One call at a time finds out; one that got lost makes room for the next."""
    circuit = failed(Circuit(network="x"), 3)
    later = NOW + 10 * SECOND
    assert circuit.state(later - SECOND) == "open"
    assert circuit.state(later) == "half-open"
    probing = circuit.probing(until=later + 5 * SECOND)
    assert probing.state(later) == "open"
    assert probing.state(later + 5 * SECOND) == "half-open"
    assert probing.answered().state(later) == "closed"


def test_each_failed_probe_doubles_the_pause_up_to_the_longest() -> None:
    """A network that stays away is asked more and more seldom, and is never given up."""
    circuit = failed(Circuit(network="x"), 3)
    pauses, now = [], NOW
    for _ in range(4):
        assert circuit.open_until is not None
        pauses.append(circuit.open_until - now)
        now = circuit.open_until
        circuit = failed(circuit.probing(until=now + 5 * SECOND), 1, now + SECOND)
        now += SECOND
    assert pauses == [10 * SECOND, 20 * SECOND, 35 * SECOND, 35 * SECOND]


def test_calls_that_were_under_way_when_it_opened_do_not_lengthen_the_pause() -> None:
    """Eight calls that fail together are one outage."""
    assert failed(Circuit(network="x"), 8) == failed(Circuit(network="x"), 3)


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
