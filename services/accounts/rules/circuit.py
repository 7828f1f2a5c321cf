"""The circuit breaker of one network: when it is away, nobody queues up to find that out.

Closed it lets everything through. After some failures in a row it opens: nothing is sent. When the
pause is over one call probes (half-open): an answer closes it, another failure opens it for longer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.message import NOTHING, Message

State = Literal["closed", "open", "half-open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitRules:
    """Opens after ``failures`` in a row, for ``pause``, doubling up to ``longest``."""

    failures: int = 5
    pause: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """``failures`` in a row so far; ``open_until`` None: closed. ``reason`` is the last failure.

    While a call probes, ``open_until`` is when that probe counts as lost.
    """

    network: str
    failures: int = 0
    opened_at: datetime | None = None
    open_until: datetime | None = None
    probe: bool = False
    reason: Message = NOTHING

    def state(self, now: datetime) -> State:
        if self.open_until is None:
            return "closed"
        return "open" if now < self.open_until else "half-open"

    def probing(self, *, until: datetime) -> Circuit:
        """Half-open, with one call under way that will tell by ``until``."""
        return replace(self, open_until=until, probe=True)

    def failed(self, now: datetime, reason: Message, rules: CircuitRules) -> Circuit:
        """No usable answer. A call begun before it opened does not lengthen the pause."""
        if self.state(now) == "open" and not self.probe:
            return self
        failures = self.failures + 1
        if failures < rules.failures:
            return replace(self, failures=failures, reason=reason)
        pause = min(rules.pause * 2.0 ** min(failures - rules.failures, 30), rules.longest)
        return replace(
            self,
            failures=failures,
            reason=reason,
            opened_at=self.opened_at or now,
            open_until=now + pause,
            probe=False,
        )

    def answered(self) -> Circuit:
        """The network answered, be it with a refusal: it is there."""
        return Circuit(network=self.network)
