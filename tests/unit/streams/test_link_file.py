"""The file of all links: what is kept, what is refused, and who may write."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.database.engine import Database
from services.figures.refresh_links import LinkRefresher
from services.figures.rules.link_table import LinkTable
from services.identity import link_code
from services.post import Post
from streams.serving import link_file
from streams.serving.link_file import LinkFile, LinkKeeper
from tests.builders import NOW, ambassador, campaign, organise, story
from tests.unit.streams.writing_links import table_of

ROOT = Path(__file__).parents[3]


def test_link_file_round_trips(tmp_path: Path) -> None:
    """It comes back whole; a later one takes its place."""
    file = LinkFile(tmp_path / "links.table")
    assert file.read() is None
    file.write(table_of("a"))
    file.write(table_of("a", "b"))
    found = file.read()
    assert found is not None
    assert len(found) == 2
    assert found.target(link_code("b")) is not None


@pytest.mark.parametrize("content", [b"", b"something else", b"zwaan links 0 little 8 4\n"])
def test_damaged_link_file_is_logged_and_ignored(tmp_path: Path, content: bytes) -> None:
    """It is no table, and nothing stops for it."""
    path = tmp_path / "links.table"
    path.write_bytes(content)
    with capture_logs() as logs:
        assert LinkFile(path).read() is None
    (line,) = logs
    assert line["log_level"] == "warning"
    assert line["file"] == str(path)


def test_several_processes_write_one_file(tmp_path: Path) -> None:
    """A caller that reads finds the whole of what one of them wrote, at any moment."""
    path = tmp_path / "links.table"
    LinkFile(path).write(table_of("a"))
    command = [sys.executable, "-m", "tests.unit.streams.writing_links", str(path)]
    writers = [subprocess.Popen([*command, names], cwd=ROOT) for names in ("ab", "abc")]
    read = 0
    while any(writer.poll() is None for writer in writers):
        found = LinkFile(path).read()
        assert found is not None
        assert len(found) in (1, 2, 3)
        read += 1
        time.sleep(0.002)  # the writers want the processor too
    assert [writer.returncode for writer in writers] == [0, 0]
    assert read
    assert sorted(file.name for file in tmp_path.iterdir()) == ["links.table", "links.table.lock"]


@asynccontextmanager
async def kept(database: Database, path: Path) -> AsyncIterator[LinkTable]:
    """A table that is kept as `zwaan web` keeps it; each look at it is a minute later."""
    table, minutes = LinkTable(), count()
    refresher = LinkRefresher(database, table, clock=lambda: NOW + timedelta(minutes=next(minutes)))
    keeper = LinkKeeper(table, LinkFile(path), refresher)
    await keeper.start()
    running = asyncio.create_task(keeper.run())
    try:
        yield table
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


async def _draft(database: Database, name: str) -> Post:
    async with database.write() as transaction:
        about = campaign(story(story_id=name))
        (post,) = await organise(transaction, [ambassador(1)], [about])
    return post


async def test_link_file_follows_the_table(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged file is made anew; what comes later is in table and file without being asked."""
    monkeypatch.setattr(link_file, "_REFRESH_SECONDS", 0.05)
    monkeypatch.setattr(link_file, "_REST", 0)
    path = tmp_path / "links.table"
    path.write_bytes(b"damaged")
    first = await _draft(database, "s-1")
    async with kept(database, path) as table:
        await until(lambda: table.target(first.link_code) is not None)
        await until(lambda: path.read_bytes() != b"damaged")
        second = await _draft(database, "s-2")

        def is_written() -> bool:
            found = LinkFile(path).read()
            return found is not None and found.target(second.link_code) is not None

        await until(is_written)


async def test_a_start_without_a_database_takes_the_file(tmp_path: Path) -> None:
    """The links of the file lead on, and the file stays as it was."""
    path = tmp_path / "links.table"
    LinkFile(path).write(table_of("a"))
    stored = path.read_bytes()
    nobody = Database.open("postgresql+psycopg://zwaan@127.0.0.1:9/zwaan")
    async with kept(nobody, path) as table:
        assert table.target(link_code("a")) is not None
    await nobody.close()
    assert path.read_bytes() == stored


async def test_link_file_is_written_at_shutdown(database: Database, tmp_path: Path) -> None:
    """A process that is asked to stop leaves all it knows."""
    path = tmp_path / "links.table"
    post = await _draft(database, "s-1")
    async with kept(database, path) as table:
        await until(lambda: table.target(post.link_code) is not None)
    found = LinkFile(path).read()
    assert found is not None
    assert found.target(post.link_code) is not None
