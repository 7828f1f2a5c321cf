"""An open transaction whose statements always end, also when their task is cancelled.

A statement of an async driver that is abandoned in the middle leaves an unusable
connection: with aiosqlite 0.22 under SQLAlchemy 2.1 it went back to the pool dead, and the next writer
waited on it for ever, holding the writers' lock (tests/unit/database/test_cancellation.py). So a
cancelled task waits for the statement under way, a matter of milliseconds, and stops after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from typing import Any, Self, TypeVar, TypeVarTuple

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler

from services.database.faults import AWAY
from services.database.schema import Json

_T = TypeVar("_T")
_Args = TypeVarTuple("_Args")


class Transaction:
    """What storage functions take. Only this package knows that SQLAlchemy is behind it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    async def execute(self, statement: sa.Executable, rows: Any = None) -> sa.CursorResult[Any]:
        return await driven(self._connection.execute(statement, rows))

    async def insert_many(self, statement: sa.Insert, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert many rows with the same columns.

        SQLAlchemy looks at every parameter of every row with care; for thousands of rows of one
        shape it is enough to compile once and to convert each column's values in turn, which takes
        a third of the time. PostgreSQL takes them as one statement with one value.
        """
        if len(rows) < _MANY:
            await self.execute(statement, [dict(row) for row in rows])
        elif self.dialect.name == "sqlite":
            compiled, names = self._compiled(statement, rows)
            parameters = self._parameters(statement, names, rows)
            await driven(self._connection.exec_driver_sql(str(compiled), parameters))
        else:
            of_records = _of_records(statement, list(rows[0]))
            await self.execute(of_records, {"records": self._records(statement, rows)})

    async def fill(self, table: sa.Table, rows: Sequence[tuple[str | int, ...]]) -> None:
        """Put many rows into a table that has none of them: each a value a column, none empty.

        COPY on PostgreSQL, which takes a fifth of the time of an INSERT for each.
        """
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        if self.dialect.name == "sqlite":
            marks = ", ".join("?" * len(table.columns))
            statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - ours
            for start in range(0, len(rows), _AT_ONCE):
                some = list(rows[start : start + _AT_ONCE])
                await driven(self._connection.exec_driver_sql(statement, some))
            return
        beneath = await driven(self._connection.get_raw_connection())
        for start in range(0, len(rows), _AT_ONCE):
            text = _as_copied(rows[start : start + _AT_ONCE])
            await driven(_copy(beneath.driver_connection, f"{table.name} ({names})", text))

    async def insert_many_returning(
        self, statement: sa.Insert, rows: Sequence[Mapping[str, Any]]
    ) -> list[tuple[Any, ...]]:
        """As `insert_many`, and what the statement returns of the rows that it inserted."""
        if len(rows) < _MANY:
            return [
                tuple(row) for row in await self.execute(statement, [dict(row) for row in rows])
            ]
        if self.dialect.name != "sqlite":
            records = {"records": self._records(statement, rows)}
            of_records = _of_records(statement, list(rows[0]))
            return [tuple(row) for row in await self.execute(of_records, records)]
        compiled, names = self._compiled(statement, rows)
        one = f"({', '.join('?' * len(names))})"
        returned: list[tuple[Any, ...]] = []
        for start in range(0, len(rows), most := _VARIABLES // len(names)):
            some = self._parameters(statement, names, rows[start : start + most])
            text = str(compiled).replace(one, ", ".join([one] * len(some)), 1)
            found = await driven(
                self._connection.exec_driver_sql(text, tuple(chain.from_iterable(some)))
            )
            returned += map(tuple, found)
        return returned

    def _compiled(
        self, statement: sa.Insert, rows: Sequence[Mapping[str, Any]]
    ) -> tuple[SQLCompiler, Sequence[str]]:
        """The statement, and the columns in the order of its parameters."""
        compiled = statement.compile(dialect=self.dialect, column_keys=list(rows[0]))
        return compiled, compiled.positiontup or list(rows[0])

    def _parameters(
        self, statement: sa.Insert, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
    ) -> list[tuple[Any, ...]]:
        columns = [_converted(statement.table.c[name], self.dialect, rows) for name in names]
        return list(zip(*columns, strict=True))

    def _records(self, statement: sa.Insert, rows: Sequence[Mapping[str, Any]]) -> str:
        """The rows as one JSON text, for `_of_records`."""
        names = list(rows[0])
        columns = [
            # The driver would wrap each of these values, to be unwrapped again.
            [row[name] for row in rows]
            if isinstance(statement.table.c[name].type, Json)
            else _converted(statement.table.c[name], self.dialect, rows)
            for name in names
        ]
        records = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
        return to_json(records, fallback=_as_bytea).decode()

    async def scalar(self, statement: sa.Executable) -> Any:
        return await driven(self._connection.scalar(statement))

    async def in_parts(
        self, statement: sa.Executable, rows: int
    ) -> AsyncIterator[Sequence[sa.Row[Any]]]:
        """The result, so many rows at a time: others have the loop between two parts."""
        result = await driven(self._connection.stream(statement))
        try:
            while some := await driven(result.fetchmany(rows)):
                yield some
        finally:
            await driven(result.close())

    async def scalars(self, statement: sa.Executable) -> sa.ScalarResult[Any]:
        return await driven(self._connection.scalars(statement))

    async def run_sync(self, work: Callable[[sa.Connection], _T]) -> _T:
        return await to_its_end(self._connection.run_sync(work))


class Behind:
    """What a transaction does behind its owner's back, one thing after the other; all has ended with the block.

    Meanwhile its owner computes, and asks it nothing: so neither waits for the other.
    """

    def __init__(self) -> None:
        self._work: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def begin(
        self, work: Callable[[*_Args], Coroutine[Any, Any, Any]], *args: *_Args
    ) -> None:
        """Start once what began before has ended. Raises what that raised."""
        await self._end()
        self._work = asyncio.create_task(work(*args))

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            await self._end()
        except Exception:
            if kind is None:
                raise

    async def _end(self) -> None:
        if (work := self._work) is not None:
            self._work = None
            await to_its_end(work)


@lru_cache(maxsize=256)
def _from_records(table: sa.Table, names: tuple[str, ...]) -> sa.Select[Any]:
    columns = (sa.column(name, table.c[name].type) for name in names)
    text = sa.cast(sa.bindparam("records", type_=sa.Text), sa.JSON)
    found = (
        sa.func.json_to_recordset(text)
        .table_valued(*columns)
        .render_derived(name="record", with_types=True)
    )
    return sa.select(*(found.c[name] for name in names))


def _of_records(statement: sa.Insert, names: Sequence[str]) -> sa.Insert:
    """The INSERT of what `Transaction._records` gives, in its order."""
    return statement.from_select(list(names), _from_records(statement.table, tuple(names)))


def _as_bytea(wrapped: Any) -> str:
    """Bytes, which the driver wraps, as PostgreSQL reads them from a text."""
    return f"\\x{wrapped.obj.hex()}"


async def _copy(connection: Any, into: str, text: str) -> None:
    async with connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        await copy.write(text)


def _as_copied(rows: Sequence[tuple[str | int, ...]]) -> str:
    """The text format of COPY (https://www.postgresql.org/docs/current/sql-copy.html)."""
    text = "\n".join(["\t".join([str(value) for value in row]) for row in rows])
    is_plain = (
        "\\" not in text
        and "\r" not in text
        and text.count("\n") == len(rows) - 1
        and text.count("\t") == len(rows) * (len(rows[0]) - 1)
    )
    if not is_plain:
        text = "\n".join(
            ["\t".join([str(value).translate(_ESCAPED) for value in row]) for row in rows]
        )
    return text


_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
#: Rows whose text is in memory at a time.
_AT_ONCE = 20_000
#: From so many rows on compiling anew costs less than it saves.
_MANY = 20
#: SQLite takes 32,766 in one statement.
_VARIABLES = 30_000


def _converted(
    column: sa.ColumnClause[Any], dialect: Dialect, rows: Sequence[Mapping[str, Any]]
) -> list[Any]:
    """A column's values as the driver takes them."""
    convert = column.type.dialect_impl(dialect).bind_processor(dialect)
    values = [row[column.name] for row in rows]
    if convert is None:
        return values
    first = values[0]
    if all(value is first for value in values):  # the moment of the transaction, for example
        return [convert(first)] * len(values)
    return [convert(value) for value in values]


async def driven(work: Coroutine[Any, Any, _T] | Awaitable[_T]) -> _T:
    """Await ``work`` of the driver to its end. Raises RetryLater when its socket fails below it."""
    try:
        return await to_its_end(work)
    except OSError as error:
        raise AWAY.because(error) from error


async def to_its_end(work: Coroutine[Any, Any, _T] | Awaitable[_T]) -> _T:
    """Await ``work``; when this task is cancelled meanwhile, let ``work`` end first."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # seen; the cancellation matters more
        raise
