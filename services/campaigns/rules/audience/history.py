"""What happened before, as far as it says who had better be asked first."""

from __future__ import annotations

from dataclasses import dataclass

from services.scheduling import Pace

#: Points for each earlier campaign about the same things that the person shared, or declined …
INTEREST = 5
#: … and as many of them as count.
INTEREST_COUNTS = 3
#: Points for somebody who was neither asked nor shared anything in the last four weeks. Of those
#: who were, the points grow with the days since.
FRESHNESS, FRESH_AFTER_DAYS = 10, 28
#: Points off for each time the person was asked in the last seven days.
FATIGUE = 10
#: Points off for somebody whose week is full, or who paused: more than all other points together.
RESTING = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One person's past with campaigns.

    ``asked_lately`` counts the last seven days, ``days_since`` is the time since the person was
    last asked or last shared (None: not in the last four weeks). ``shared`` and ``declined`` count
    campaigns about the same things, ``shared_about`` says which things.
    """

    asked_lately: int = 0
    days_since: float | None = None
    shared: int = 0
    declined: int = 0
    shared_about: tuple[str, ...] = ()
    weekly_cap: int = Pace().weekly_cap
    paused: bool = False

    @property
    def resting(self) -> bool:
        """Asking now would be too much: the week is full, or the person paused."""
        return self.paused or self.asked_lately >= self.weekly_cap

    def points(self) -> int:
        """What is added to the points of a match."""
        interest = min(self.shared, INTEREST_COUNTS) - min(self.declined, INTEREST_COUNTS)
        since = FRESH_AFTER_DAYS if self.days_since is None else self.days_since
        freshness = int(FRESHNESS * min(since / FRESH_AFTER_DAYS, 1.0))
        resting = RESTING if self.resting else 0
        return INTEREST * interest + freshness - FATIGUE * self.asked_lately - resting
