"""An open transaction whose statements always end, also when their task is cancelled.

A statement of an async driver that is abandoned in the middle leaves a connection that nobody can
trust: with aiosqlite 0.22 under SQLAlchemy 2.1 it went back to the pool dead, and the next writer
waited on it for ever, holding the writers' lock (tests/unit/storage/test_cancellation.py). So a
cancelled task waits for the statement under way, a matter of milliseconds, and stops after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

_T = TypeVar("_T")


class Transaction:
    """What storage functions take. Only this package knows that SQLAlchemy is behind it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    async def execute(self, statement: sa.Executable, rows: Any = None) -> sa.CursorResult[Any]:
        return await to_its_end(self._connection.execute(statement, rows))

    async def scalar(self, statement: sa.Executable) -> Any:
        return await to_its_end(self._connection.scalar(statement))

    async def scalars(self, statement: sa.Executable) -> sa.ScalarResult[Any]:
        return await to_its_end(self._connection.scalars(statement))

    async def run_sync(self, work: Callable[[sa.Connection], _T]) -> _T:
        return await to_its_end(self._connection.run_sync(work))


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
