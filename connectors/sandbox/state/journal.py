"""The journal: one line for every request that a network received, without any secret."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.clock import from_milliseconds
from connectors.sandbox.state.database import Database

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
        what was answered (None when the connection was cut), and ``applied`` tells whether the
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
