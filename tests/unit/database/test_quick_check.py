"""Damage in a page that nobody reads today is found all the same."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from services.database.faults import quick_check
from services.errors import Stop


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


def test_a_file_that_is_no_database_is_told(path: Path) -> None:
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
