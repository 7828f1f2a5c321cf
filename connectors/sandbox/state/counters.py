"""Counters of calls in a window of time, and of billed units."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.sandbox.state.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Calls used in the running window, this one included, and when the window ends."""

    used: int
    limit: int
    resets_ms: int

    @property
    def exceeded(self) -> bool:
        """Return whether this call was one too many."""
        return self.used > self.limit

    @property
    def remaining(self) -> int:
        """Return how many calls are left."""
        return max(self.limit - self.used, 0)


class Counters:
    """Fixed windows, as both networks use them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, name: str, *, limit: int, started_ms: int, length_ms: int) -> Usage:
        """Count one call under ``name`` in the window that began at ``started_ms``."""
        row = self._database.row(
            "INSERT INTO counters (name, started_ms, used) VALUES (?1, ?2, 1)"
            " ON CONFLICT (name) DO UPDATE SET"
            " used = iif(started_ms = ?2, used + 1, 1), started_ms = ?2 RETURNING used",
            (name, started_ms),
        )
        used = int(row[0]) if row else 1
        return Usage(used=used, limit=limit, resets_ms=started_ms + length_ms)

    def started_ms(self, name: str) -> int | None:
        """Return when the last window of this counter began."""
        row = self._database.row("SELECT started_ms FROM counters WHERE name = ?", (name,))
        return int(row[0]) if row else None

    def clear(self) -> None:
        """Begin every window anew."""
        self._database.write("DELETE FROM counters")


class Bills:
    """Billed units by kind, in millionths of a dollar."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def charge(self, unit: str, *, microdollars: int) -> None:
        """Add one unit."""
        self._database.write(
            "INSERT INTO bills (unit, count, microdollars) VALUES (?1, 1, ?2)"
            " ON CONFLICT (unit) DO UPDATE SET"
            " count = count + 1, microdollars = microdollars + ?2",
            (unit, microdollars),
        )

    def units(self) -> dict[str, int]:
        """Return the number of units by kind."""
        return dict(self._database.rows("SELECT unit, count FROM bills ORDER BY unit"))

    def total_microdollars(self) -> int:
        """Return the sum of all charges."""
        row = self._database.row("SELECT coalesce(sum(microdollars), 0) FROM bills")
        return int(row[0]) if row else 0
