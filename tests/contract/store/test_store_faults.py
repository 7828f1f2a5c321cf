"""Faults of a real database at every step of a transaction: nothing but a statement is to blame."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.database.engine import Database
from services.database.transaction import Transaction
from services.errors import Conflict, RetryLater
from services.people.store import people
from tests.builders import NOW
from tests.contract.store.conftest import Store
from tests.contract.store.test_store_database import _person
from tests.migrated import open_migrated

on_postgres = pytest.mark.parametrize(
    "store", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


async def _add(transaction: Transaction, number: int) -> None:
    await people.save_person(transaction, _person(number), now=NOW)


async def _is_there(database: Database, number: int) -> bool:
    async with database.read() as transaction:
        return await people.person(transaction, f"p{number}") is not None


async def _cut(other: Database, process: int) -> None:
    """End another connection, and wait until the server has."""
    async with other.write() as transaction:
        await transaction.scalar(sa.select(sa.func.pg_terminate_backend(process, 10_000)))


async def _process(transaction: Transaction) -> int:
    return int(await transaction.scalar(sa.select(sa.func.pg_backend_pid())))


async def _write(database: Database, *statements: str) -> None:
    async with database.write() as transaction:
        for statement in statements:
            await transaction.execute(sa.text(statement))


@on_postgres
@pytest.mark.parametrize(
    ("statements", "sentence"),
    [
        (
            ["SET TRANSACTION READ ONLY", "DELETE FROM people"],
            "the database is read-only: cannot execute DELETE in a read-only transaction; wait for",
        ),
        (
            ["SET LOCAL statement_timeout = 20", "SELECT pg_sleep(10)"],
            "the database stopped a statement: canceling statement due to statement timeout; see",
        ),
        (
            ["SELECT * FROM no_such_table"],
            'the database has the tables of another version: relation "no_such_table" does not',
        ),
        (
            ["SET LOCAL ROLE pg_monitor", "SELECT * FROM pg_authid"],
            "the database refuses access: permission denied for",
        ),
    ],
)
async def test_what_no_statement_is_to_blame_for_is_tried_again(
    store: Store, statements: list[str], sentence: str
) -> None:
    """A failover, a limit, an upgrade under way, a right that is missing: the next try may succeed."""
    async with store.open() as database:
        with pytest.raises(RetryLater) as caught:
            await _write(database, *statements)
        assert str(caught.value).startswith(sentence)
        await _write(database, "DELETE FROM people")


@on_postgres
async def test_a_deadlock_is_a_conflict(store: Store) -> None:
    """Of two transactions that wait for each other one gives way, and hears just that."""
    async with store.open() as one, store.open() as other:
        async with one.write() as transaction:
            await _add(transaction, 1)
            await _add(transaction, 2)
        barrier = asyncio.Barrier(2)

        async def lock(database: Database, *order: int) -> None:
            async with database.write() as transaction:
                await transaction.execute(sa.text("SET LOCAL deadlock_timeout = 50"))
                await _lock(transaction, order[0])
                await barrier.wait()
                await _lock(transaction, order[1])

        ended = await asyncio.gather(lock(one, 1, 2), lock(other, 2, 1), return_exceptions=True)
        (fault,) = [each for each in ended if each is not None]
        assert isinstance(fault, Conflict)
        assert str(fault) == "another transaction was in the way: deadlock detected; try again"


async def _lock(transaction: Transaction, number: int) -> None:
    await transaction.execute(
        sa.text("SELECT id FROM people WHERE id = :id FOR UPDATE"), {"id": f"p{number}"}
    )


@on_postgres
async def test_a_view_that_another_write_overtook_is_a_conflict(store: Store) -> None:
    """Who reads a consistent view and then locks what changed since gives way."""
    async with store.open() as one, store.open() as other:
        async with one.write() as transaction:
            await _add(transaction, 1)

        async def look_then_lock() -> None:
            async with one.read() as transaction:
                assert await people.person(transaction, "p1") is not None
                await _write(other, "UPDATE people SET name = 'Bo'")
                await _lock(transaction, 1)

        with pytest.raises(Conflict, match="could not serialize access"):
            await look_then_lock()


@on_postgres
async def test_a_lock_taken_without_waiting_is_a_conflict(store: Store) -> None:
    """A limit on waiting for locks says the same as a deadlock."""
    async with store.open() as one, store.open() as other:
        async with one.write() as transaction:
            await _add(transaction, 1)
        async with one.write() as transaction:
            await _lock(transaction, 1)
            with pytest.raises(Conflict):
                await _write(other, "SET LOCAL lock_timeout = 20", "DELETE FROM people")


@on_postgres
@pytest.mark.parametrize("step", ["statement", "commit", "after"])
async def test_a_connection_that_is_cut_is_tried_again(store: Store, step: str) -> None:
    """Wherever a connection breaks, the transaction asks for patience and the next one gets another;
    one that had committed raises no failure."""
    async with store.open() as database, store.open() as other:
        process = 0

        async def write() -> None:
            nonlocal process
            async with database.write() as transaction:
                process = await _process(transaction)
                await _add(transaction, 1)
                if step != "after":
                    await _cut(other, process)
                if step == "statement":
                    await _add(transaction, 2)

        if step == "after":
            await write()
            await _cut(other, process)
            assert await _is_there(database, 1), "with a connection that the pool found broken"
            return
        with pytest.raises(RetryLater, match="the database is away"):
            await write()
        assert not await _is_there(database, 1)
        async with database.write() as transaction:
            await _add(transaction, 1)


@on_postgres
async def test_a_connection_that_is_cut_during_the_commit_is_tried_again(store: Store) -> None:
    """Whether it committed is unknown then, and every caller may write the same again."""
    slow_commit = [
        "CREATE TEMP TABLE slow (id int)",
        """CREATE FUNCTION pg_temp.wait() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN PERFORM pg_sleep(30); RETURN NULL; END'""",
        """CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION pg_temp.wait()""",
        "INSERT INTO slow VALUES (1)",
    ]
    committing = sa.text(
        "SELECT pid FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active'"
    )
    async with store.open() as database, store.open() as other:
        writing = asyncio.create_task(_write(database, *slow_commit))
        async with asyncio.timeout(20):
            process = None
            while process is None:
                async with other.read() as transaction:
                    process = await transaction.scalar(committing)
        await _cut(other, process)
        with pytest.raises(RetryLater, match="the database is away"):
            await writing


