"""The networks' limits, which can be switched off, and the credits of an app."""

from __future__ import annotations

from connectors.sandbox.clock import SandboxClock
from connectors.sandbox.state.counters import Bills, Counters, Usage
from connectors.sandbox.state.settings import Settings

_DAY_MS = 86_400_000
_MICRO = 1_000_000


class Limits:
    """Counts calls by the sandbox clock."""

    def __init__(
        self, *, counters: Counters, bills: Bills, settings: Settings, clock: SandboxClock
    ) -> None:
        self._counters = counters
        self._bills = bills
        self._settings = settings
        self._clock = clock
        self._enabled = settings.read("limits") is not False

    @property
    def enabled(self) -> bool:
        """Return whether the networks refuse what is over a limit."""
        return self._enabled

    def switch(self, *, enabled: bool) -> None:
        """Switch all limits on or off; windows begin anew."""
        self._enabled = enabled
        self._settings.write("limits", enabled)
        self._counters.clear()

    def count_day(self, name: str, *, limit: int) -> Usage | None:
        """Count a call against a limit that resets at 00:00 UTC; None when limits are off."""
        if not self._enabled:
            return None
        now_ms = self._clock.now_ms()
        return self._counters.count(
            name, limit=limit, started_ms=now_ms - now_ms % _DAY_MS, length_ms=_DAY_MS
        )

    def count_window(self, name: str, *, limit: int, length_ms: int) -> Usage | None:
        """Count a call against a window that begins with its first call; None when off."""
        if not self._enabled:
            return None
        now_ms = self._clock.now_ms()
        started_ms = self._counters.started_ms(name)
        if started_ms is None or not started_ms <= now_ms < started_ms + length_ms:
            started_ms = now_ms
        return self._counters.count(name, limit=limit, started_ms=started_ms, length_ms=length_ms)

    @property
    def remaining_usd(self) -> float | None:
        """Return the dollars that X's app may still spend; None is without end."""
        remaining = self._remaining_microdollars()
        return None if remaining is None else remaining / _MICRO

    def grant_credits(self, dollars: float | None) -> None:
        """Let the app spend this much from now on; None is without end."""
        ceiling = None
        if dollars is not None:
            ceiling = self._bills.total_microdollars() + round(dollars * _MICRO)
        self._settings.write("spending_ceiling_microdollars", ceiling)

    def affords(self, microdollars: int) -> bool:
        """Return whether the credits that are left pay for this."""
        remaining = self._remaining_microdollars()
        return remaining is None or microdollars <= remaining

    def _remaining_microdollars(self) -> int | None:
        ceiling = self._settings.read("spending_ceiling_microdollars")
        return None if ceiling is None else int(ceiling) - self._bills.total_microdollars()
