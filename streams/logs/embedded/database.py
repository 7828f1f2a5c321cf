"""The log's SQLite file: its tables, how it is opened, and what its errors mean."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from services.database.faults import remedy_of
from services.errors import RetryLater, Stop, ZwaanError
from services.message import advised, message

#: Row keys of batches: the partition's number in the high bits, the first offset in the low ones.
OFFSET_BITS = 40

#: Of the file format; raised when a version reads or writes differently. 2: checksums.
FORMAT = 2
_APPLICATION_ID = 0x5A574E4C  # "ZWNL"

_TABLES = """
CREATE TABLE topics (
  name TEXT PRIMARY KEY,
  retention_ms INTEGER,
  retention_bytes INTEGER
) WITHOUT ROWID;

CREATE TABLE partitions (
  id INTEGER PRIMARY KEY,
  topic TEXT NOT NULL REFERENCES topics (name),
  number INTEGER NOT NULL,
  low_water INTEGER NOT NULL DEFAULT 0,
  UNIQUE (topic, number)
);

CREATE TABLE batches (
  id INTEGER PRIMARY KEY,
  records INTEGER NOT NULL,
  newest_ms INTEGER NOT NULL,
  position INTEGER NOT NULL,
  payload BLOB NOT NULL
);

CREATE TABLE committed (
  consumer_group TEXT NOT NULL,
  partition INTEGER NOT NULL REFERENCES partitions (id),
  next_offset INTEGER NOT NULL,
  PRIMARY KEY (consumer_group, partition)
) WITHOUT ROWID;
"""

#: Failures that leave the file as it was and may pass: no room, or another writer at work.
_PASSING = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_SHMSIZE,
    }
)


def connect_writer(path: Path, *, max_bytes: int | None) -> sqlite3.Connection:
    """Open the log for its owner, making it when it is not there.

    Every committed statement is on disk when it returns: WAL with ``synchronous=FULL`` syncs the
    write-ahead log at each commit (https://www.sqlite.org/pragma.html#pragma_synchronous).

    Raises Stop when the file is no log, or of a later format.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError as error:
        raise cannot_be_opened(error, path) from error
    try:
        _prepare(connection, path, max_bytes)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open an existing log for reading; works beside its owner and without one.

    Not ``mode=ro``: a reader of a WAL file must be able to make the shared index beside it.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA query_only=ON")
    return connection


def error_from(error: Exception, path: Path) -> ZwaanError:
    """Name the reaction that a failure asks for."""
    code = getattr(error, "sqlite_errorcode", None)
    remedy = remedy_of(error)
    if code is not None and (code in _PASSING or code & 0xFF in _PASSING):
        return RetryLater(
            advised(
                message(
                    "log.not-written",
                    "The log {path} could not be written ({fault})",
                    path=str(path),
                    fault=str(error),
                ),
                remedy,
            ),
            after=1.0,
        )
    fault = message(
        "log.failed", "the log {path} failed ({fault})", path=str(path), fault=str(error)
    )
    return Stop(advised(fault, remedy or _CHECK))


def cannot_be_opened(error: sqlite3.Error, path: Path) -> Stop:
    """Why a log cannot be read or written at all, and what to do."""
    fault = message(
        "log.not-opened",
        "the log {path} cannot be opened ({fault})",
        path=str(path),
        fault=str(error),
    )
    return Stop(advised(fault, remedy_of(error) or _CHECK))


_CHECK = message("do.log.check", "stop, check the disk, and start again")


def _prepare(connection: sqlite3.Connection, path: Path, max_bytes: int | None) -> None:
    try:
        connection.execute("PRAGMA busy_timeout=5000")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if version == 0 and tables == 0:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(
                f"BEGIN IMMEDIATE; {_TABLES}"
                f"PRAGMA application_id={_APPLICATION_ID}; PRAGMA user_version={FORMAT}; COMMIT;"
            )
        elif version != FORMAT:
            raise Stop(
                advised(
                    message(
                        "log.format",
                        "the log {path} has format {found}, this version reads format {known}",
                        path=str(path),
                        found=str(version),
                        known=str(FORMAT),
                    ),
                    message("do.log.format", "use the version of zwaan that wrote it"),
                )
            )
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA journal_size_limit=67108864")
        if max_bytes is not None:
            (page_size,) = connection.execute("PRAGMA page_size").fetchone()
            connection.execute(f"PRAGMA max_page_count={max(1, max_bytes // page_size)}")
    except sqlite3.DatabaseError as error:
        raise cannot_be_opened(error, path) from error
