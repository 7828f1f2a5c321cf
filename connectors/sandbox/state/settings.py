"""What was steered through the control addresses, kept so that a restart changes nothing."""

from __future__ import annotations

import json
from typing import Any

from connectors.sandbox.state.database import Database


class Settings:
    """JSON values by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, name: str) -> Any:
        """Return a value, or None when it was never written."""
        row = self._database.row("SELECT value FROM settings WHERE name = ?", (name,))
        return None if row is None else json.loads(row[0])

    def write(self, name: str, value: Any) -> None:
        """Keep a value."""
        self._database.write(
            "INSERT INTO settings (name, value) VALUES (?1, ?2)"
            " ON CONFLICT (name) DO UPDATE SET value = ?2",
            (name, json.dumps(value)),
        )
