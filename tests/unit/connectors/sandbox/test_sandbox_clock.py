"""The clock that every expiry and counter of the sandbox goes by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from connectors.sandbox.clock import SandboxClock

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class _Source:
    """A real time that the test moves."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time


def test_an_advanced_clock_goes_on_running() -> None:
    """The clock keeps its lead while the real time passes."""
    source = _Source()
    clock = SandboxClock(source)
    clock.advance(2 * HOUR)
    source.time += HOUR

    assert clock.now() == START + 3 * HOUR
    assert (clock.mode, clock.offset) == ("offset", 2 * HOUR)


def test_a_frozen_clock_stops_until_it_is_moved() -> None:
    """Frozen, only an explicit change moves it; thawed, it runs on from there without a jump."""
    source = _Source()
    clock = SandboxClock(source)
    clock.freeze(START)
    source.time += HOUR
    clock.advance(timedelta(minutes=5))
    assert (clock.mode, clock.now()) == ("frozen", START + timedelta(minutes=5))

    clock.thaw()
    source.time += HOUR
    assert clock.now() == START + HOUR + timedelta(minutes=5)


def test_setting_the_clock_keeps_its_mode() -> None:
    """A clock that is set stays running or frozen, and `real` undoes everything."""
    clock = SandboxClock(_Source())
    clock.set(START - 5 * HOUR)
    assert (clock.mode, clock.now()) == ("offset", START - 5 * HOUR)
    clock.freeze()
    clock.set(START + HOUR)
    assert (clock.mode, clock.now()) == ("frozen", START + HOUR)
    clock.real()
    assert (clock.mode, clock.now()) == ("real", START)


def test_clock_converts_moments_to_utc_and_refuses_naive_ones() -> None:
    """A moment in another zone is the same moment; one without a zone is refused."""
    clock = SandboxClock(_Source())
    clock.freeze(datetime(2026, 7, 1, 12, 0, tzinfo=timezone(2 * HOUR)))
    assert clock.now() == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    with pytest.raises(ValueError, match="time zone"):
        clock.set(datetime(2026, 7, 1, 12, 0))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize("frozen", [False, True])
def test_restored_clock_continues_the_saved_one(frozen: bool) -> None:
    """State that was saved and restored gives the same time and mode."""
    source = _Source()
    saved, restored = SandboxClock(source), SandboxClock(source)
    saved.advance(3 * HOUR)
    if frozen:
        saved.freeze()
    restored.restore(saved.state())
    source.time += HOUR

    assert (restored.now(), restored.mode) == (saved.now(), saved.mode)
