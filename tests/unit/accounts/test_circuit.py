"""The circuit breaker: opens after repeated failures, probes, and closes with an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.accounts.rules.network_calls import Circuit, CircuitRules

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
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
