"""The sandbox's clock: every expiry, window and counter of the networks goes by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

Mode = Literal["real", "offset", "frozen"]


def _system_time() -> datetime:
    return datetime.now(UTC)


class SandboxClock:
    """A clock that runs with the real time, runs at an offset from it, or is stopped.

    ``source`` is the real time; tests pass their own. Moments are timezone-aware; a naive one
    raises ValueError.
    """

    def __init__(self, source: Callable[[], datetime] = _system_time) -> None:
        self._source = source
        self._offset = timedelta()
        self._frozen: datetime | None = None

    def now(self) -> datetime:
        """Return the present moment on this clock, in UTC."""
        return self._frozen if self._frozen is not None else self._source() + self._offset

    def now_ms(self) -> int:
        """Return the present moment in milliseconds since 1970."""
        return milliseconds(self.now())

    @property
    def mode(self) -> Mode:
        """Return how the clock runs."""
        if self._frozen is not None:
            return "frozen"
        return "offset" if self._offset else "real"

    @property
    def offset(self) -> timedelta:
        """Return how far this clock is ahead of the real time."""
        return self.now() - self._source() if self._frozen is not None else self._offset

    def advance(self, by: timedelta) -> None:
        """Move the clock by a duration, also when it is stopped."""
        if self._frozen is not None:
            self._frozen += by
        else:
            self._offset += by

    def set(self, moment: datetime) -> None:
        """Put the clock at a moment; it goes on in the way it did."""
        moment = _in_utc(moment)
        if self._frozen is not None:
            self._frozen = moment
        else:
            self._offset = moment - self._source()

    def freeze(self, moment: datetime | None = None) -> None:
        """Stop the clock, at ``moment`` or where it is."""
        self._frozen = self.now() if moment is None else _in_utc(moment)

    def thaw(self) -> None:
        """Let the clock run again from where it was stopped."""
        if self._frozen is not None:
            self._offset = self._frozen - self._source()
            self._frozen = None

    def real(self) -> None:
        """Return to the real time."""
        self._offset, self._frozen = timedelta(), None

    def state(self) -> dict[str, str | float | None]:
        """Return what `restore` needs to continue after a restart."""
        frozen = self._frozen.isoformat() if self._frozen is not None else None
        return {"offset_seconds": self._offset.total_seconds(), "frozen": frozen}

    def restore(self, state: dict[str, str | float | None]) -> None:
        """Continue from what `state` returned."""
        self._offset = timedelta(seconds=float(state["offset_seconds"] or 0))
        frozen = state["frozen"]
        self._frozen = datetime.fromisoformat(str(frozen)) if frozen is not None else None


def milliseconds(moment: datetime) -> int:
    """Return a moment as milliseconds since 1970, the unit of everything that is stored."""
    return round(moment.timestamp() * 1000)


def from_milliseconds(value: int) -> datetime:
    """Return the moment, in UTC, of a stored number of milliseconds."""
    return datetime.fromtimestamp(value / 1000, UTC)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("The sandbox clock needs a moment with a time zone.")
    return moment.astimezone(UTC)
