"""Transactions, and what is said when the database does not answer."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.database import audit, inbox, outbox
from services.database.audit import Entry
from services.database.engine import Database, has_turn, take_turns
from services.database.transaction import Transaction
from services.errors import RetryLater, Stop
from services.people.store import people
from services.people.store.people import Person, headcount
from tests.builders import NOW, event, story
from tests.contract.store.conftest import Store


def _person(number: int) -> Person:
    return Person(
        id=f"p{number}",
        email=f"p{number}@example.org",
        name="Anna",
        language="nl",
        roles=frozenset({"recruiter"}),
    )


async def _close(database: Database) -> None:
    """Close, and wait for the driver's threads: they answer a loop that must still be there."""
    await database.close()
    async with asyncio.timeout(60):
        while any("_connection_worker" in thread.name for thread in threading.enumerate()):
            await asyncio.sleep(0.01)


async def _add(transaction: Transaction, number: int) -> None:
    await people.save_person(transaction, _person(number), now=NOW)


async def test_a_write_commits_at_its_end(store: Store) -> None:
    """What a transaction wrote is there for another process once its block has ended."""
    async with store.open() as one, store.open() as other:
        async with one.write() as transaction:
            await _add(transaction, 1)
        async with other.read() as transaction:
            assert await people.person(transaction, "p1") == _person(1)


async def test_a_fault_leaves_nothing_behind(database: Database) -> None:
    """When a block raises, nothing of it is stored and the error arrives unchanged."""

    async def fail() -> None:
        async with database.write() as transaction:
            await _add(transaction, 1)
            raise FileNotFoundError("a template")

    with pytest.raises(FileNotFoundError):
        await fail()
    async with database.read() as transaction:
        assert await people.person(transaction, "p1") is None


async def test_a_cancelled_write_leaves_nothing_behind(database: Database) -> None:
    """A transaction whose task is cancelled is rolled back, and the next one goes on."""
    inside = asyncio.Event()

    async def write() -> None:
        async with database.write() as transaction:
            await _add(transaction, 1)
            inside.set()
            await asyncio.Event().wait()

    writing = asyncio.create_task(write())
    await asyncio.wait_for(inside.wait(), 60)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    async with database.write() as transaction:
        assert await people.person(transaction, "p1") is None
        await _add(transaction, 2)
    await _close(database)


