"""What each fault of a database asks for: a literal table, and every code that there is."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError, PendingRollbackError, ResourceClosedError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from services.database.faults import named, quick_check
from services.database.transaction import driven
from services.errors import Conflict, RetryLater, Stop, ZwaanError
from services.message import said

#: Every class that PostgreSQL's manual lists, and codes that differ from their class.
STATEMENT = """02 03 09 0A 0B 0F 0Z 10 20 21 22 23 24 27 2B 2D 2F 34 38 39 3B 42 44 54"""
LATER = """08 0L 0P 25 26 28 3D 3F 40 53 55 57 58 72 F0 HV P0 XX 42501 42703 42P01 42P05"""
CONFLICTS = """40001 40P01 55P03"""

SENTENCES = {
    "25006": "the database is read-only: it; wait for the failover, or name the primary in "
    "ZWAAN_DATABASE_URL",
    "25P02": "the database failed: it; look into its log",
    "25P03": "the database is away: it; start it, or correct ZWAAN_DATABASE_URL",
    "28P01": "the database refuses access: it; correct the password or the rights of the role in "
    "ZWAAN_DATABASE_URL",
    "40P01": "another transaction was in the way: it; try again",
    "42501": "the database refuses access: it; correct the password or the rights of the role in "
    "ZWAAN_DATABASE_URL",
    "42703": "the database has the tables of another version: it; "
    "finish the upgrade with: zwaan migrate",
    "53100": "the database has no room: it; free some disk space",
    "53300": "the database is busy: it; start fewer processes, or allow it more connections",
    "57014": "the database stopped a statement: it; see what holds it up, or raise "
    "statement_timeout",
    "57P01": "the database is away: it; start it, or correct ZWAAN_DATABASE_URL",
}

#: SQLite's primary result codes that are errors (https://sqlite.org/rescode.html).
SQLITE = {
    1: None,  # ERROR: such as an unknown table
    2: RetryLater,  # INTERNAL
    3: RetryLater,  # PERM
    4: RetryLater,  # ABORT
    5: RetryLater,  # BUSY
    6: RetryLater,  # LOCKED
    7: RetryLater,  # NOMEM
    8: RetryLater,  # READONLY
    9: RetryLater,  # INTERRUPT
    10: RetryLater,  # IOERR
    11: Stop,  # CORRUPT
    12: RetryLater,  # NOTFOUND
    13: RetryLater,  # FULL
    14: RetryLater,  # CANTOPEN
    15: RetryLater,  # PROTOCOL
    17: RetryLater,  # SCHEMA
    18: None,  # TOOBIG
    19: None,  # CONSTRAINT
    20: None,  # MISMATCH
    21: None,  # MISUSE
    22: RetryLater,  # NOLFS
    23: RetryLater,  # AUTH
    25: None,  # RANGE
    26: Stop,  # NOTADB
}

ALL_STATES = sorted(
    each.sqlstate
    for each in vars(errors).values()
    if isinstance(each, type) and isinstance(getattr(each, "sqlstate", None), str)
)


def _of(cause: Exception, *, lost: bool = False) -> ZwaanError | None:
    """As SQLAlchemy hands it on."""
    base = psycopg.Error if isinstance(cause, psycopg.Error) else sqlite3.Error
    return named(DBAPIError.instance("SELECT", {}, cause, base), lost=lost)


def _with_state(state: str) -> psycopg.Error:
    try:
        return errors.lookup(state)("it\nDETAIL: more")
    except KeyError:
        fault = psycopg.DatabaseError("it\nDETAIL: more")
        fault.sqlstate = state
        return fault


def _with_code(code: int, kind: type[sqlite3.Error] = sqlite3.OperationalError) -> sqlite3.Error:
    fault = kind("it")
    fault.sqlite_errorcode = code
    return fault


def _expected(state: str) -> type[ZwaanError] | None:
    """By the longest entry of the tables above; tables that lack a class fail here."""
    for known in (state, state[:2]):
        for table, reaction in ((CONFLICTS, Conflict), (LATER, RetryLater), (STATEMENT, None)):
            if known in table.split():
                return reaction
    pytest.fail(f"no reaction to {state}")


def test_every_sqlstate_has_a_reaction() -> None:
    """Each code that PostgreSQL can send is a reaction, and no more than those of statements are none."""
    assert len(ALL_STATES) > 240
    for state in ALL_STATES:
        fault = _of(_with_state(state))
        assert (None if fault is None else type(fault)) == _expected(state), state


@pytest.mark.parametrize("state", ["57P99", "QQ123", "01000", "00000"])
def test_an_unknown_sqlstate_is_tried_again(state: str) -> None:
    """A code that no list knows loses no event."""
    assert type(_of(_with_state(state))) is RetryLater


@pytest.mark.parametrize("state", SENTENCES)
def test_a_fault_is_one_sentence_with_its_remedy(state: str) -> None:
    """What is said is the first line of what the server said, and what to do about it."""
    assert str(_of(_with_state(state))) == SENTENCES[state]


def test_a_conflict_calls_nothing_away() -> None:
    """The loser of a deadlock does not read that the database is away."""
    for state in CONFLICTS.split():
        assert "away" not in str(_of(_with_state(state)))


@pytest.mark.parametrize("code", SQLITE)
def test_every_result_code_of_sqlite_has_a_reaction(code: int) -> None:
    """So does each of SQLite's codes, also in its extended forms."""
    for extended in (code, code | 1 << 8, code | 77 << 8):
        fault = _of(_with_code(extended))
        assert (None if fault is None else type(fault)) == SQLITE[code], extended


