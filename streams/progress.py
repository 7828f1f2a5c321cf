"""Progress, as the truth about a worker: what was processed last, and what it waits for.

A worker that stopped consuming after a rebalance or a broker outage is alive but useless, and that
is a known open defect of Faust; so readiness looks at progress, never at "the process is there".
"""

from __future__ import annotations

import time
from collections.abc import Callable


class Progress:
    """Written by the processors of one process, read by readiness and the watchdog."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._started = monotonic()
        self._last: float | None = None
        self._waiting: dict[str, str] = {}
        self.records = 0

    def processed(self, processor: str, records: int) -> None:
        self._last = self._monotonic()
        self._waiting.pop(processor, None)
        self.records += records

    def waiting(self, processor: str, reason: str) -> None:
        """A dependency is away; this is no stall."""
        self._waiting[processor] = reason

    @property
    def reason(self) -> str:
        """What the processors wait for, or nothing."""
        return next(iter(self._waiting.values()), "")

    @property
    def idle(self) -> float | None:
        """Seconds since the last processed record, None before the first."""
        return None if self._last is None else self._monotonic() - self._last

    @property
    def quiet(self) -> float:
        """Seconds since the last processed record, or since the start."""
        return self._monotonic() - (self._last if self._last is not None else self._started)