async def test_listeners_hear_of_commits_only(database: Database) -> None:
    """A listener is called after a write has committed, not for a read or a rollback."""
    heard: list[str] = []
    database.on_write(lambda: heard.append("write"))
    async with database.read() as transaction:
        await people.person(transaction, "p1")

    async def fail() -> None:
        async with database.write() as transaction:
            await _add(transaction, 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert heard == []
    async with database.write() as transaction:
        await _add(transaction, 1)
    assert heard == ["write"]


async def test_a_read_is_one_consistent_view(store: Store) -> None:
    """What commits while a reader reads is invisible to it until it reads anew."""
    async with store.open() as reader, store.open() as writer:
        async with reader.read() as transaction:
            assert await outbox.size(transaction) == 0
            async with writer.write() as writing:
                await _add(writing, 1)
            assert await people.person(transaction, "p1") is None
        async with reader.read() as transaction:
            assert await people.person(transaction, "p1") is not None


async def test_many_writers_queue_up(database: Database) -> None:
    """Fifty writers at once all get their turn; no database is "locked"."""

    async def write(number: int) -> None:
        async with database.write() as transaction:
            await _add(transaction, number)

    await asyncio.gather(*(write(number) for number in range(50)))
    async with database.read() as transaction:
        assert (await headcount(transaction)).people == 50


async def test_two_processes_take_turns_by_name(store: Store) -> None:
    """Of two transactions with one name, the second goes on when the first has ended."""
    order: list[str] = []
    async with store.open() as one, store.open() as other:
        inside, leave = asyncio.Event(), asyncio.Event()

        async def first() -> None:
            async with one.write() as transaction:
                await take_turns(transaction, "vacancy", "v-1")
                inside.set()
                await leave.wait()
                order.append("first")

        async def second() -> None:
            await inside.wait()
            async with other.write() as transaction:
                asyncio.get_running_loop().call_later(0.1, leave.set)
                await take_turns(transaction, "vacancy", "v-1")
                order.append("second")

        if store.kind == "sqlite":  # the second waits before it is inside
            asyncio.get_running_loop().call_later(0.2, leave.set)
        await asyncio.wait_for(asyncio.gather(first(), second()), 60)
    assert order == ["first", "second"]


async def test_an_optional_turn_is_not_waited_for(store: Store) -> None:
    """A caller that only asks for a turn hears at once that another has it, and gets it afterwards."""
    async with store.open() as one, store.open() as other:
        async with one.write() as transaction:
            assert await has_turn(transaction, "pace", "c-1", "x")
            if store.kind == "postgres":  # on SQLite the other cannot even begin
                async with other.write() as meanwhile:
                    assert not await has_turn(meanwhile, "pace", "c-1", "x")
                    assert await has_turn(meanwhile, "pace", "c-1", "linkedin")
        async with other.write() as transaction:
            assert await has_turn(transaction, "pace", "c-1", "x")


async def test_a_wrong_statement_is_not_taken_for_an_absence(database: Database) -> None:
    """A defect in a statement arrives as it is: to wait for the database would be for ever."""
    with pytest.raises(sa.exc.DBAPIError) as caught:
        async with database.read() as transaction:
            await transaction.execute(sa.text("SELECT FROM WHERE"))
    assert not isinstance(caught.value, RetryLater)


@pytest.mark.parametrize(
    "store", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
async def test_more_than_the_server_takes_is_not_taken_for_an_absence(store: Store) -> None:
    """A value that cannot be stored ever is a defect, not a reason to try again."""
    huge = event(
        story(), identity="".join(chr(0x4E00 + number % 20_000) for number in range(9_000))
    )
    async with store.open() as database:
        with pytest.raises(sa.exc.OperationalError):
            async with database.write() as transaction:
                await inbox.take(transaction, "p", [huge], now=NOW)


async def test_a_lock_held_by_another_process_is_waited_for(store: Store) -> None:
    """Another process that writes (an import beside a running worker) delays, and breaks nothing."""
    async with store.open() as one, store.open() as other:

        async def write(database: Database, number: int) -> None:
            async with database.write() as transaction:
                await _add(transaction, number)

        await asyncio.gather(
            *(
                write(database, number * 2 + place)
                for number in range(20)
                for place, database in enumerate((one, other))
            )
        )
        async with one.read() as transaction:
            assert (await headcount(transaction)).people == 40


async def test_audit_entries_are_read_newest_first_by_kind(database: Database) -> None:
    """Whole kinds, an action or a subject; with the names of people, page by page."""
    async with database.write() as transaction:
        await _add(transaction, 1)
        actions = ("word.blocked", "word.allowed", "words.other", "word_blocked")
        await audit.add(
            transaction,
            [
                Entry(at=NOW, actor=_person(1).id, action=action, subject=f"s{place % 2}")
                for place, action in enumerate(actions)
            ],
        )
        words = await audit.recent(transaction, kinds=["word"], limit=9)
        assert [each.entry.action for each in words] == ["word.allowed", "word.blocked"]
        assert {each.actor_name for each in words} == {_person(1).name}
        (first,) = await audit.recent(transaction, kinds=["word"], limit=1)
        older = await audit.recent(transaction, kinds=["word"], before=first.id, limit=9)
        assert [each.entry.action for each in older] == ["word.blocked"]
        for named in ({"action": "word.blocked"}, {"subject": "s0"}):
            (found,) = await audit.recent(transaction, kinds=["word", "x"], limit=9, **named)
            assert found.entry.action == "word.blocked"


async def test_audit_entries_keep_their_order_and_detail(database: Database) -> None:
    """Audit entries come back oldest first, with times and JSON as they were given."""
    entries = [
        Entry(at=NOW, actor="p1", action="a", subject="s", detail={"ü": [1, None, {"x": True}]}),
        Entry(at=NOW, actor="publisher", action="b", subject="s"),
    ]
    async with database.write() as transaction:
        await audit.add(transaction, entries)
        await audit.add(transaction, [])
    async with database.read() as transaction:
        assert await audit.of(transaction, "s") == entries
        assert await audit.of(transaction, "another") == []


# --- when it is away ----------------------------------------------------------------------------


async def test_a_server_that_is_away_is_said_in_one_sentence_soon() -> None:
    """A wrong port means RetryLater within seconds, without the password."""
    database = Database.open("postgresql+psycopg://zwaan:planted-secret@127.0.0.1:1/zwaan")
    started = time.monotonic()
    with pytest.raises(RetryLater, match="the database is away") as caught:
        async with database.read():
            pytest.fail("nobody listens on port 1")
    assert time.monotonic() - started < 30
    assert "planted-secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    await _close(database)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A path through a file is a sentence, not a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(RetryLater, match="folder of the database"):
        Database.open(f"sqlite+aiosqlite:///{tmp_path / 'file' / 'zwaan.db'}")


async def test_a_file_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    """A folder in the place of the file is RetryLater with SQLite's own reason."""
    (tmp_path / "zwaan.db").mkdir()
    database = Database.open(f"sqlite+aiosqlite:///{tmp_path / 'zwaan.db'}")
    with pytest.raises(RetryLater, match="unable to open database file"):
        async with database.write():
            pytest.fail("a folder is no database")
    await _close(database)


async def test_a_file_that_is_no_database_stops(tmp_path: Path) -> None:
    """Waiting cannot mend a damaged file; a person has to."""
    (tmp_path / "zwaan.db").write_bytes(b"not a database " * 1000)
    database = Database.open(f"sqlite+aiosqlite:///{tmp_path / 'zwaan.db'}")
    with pytest.raises(Stop, match="cannot be used: file is not a database"):
        async with database.read():
            pytest.fail("it is no database")
    await _close(database)


@pytest.mark.parametrize(
    "url", ["", "zwaan", "postgresql+psycopg://zwaan:planted-secret@127.0.0.1:port/zwaan"]
)
def test_an_address_that_cannot_be_read_stops(url: str) -> None:
    """An address that is none is named with an example, and never shown: it may hold a password."""
    with pytest.raises(Stop, match="ZWAAN_DATABASE_URL") as caught:
        Database.open(url)
    assert "planted-secret" not in str(caught.value)
