"""What a person can do about a failure of an SQLite file: the state's, or the embedded log's."""

from __future__ import annotations

import sqlite3

_NO_ROOM = "free some disk space"
_NO_RIGHT = "mend the rights of the file and its folder, or name another folder with --data"
DAMAGED = "put a copy back, or name another folder with --data"

# By primary result code, and by extended ones where they tell more (https://sqlite.org/rescode.html).
_REMEDIES = {
    sqlite3.SQLITE_FULL: _NO_ROOM,
    sqlite3.SQLITE_IOERR_WRITE: _NO_ROOM,
    # The index beside a write-ahead log is made at the first statement, also at one that reads.
    sqlite3.SQLITE_IOERR_SHMSIZE: _NO_ROOM,
    sqlite3.SQLITE_READONLY: _NO_RIGHT,
    sqlite3.SQLITE_CANTOPEN: _NO_RIGHT,
    sqlite3.SQLITE_PERM: _NO_RIGHT,
    sqlite3.SQLITE_AUTH: _NO_RIGHT,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_BUSY: "try again when the other process has finished",
    sqlite3.SQLITE_LOCKED: "try again when the other process has finished",
    sqlite3.SQLITE_IOERR: "check the disk and its free space",
}


def remedy_of(error: BaseException | None) -> str:
    """What to do about ``error``, as half a sentence; empty when it is none of SQLite's files."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return ""
    return _REMEDIES.get(code) or _REMEDIES.get(code & 0xFF, "")
