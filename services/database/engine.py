"""Opening the database, transactions, and the few statements that every noun needs."""

from __future__ import annotations

import asyncio
import math
import select
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from services.database.faults import READ_ONLY, named
from services.database.transaction import Transaction, driven, to_its_end
from services.errors import RetryLater, WrongSetting
from services.message import message

if TYPE_CHECKING:
    import psycopg
    from _typeshed import DataclassInstance

_T = TypeVar("_T")


class Database:
    """One engine. Writers queue up in the process, so SQLite never answers "database is locked"."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._sqlite = engine.dialect.name == "sqlite"
        self._writer = asyncio.Lock()
        self._listeners: list[Callable[[], None]] = []

    @classmethod
    def open(cls, url: str) -> Self:
        """Prepare an engine for ``url``; nothing connects before the first transaction.

        Raises WrongSetting for an address that cannot be read, RetryLater when its folder cannot be made.
        """
        try:
            backend = make_url(url).get_backend_name()
        except (ArgumentError, ValueError) as error:
            # Not with the address: it may hold a password.
            raise WrongSetting(
                message(
                    "setting.database-url",
                    "the setting ZWAAN_DATABASE_URL is not a database's address, for example postgresql+psycopg://zwaan@127.0.0.1/zwaan",
                )
            ) from error
        return cls(_open_sqlite(url) if backend == "sqlite" else _open_server(url))

    def on_write(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after every commit of a write, in this process."""
        self._listeners.append(listener)

    @asynccontextmanager
    async def write(self, *, quietly: bool = False) -> AsyncIterator[Transaction]:
        """A transaction that commits at the end. Its faults are named by `services.database.faults`.

        ``quietly``: what it writes gives no listener anything to do. Where the connection broke during the commit, RetryLater leaves open whether it committed.
        """
        if self._sqlite:
            async with self._writer, self._transaction("BEGIN IMMEDIATE") as transaction:
                yield transaction
        else:
            async with self._transaction() as transaction:
                yield transaction
        if not quietly:
            for listener in self._listeners:
                listener()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """A consistent view. Its faults are named as those of `write`."""
        if self._sqlite:
            async with self._transaction("BEGIN") as transaction:
                yield transaction
        else:
            async with self._transaction(isolation_level="REPEATABLE READ") as transaction:
                yield transaction

    @asynccontextmanager
    async def _transaction(self, begin: str = "", **options: str) -> AsyncIterator[Transaction]:
        connection = self._engine.connect()
        try:
            await driven(connection.start())
            if options:
                await connection.execution_options(**options)
            await driven(connection.begin().start())
            if begin:
                await driven(connection.exec_driver_sql(begin))
            yield Transaction(connection)
            await driven(connection.commit())
        except Exception as error:
            fault = named(error, lost=_is_lost(connection))
            if fault is None:
                raise
            raise fault from error
        finally:
            if connection.sync_connection is not None:
                # Rolls back what was not committed. What fails here changes nothing any more, and
                # the pool keeps no connection that fails.
                with suppress(DBAPIError, OSError):
                    await to_its_end(connection.close())

    async def check(self) -> None:
        """Raises RetryLater when nothing can be written now: it is away, or read-only."""
        async with self.read() as transaction:
            if self._sqlite:
                await transaction.scalar(sa.select(1))
            elif await transaction.scalar(sa.text("SHOW transaction_read_only")) == "on":
                raise READ_ONLY.because(RuntimeError("it takes no writes"))

    async def close(self) -> None:
        await self._engine.dispose()


