"""What a fault of the database asks for, in one place: by SQLSTATE, or by SQLite's result code.

A statement that is at fault fails whenever it is tried again, so its error stays what it is. All
others pass, by themselves or by an operator. An unknown fault is tried again too: an event that
waits is seen, an event that was given up is lost.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from services.errors import Conflict, RetryLater, Stop, ZwaanError
from services.message import NOTHING, Message, advised, message


@dataclass(frozen=True, slots=True)
class Reaction:
    """What is said before the cause and after it, and what it is raised as."""

    says: Message
    remedy: Message
    error: type[ZwaanError] = RetryLater

    def because(self, cause: BaseException) -> ZwaanError:
        lines = str(cause).strip().splitlines()
        first = lines[0] if lines else type(cause).__name__
        fault = message("database.because", "{says}: {cause}", says=self.says, cause=first)
        return self.error(advised(fault, self.remedy))


#: The reaction to a statement that is at fault: its error stays as it is.
STATEMENT = None

AWAY = Reaction(
    message("database.away", "the database is away"),
    message("do.database.away", "start it, or correct ZWAAN_DATABASE_URL"),
)
BUSY = Reaction(
    message("database.busy", "the database is busy"),
    message("do.database.busy", "start fewer processes, or allow it more connections"),
)
CONFLICT = Reaction(
    message("database.conflict", "another transaction was in the way"),
    message("do.database.conflict", "try again"),
    Conflict,
)
FAILED = Reaction(
    message("database.failed", "the database failed"),
    message("do.database.failed", "look into its log"),
)
NO_RIGHT = Reaction(
    message("database.no-right", "the database refuses access"),
    message(
        "do.database.no-right",
        "correct the password or the rights of the role in ZWAAN_DATABASE_URL",
    ),
)
NO_ROOM = Reaction(
    message("database.no-room", "the database has no room"),
    message("do.database.no-room", "free some disk space"),
)
OTHER_SCHEMA = Reaction(
    message("database.other-schema", "the database has the tables of another version"),
    message("do.database.other-schema", "finish the upgrade with: zwaan migrate"),
)
POOLED = Reaction(
    message(
        "database.pooled",
        "the database's pooler gave a connection away with its prepared statements",
    ),
    message(
        "do.database.pooled",
        "let the pooler keep a session for each connection (PgBouncer: pool_mode = session)",
    ),
)
READ_ONLY = Reaction(
    message("database.read-only", "the database is read-only"),
    message(
        "do.database.read-only", "wait for the failover, or name the primary in ZWAAN_DATABASE_URL"
    ),
)
STOPPED = Reaction(
    message("database.stopped", "the database stopped a statement"),
    message("do.database.stopped", "see what holds it up, or raise statement_timeout"),
)

#: https://www.postgresql.org/docs/current/errcodes-appendix.html
CLASSES: dict[str, Reaction | None] = {
    **dict.fromkeys(
        (
            *("02", "03", "09", "0A", "0B", "0F", "0Z", "10", "20", "21", "22", "23", "24", "27"),
            *("2B", "2D", "2F", "34", "38", "39", "3B", "42", "44", "54"),
        ),
        STATEMENT,
    ),
    "08": AWAY,
    "0L": NO_RIGHT,
    "0P": NO_RIGHT,
    "25": FAILED,
    "26": POOLED,
    "28": NO_RIGHT,
    "3D": AWAY,
    "3F": OTHER_SCHEMA,
    "40": FAILED,
    "53": BUSY,
    "55": FAILED,
    "57": AWAY,
    "58": FAILED,
    "72": FAILED,
    "F0": FAILED,
    "HV": FAILED,
    # We have no PL/pgSQL: what raises there is somebody's trigger.
    "P0": FAILED,
    "XX": FAILED,
}
#: Codes that ask for something else than their class.
CODES = {
    "25006": READ_ONLY,
    "25P03": AWAY,
    "25P04": STOPPED,
    "40001": CONFLICT,
    "40P01": CONFLICT,
    "42501": NO_RIGHT,
    "42703": OTHER_SCHEMA,
    "42P01": OTHER_SCHEMA,
    "42P05": POOLED,
    "53100": NO_ROOM,
    "55P03": CONFLICT,
    "57014": STOPPED,
}

DAMAGED = message("do.database.restore", "put a copy back, or name another folder with --data")
_NO_FILE_RIGHT = message(
    "do.database.mend-rights",
    "mend the rights of the file and its folder, or name another folder with --data",
)
_UNREACHABLE = Reaction(AWAY.says, _NO_FILE_RIGHT)
_LOCKED = Reaction(
    BUSY.says, message("do.database.wait", "try again when the other process has finished")
)
_BROKEN = Reaction(message("database.damaged", "the database cannot be used"), DAMAGED, Stop)
#: By primary result code, and by extended ones where they tell more (https://sqlite.org/rescode.html).
RESULT_CODES: dict[int, Reaction | None] = {
    **dict.fromkeys(
        (
            *(sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH),
            *(sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE),
        ),
        STATEMENT,
    ),
    sqlite3.SQLITE_FULL: NO_ROOM,
    sqlite3.SQLITE_IOERR_WRITE: NO_ROOM,
    # The index beside a write-ahead log is made at the first statement, also at one that reads.
    sqlite3.SQLITE_IOERR_SHMSIZE: NO_ROOM,
    sqlite3.SQLITE_READONLY: Reaction(READ_ONLY.says, _NO_FILE_RIGHT),
    sqlite3.SQLITE_CANTOPEN: _UNREACHABLE,
    sqlite3.SQLITE_PERM: _UNREACHABLE,
    sqlite3.SQLITE_AUTH: _UNREACHABLE,
    sqlite3.SQLITE_NOTADB: _BROKEN,
    sqlite3.SQLITE_CORRUPT: _BROKEN,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_IOERR: Reaction(
        AWAY.says, message("do.database.check-disk", "check the disk and its free space")
    ),
}

#: What drivers call faults that they find before they ask the database (PEP 249).
_OF_A_STATEMENT = {"DataError", "IntegrityError", "NotSupportedError", "ProgrammingError"}


def named(error: Exception, *, lost: bool) -> ZwaanError | None:
    """What an error that ended a transaction asks for; None where it stays as it is.

    ``lost`` says that the transaction's connection is gone.
    """
    if isinstance(error, NoConnectionFree):
        return RetryLater(
            message(
                "database.no-connection-free", "the database is busy: every connection is in use"
            )
        )
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    if not (_is_drivers(cause) or (lost and isinstance(error, InvalidRequestError))):
        return None
    reaction = reaction_to(cause) or (AWAY if lost else STATEMENT)
    return None if reaction is STATEMENT else reaction.because(cause)


def reaction_to(cause: BaseException) -> Reaction | None:
    """What an error of a driver asks for, or None where its statement is at fault."""
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return RESULT_CODES.get(code, RESULT_CODES.get(code & 0xFF, FAILED))
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return CODES.get(state, CLASSES.get(state[:2], FAILED))
    names = {each.__name__ for each in type(cause).__mro__}
    return STATEMENT if names & _OF_A_STATEMENT else AWAY


def remedy_of(error: BaseException) -> Message:
    """What to do about a failure of an SQLite file, as half a sentence; nothing when it is none."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return NOTHING
    reaction = RESULT_CODES.get(code) or RESULT_CODES.get(code & 0xFF)
    return reaction.remedy if reaction else NOTHING


