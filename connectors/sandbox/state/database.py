"""The file of the sandbox, and what was steered, so that a restart changes nothing."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.errors import Stop
from services.message import advised, message

_SCHEMA = """
CREATE TABLE IF NOT EXISTS members (
  member INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
  linkedin_id TEXT NOT NULL UNIQUE, x_id TEXT NOT NULL UNIQUE, handle TEXT NOT NULL UNIQUE,
  created_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS codes (
  digest BLOB PRIMARY KEY, network TEXT NOT NULL, member INTEGER NOT NULL,
  client_id TEXT NOT NULL, redirect_uri TEXT NOT NULL, scopes TEXT NOT NULL, challenge TEXT,
  expires_ms INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens (
  digest BLOB PRIMARY KEY, network TEXT NOT NULL, kind TEXT NOT NULL, member INTEGER NOT NULL,
  client_id TEXT NOT NULL, scopes TEXT NOT NULL, expires_ms INTEGER NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0, used INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tokens_of_member ON tokens (network, member);
CREATE TABLE IF NOT EXISTS posts (
  sequence INTEGER PRIMARY KEY, post_id TEXT NOT NULL UNIQUE, network TEXT NOT NULL,
  member INTEGER NOT NULL, raw TEXT NOT NULL, text TEXT NOT NULL, content TEXT NOT NULL,
  link TEXT, fingerprint BLOB NOT NULL, created_ms INTEGER NOT NULL, deleted_ms INTEGER
);
CREATE INDEX IF NOT EXISTS posts_by_fingerprint ON posts (member, network, fingerprint);
CREATE INDEX IF NOT EXISTS posts_of_member ON posts (network, member, sequence);
CREATE TABLE IF NOT EXISTS media (
  media_id TEXT PRIMARY KEY, network TEXT NOT NULL, member INTEGER NOT NULL,
  ticket TEXT UNIQUE, status TEXT NOT NULL, alt_text TEXT NOT NULL DEFAULT '',
  mime TEXT, width INTEGER, height INTEGER, bytes BLOB, digest BLOB,
  available_ms INTEGER, expires_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS counters (
  name TEXT PRIMARY KEY, started_ms INTEGER NOT NULL, used INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bills (
  unit TEXT PRIMARY KEY, count INTEGER NOT NULL, microdollars INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal (
  entry INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, network TEXT NOT NULL,
  kind TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, member TEXT, status INTEGER,
  applied INTEGER NOT NULL, fault TEXT, post_id TEXT, text_hash TEXT, text TEXT
);
CREATE INDEX IF NOT EXISTS journal_by_kind ON journal (network, kind, entry);
CREATE INDEX IF NOT EXISTS journal_by_member ON journal (member, entry);
"""


class Database:
    """One connection to the file at ``path``, or to memory when that is None. Raises Stop.

    All statements of one request run in one transaction and take some tens of microseconds, so
    they run in the event loop itself: handing them to a thread would cost more than it frees.
    The lock is for readers in other threads, such as a simulated audience.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        try:
            self._open(path)
        except sqlite3.Error as error:
            fault = message(
                "sandbox.unusable",
                "the sandbox's file {path} cannot be used: {fault}",
                path=str(path),
                fault=str(error),
            )
            remedy = message(
                "do.sandbox.remove", "put a copy back, or remove it: then the sandbox begins anew"
            )
            raise Stop(advised(fault, remedy)) from error

    def _open(self, path: Path | None) -> None:
        self._connection = sqlite3.connect(
            ":memory:" if path is None else path,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        # A commit is in the operating system's page cache when it returns, and that outlives a
        # killed process. Only a power cut could lose it, and no sandbox needs to survive that:
        # NORMAL in WAL mode leaves out the flush to the disk on every commit.
        self._connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;"
        )
        self._connection.executescript(_SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end of the block, roll back when it raises."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def write(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Run a statement that changes something and return how many rows it changed."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount

    def row(self, statement: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """Return the first row of a query, or None."""
        with self._lock:
            found: tuple[Any, ...] | None = self._connection.execute(statement, values).fetchone()
        return found

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


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