def _open_sqlite(url: str) -> AsyncEngine:
    path = make_url(url).database
    if path and path != ":memory:":
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RetryLater(
                message(
                    "database.no-folder",
                    "the folder of the database cannot be made: {fault}",
                    fault=str(error),
                )
            ) from error
    engine = create_async_engine(url, connect_args={"timeout": 10}, pool_size=5, max_overflow=5)

    @sa.event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN comes too late for consistent reads; `_transaction` states it.
        connection.isolation_level = None
        cursor = connection.cursor()
        _write_ahead(cursor)
        for pragma in (
            # What a transaction committed has to outlive the machine, because the log's offsets do.
            "synchronous=FULL",
            "foreign_keys=ON",
            # Kilobytes, for each connection; five are kept.
            "cache_size=-8000",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _open_server(url: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        connect_args={"connect_timeout": 5},
        # Half of the time of the standard library's, for each of the lists of each of thousands of people.
        json_deserializer=from_json,
    )

    @sa.event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # As of a disk without a head: as shipped, PostgreSQL reads the reach of all posts rather
        # than look up that of a page's campaigns.
        cursor = connection.cursor()
        cursor.execute("SET random_page_cost = 1.1")
        cursor.close()
        connection.commit()

    @sa.event.listens_for(engine.sync_engine, "checkin")
    def _leave(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["left"] = time.monotonic()

    @sa.event.listens_for(engine.sync_engine, "checkout")
    def _look(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        # `pool_pre_ping` asks before each of thousands of transactions: a fifth of all round trips.
        rested = time.monotonic() - record.info.get("left", math.inf)
        try:
            if rested > _TRUSTED or _has_pending_input(connection.driver_connection):
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as gone:
            raise InvalidatePoolError from gone

    return engine


def _has_pending_input(connection: psycopg.AsyncConnection[Any]) -> bool:
    """Whether PostgreSQL said something unasked, as it does when it ends a connection."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


#: A connection that answered so few seconds ago is not asked whether it still does.
_TRUSTED = 1.0


def _write_ahead(cursor: Any) -> None:
    """Turn to WAL. Two processes that make one new file at once get "locked" here, without the
    wait that every other statement is granted; the turn takes microseconds."""
    for attempt in range(_TURNS):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if attempt + 1 == _TURNS:
                raise
            time.sleep(0.01)
        else:
            return


_TURNS = 100


def _is_lost(connection: AsyncConnection) -> bool:
    beneath = connection.sync_connection
    return beneath is not None and (beneath.invalidated or beneath.closed)


def in_parts(values: Sequence[_T], *, variables: int = 1) -> Iterator[Sequence[_T]]:
    """Cut what a statement names into parts below SQLite's limit of 32,766 variables.

    ``variables`` is how many of them each value takes.
    """
    most = _MOST // variables
    return (values[start : start + most] for start in range(0, len(values), most))


_MOST = 10_000


def is_one_of(
    transaction: Transaction, column: sa.ColumnElement[str], values: Iterable[str]
) -> sa.ColumnElement[bool]:
    """However many texts there are, one variable: the same statement, which the database knows already."""
    if transaction.dialect.name == "sqlite":
        texts = sa.func.json_each(to_json(list(values)).decode()).table_valued("value")
        return column.in_(sa.select(texts.c.value))
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - slow, and only where it is used

    return column == sa.any_(sa.literal(list(values), postgresql.ARRAY(sa.Text)))


def in_key_order(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """The rows that fulfil ``conditions``, locked one by one in the order of their key before the
    statement changes the first. On its own a statement locks in the order in which it finds them.

    See `services.database.schema`.
    """
    key = (
        sa.tuple_(*table.primary_key)
        if len(table.primary_key) > 1
        else next(iter(table.primary_key))
    )
    held = (
        sa.select(*table.primary_key)
        .where(*conditions)
        .order_by(*table.primary_key)
        .with_for_update(key_share=True)
    )
    return key.in_(held)


def insert_for(transaction: Transaction, table: sa.Table) -> Any:
    """An INSERT that knows ON CONFLICT, for this transaction's database."""
    if transaction.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - slow, and only where it is used

    return postgresql.insert(table)


async def insert_new(
    transaction: Transaction, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert the rows that are not there yet, by any of the table's unique keys."""
    if rows:
        statement = insert_for(transaction, table).on_conflict_do_nothing()
        await transaction.insert_many(statement, _sorted(table, rows))


async def insert_new_returning(
    transaction: Transaction,
    table: sa.Table,
    rows: Sequence[Mapping[str, Any]],
    *columns: sa.Column[Any],
) -> set[tuple[Any, ...]]:
    """As `insert_new`; returns ``columns`` of the rows that were not there.

    Of two transactions that insert the same row at the same time, the second waits for the first.
    """
    if not rows:
        return set()
    statement = insert_for(transaction, table).on_conflict_do_nothing().returning(*columns)
    return set(await transaction.insert_many_returning(statement, _sorted(table, rows)))


async def take_turns(transaction: Transaction, *names: str) -> None:
    """Let one transaction at a time go on from here with these ``names``, until it ends.

    Before any row is locked (`services.database.schema`), several of them sorted. On SQLite writers
    take turns anyway.
    """
    if transaction.dialect.name == "postgresql":
        await transaction.execute(sa.select(sa.func.pg_advisory_xact_lock(_turn(names))))


async def has_turn(transaction: Transaction, *names: str) -> bool:
    """As `take_turns`, without waiting: False when another transaction has the turn."""
    if transaction.dialect.name != "postgresql":
        return True
    return bool(
        await transaction.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_turn(names))))
    )


def _turn(names: Sequence[str]) -> sa.ColumnElement[int]:
    return sa.func.hashtextextended("\x1f".join(names), 0)


def as_row(instance: DataclassInstance) -> dict[str, Any]:
    """The columns of a dataclass, as they are: its messages are values and no tables of their own."""
    return {field.name: getattr(instance, field.name) for field in fields(instance)}


async def replace(
    transaction: Transaction, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows, or overwrite those with the same primary key."""
    if not rows:
        return
    statement = insert_for(transaction, table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    await transaction.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=changed),
        [dict(row) for row in _sorted(table, rows)],
    )


def _sorted(table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Sort by key: of two transactions with the same rows the second waits for
    the first, and never the first for the second."""
    unique = (
        [column.name for column in constraint.columns]
        for constraint in sorted(table.constraints, key=lambda each: each is not table.primary_key)
        if isinstance(constraint, (sa.PrimaryKeyConstraint, sa.UniqueConstraint))
    )
    names = next(names for names in unique if all(name in rows[0] for name in names))
    return sorted(rows, key=lambda row: [row[name] for name in names])
