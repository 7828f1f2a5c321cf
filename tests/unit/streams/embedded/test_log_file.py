"""Files that are no log, and addresses of logs."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from services.errors import Stop
from streams.logs.embedded import event_log
from streams.logs.embedded.database import connect_writer
from streams.logs.embedded.log import EmbeddedLog
from streams.logs.embedded.owner import is_owned


def test_file_of_another_kind_is_refused_untouched(tmp_path: Path) -> None:
    """A file of another kind is refused, not overwritten, and not left locked."""
    path = tmp_path / "zwaan.log.db"
    path.write_bytes(b"somebody's notes\n" * 100)

    with pytest.raises(Stop, match="cannot be opened"):
        EmbeddedLog(path)
    assert path.read_bytes().startswith(b"somebody's notes")
    assert not is_owned(path)


def test_a_log_of_a_later_version_is_refused(tmp_path: Path) -> None:
    """A format that this version does not know is refused by number."""
    path = tmp_path / "zwaan.log.db"
    EmbeddedLog(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()

    with pytest.raises(Stop, match="format 99"):
        EmbeddedLog(path)


def test_every_commit_is_synced(tmp_path: Path) -> None:
    """The write-ahead log is synced at each commit, so that a power cut loses nothing."""
    connection = connect_writer(tmp_path / "zwaan.log.db", max_bytes=None)
    full = 2

    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (full,)
    connection.close()


def test_one_process_shares_one_open_log(tmp_path: Path) -> None:
    """Everybody in a process gets the same log, and the last one to leave closes it."""
    url = f"embedded://{tmp_path}/zwaan.log.db"
    first = event_log.acquire(url)
    second = event_log.acquire(f"embedded://{tmp_path}/../{tmp_path.name}/zwaan.log.db")

    assert first is second
    event_log.release(first)
    assert is_owned(first.path)
    event_log.release(second)
    assert not is_owned(first.path)
    third = event_log.acquire(url)
    assert third is not first
    event_log.release(third)


@pytest.mark.parametrize(
    ("url", "path", "max_bytes"),
    [
        ("embedded:///data/zwaan.log.db", "/data/zwaan.log.db", None),
        ("embedded:///my%20data/l.db?max_mb=2", "/my data/l.db", 2 * 1_048_576),
    ],
)
def test_an_address_names_a_file(url: str, path: str, max_bytes: int | None) -> None:
    """The path is absolute and decoded; the option bounds the file in megabytes."""
    assert event_log.parse_url(url) == event_log.Address(path=Path(path), max_bytes=max_bytes)


@pytest.mark.parametrize(
    "url",
    [
        "embedded://relative/path.db",
        "embedded:relative.db",
        "kafka://host:9092",
        "/data/zwaan.log.db",
        "embedded:///data/l.db?max_mb=much",
        "embedded:///data/l.db?colour=blue",
        "",
    ],
)
def test_wrong_log_address_is_refused(url: str) -> None:
    """Anything else is refused with an example of what to write."""
    with pytest.raises(Stop, match="embedded:///absolute/path"):
        event_log.parse_url(url)
