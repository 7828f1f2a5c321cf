"""What is remembered of calls: a line each, without any secret; calls in a window of time, billed
units, and the limits on both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.clock import SandboxClock, from_milliseconds
from connectors.sandbox.state.database import Database, Settings

_COLUMNS = (
    "entry, at_ms, network, kind, method, path, member, status, applied, fault, post_id,"
    " text_hash, text"
)


@dataclass(slots=True, kw_only=True)
class Trace:
    """What a handler learns about its request that belongs in the journal.

    ``member`` is an address of a sandbox member; ``post_id`` and ``text`` (as displayed) are set
    when a post was made, and ``post_id`` alone when one was deleted.
    """

    member: str | None = None
    post_id: str | None = None
    text: str | None = None


class Journal:
    """Append-only, in the transaction of the request it describes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(
        self,
        *,
        at_ms: int,
        network: str,
        kind: str,
        method: str,
        path: str,
        status: int | None,
        applied: bool,
        fault: str | None,
        trace: Trace,
    ) -> None:
        """Write one line.

        ``kind`` is the operation (``post.create``), ``path`` is without the query, ``status`` is
        what was answered (None when the connection was cut), and ``applied`` is whether the
        network carried the request out, whatever was answered. ``text_hash`` is the SHA-256, in
        hexadecimal, of the displayed text in UTF-8.
        """
        text = trace.text
        self._database.write(
            "INSERT INTO journal (at_ms, network, kind, method, path, member, status, applied,"
            " fault, post_id, text_hash, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                at_ms,
                network,
                kind,
                method,
                path,
                trace.member,
                status,
                applied,
                fault,
                trace.post_id,
                None if text is None else hashlib.sha256(text.encode()).hexdigest(),
                text,
            ),
        )

    def entries(
        self,
        *,
        network: str | None = None,
        kind: str | None = None,
        member: str | None = None,
        after: int = 0,
        limit: int = 100,
    ) -> list[dict[str, Any]]:
        """Return the lines after number ``after``, in order, as JSON-ready mappings."""
        condition, values = _condition(network, kind, member)
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM journal"  # noqa: S608
            f" WHERE entry > ? AND {condition} ORDER BY entry LIMIT ?",
            (after, *values, limit),
        )
        return [_entry(row) for row in rows]

    def count(
        self, *, network: str | None = None, kind: str | None = None, member: str | None = None
    ) -> int:
        """Return how many lines match."""
        condition, values = _condition(network, kind, member)
        row = self._database.row(f"SELECT count(*) FROM journal WHERE {condition}", values)  # noqa: S608
        return int(row[0]) if row else 0

    def clear(self) -> int:
        """Forget all lines and return how many there were."""
        return self._database.write("DELETE FROM journal")


def _condition(
    network: str | None, kind: str | None, member: str | None
) -> tuple[str, tuple[str, ...]]:
    asked = {"network": network, "kind": kind, "member": member}
    wanted = {column: value for column, value in asked.items() if value is not None}
    return " AND ".join(f"{column} = ?" for column in wanted) or "1", tuple(wanted.values())


def _entry(row: Sequence[Any]) -> dict[str, Any]:
    names = [name.strip() for name in _COLUMNS.split(",")]
    entry = dict(zip(names, row, strict=True))
    entry["at"] = from_milliseconds(entry.pop("at_ms")).isoformat()
    entry["applied"] = bool(entry["applied"])
    return entry


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