def _is_drivers(error: BaseException) -> bool:
    """Whether it comes from psycopg, each of whose errors has this attribute, or from SQLite."""
    return hasattr(error, "sqlstate") or isinstance(error, sqlite3.Error)


#: SQLite looks at the clock after so many of its steps: some milliseconds.
_STEPS = 10_000


def quick_check(path: Path, *, name: Message, seconds: float) -> bool:
    """Look for damage; False when the time was over before all of the file was seen.

    ``name`` is what the file holds, as in "the database". Raises Stop for a damaged file.
    See https://www.sqlite.org/pragma.html#pragma_quick_check.
    """
    until = time.monotonic() + seconds
    # Not ``mode=ro``: a reader of a WAL file must be able to make the shared index beside it.
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)
    try:
        connection.execute("PRAGMA query_only=ON")
        connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            return False
        raise Stop(advised(_unusable(name, str(error)), remedy_of(error))) from error
    finally:
        connection.close()
    if found != "ok":
        # Its first line names the database among attached ones, of which there are none.
        raise Stop(advised(_unusable(name, str(found).splitlines()[-1]), DAMAGED))
    return True


def _unusable(name: Message, fault: str) -> Message:
    return message("database.unusable", "{name} cannot be used: {fault}", name=name, fault=fault)