@pytest.mark.parametrize(
    ("kind", "reaction"),
    [
        ("OperationalError", RetryLater),
        ("InterfaceError", RetryLater),
        ("InternalError", RetryLater),
        ("DatabaseError", RetryLater),
        ("ProgrammingError", type(None)),
        ("DataError", type(None)),
        ("IntegrityError", type(None)),
        ("NotSupportedError", type(None)),
    ],
)
def test_without_a_code_the_drivers_kind_decides(kind: str, reaction: type) -> None:
    """Drivers find some faults themselves: those of a connection pass, those of a statement stay."""
    for driver in (psycopg, sqlite3):
        cause = getattr(driver, kind)("it")
        assert type(_of(cause)) is reaction
        assert type(named(cause, lost=False)) is reaction, "past SQLAlchemy"
        assert type(_of(cause, lost=True)) is RetryLater, "of a connection that is gone"


def test_what_sqlalchemy_says_of_a_lost_connection_is_tried_again() -> None:
    """After its connection was lost a transaction ends in SQLAlchemy's words; otherwise they are a defect."""
    for error in (PendingRollbackError("rolled back"), ResourceClosedError("closed")):
        assert type(named(error, lost=True)) is RetryLater
        assert named(error, lost=False) is None
    assert type(named(NoConnectionFree("full"), lost=False)) is RetryLater


def test_other_errors_stay_what_they_are() -> None:
    """An error of a caller that used the transaction is not one of the database."""
    for error in (FileNotFoundError("a template"), ValueError("x"), RetryLater(said("patience"))):
        assert named(error, lost=False) is None
        assert named(error, lost=True) is None


async def test_a_socket_that_fails_below_the_driver_is_waited_for() -> None:
    """An error of the operating system in a statement is the connection's."""

    async def fail() -> None:
        raise ConnectionResetError("reset by peer")

    with pytest.raises(RetryLater, match="the database is away: reset by peer; start it"):
        await driven(fail())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with a thousand rows in two hundred pages."""
    path = tmp_path / "state.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)")
    connection.executemany("INSERT INTO rows (text) VALUES (?)", [("x" * 700,)] * 1000)
    connection.commit()
    connection.close()
    return path


def test_a_sound_file_is_seen_to_its_end(path: Path) -> None:
    """Nothing is said of it, and nothing in it changes."""
    before = path.read_bytes()
    assert quick_check(path, name="the database", seconds=60)
    assert path.read_bytes() == before


@pytest.mark.parametrize("page", [2, 100])
def test_a_damaged_page_is_one_sentence(path: Path, page: int) -> None:
    """Wherever the damage is, the sentence names it and what to do."""
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)
    connection.close()
    with pytest.raises(Stop, match=r"^the log cannot be used: [^;\n]+; put a copy back, or name"):
        quick_check(path, name="the log", seconds=60)


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    """The first bytes tell."""
    path.write_bytes(b"nonsense" * 1000)
    with pytest.raises(Stop, match="file is not a database; put a copy back"):
        quick_check(path, name="the database", seconds=60)


def test_a_large_file_is_not_waited_for(path: Path) -> None:
    """When its time is over the check says that it did not see all, and that is no fault."""
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO rows (text) SELECT 'x' FROM rows a, rows b LIMIT 200000")
    connection.commit()
    connection.close()
    assert not quick_check(path, name="the database", seconds=0)