@on_postgres
async def test_a_caller_that_goes_on_after_the_cut_hears_the_same(store: Store) -> None:
    """Who swallows the first error of a broken connection gets no other reaction from the second."""
    async with store.open() as database, store.open() as other:

        async def go_on() -> None:
            async with database.write() as transaction:
                await _cut(other, await _process(transaction))
                with pytest.raises(sa.exc.DBAPIError):
                    await _add(transaction, 1)
                await _add(transaction, 1)

        with pytest.raises(RetryLater):
            await go_on()


@on_postgres
async def test_a_refused_login_is_tried_again(store: Store) -> None:
    """Who is refused at the door tries again: passwords change on both sides, one after the other."""
    url = store.url.replace("postgresql+psycopg://zwaan:", "postgresql+psycopg://zwaan:wrong-")
    database = Database.open(url)
    with pytest.raises(RetryLater, match="password authentication failed"):
        async with database.read():
            pytest.fail("nobody is let in with a wrong password")
    await database.close()


# --- SQLite -------------------------------------------------------------------------------------


@asynccontextmanager
async def _with_pragma(path: Path, statement: str) -> AsyncIterator[Database]:
    """A database each of whose connections begins with ``statement``."""
    database = await open_migrated(path)

    @sa.event.listens_for(database._engine.sync_engine, "connect")
    def _prepare(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
        connection.cursor().execute(statement)

    try:
        yield database
    finally:
        await database.close()


async def test_a_full_disk_is_waited_for(tmp_path: Path) -> None:
    """A file that may not grow is a reason to wait, with what to do."""
    path = tmp_path / "zwaan.db"
    async with _with_pragma(path, "PRAGMA max_page_count=1") as database:

        async def write() -> None:
            async with database.write() as transaction:
                for number in range(2_000):
                    await _add(transaction, number)

        with pytest.raises(RetryLater, match=r"has no room: .* is full; free some disk space"):
            await write()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM people").fetchone() == (0,)


async def test_a_read_only_file_is_waited_for(tmp_path: Path) -> None:
    """A file that may not be written is a reason to wait until somebody mends its rights."""
    async with _with_pragma(tmp_path / "zwaan.db", "PRAGMA query_only=ON") as database:
        with pytest.raises(RetryLater, match=r"is read-only: .*; mend the rights of the file"):
            async with database.write() as transaction:
                await _add(transaction, 1)
