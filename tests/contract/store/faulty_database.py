"""A database that fails where and how a test says, on a real one."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncEngine

from services.database.engine import Database
from services.database.transaction import Transaction

Step = Literal["begin", "commit", "committed"]


@dataclass(frozen=True, slots=True)
class Failure:
    """``begin``: no transaction; ``commit``: it is undone; ``committed``: only its reply is lost."""

    step: Step
    error: BaseException


class FaultyDatabase(Database):
    """Writes meet the ``failures`` one after the other; None lets one through."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self.failures: deque[Failure | None] = deque()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        failure = self.failures.popleft() if self.failures else None
        if failure is not None and failure.step == "begin":
            raise failure.error
        async with super().write() as transaction:
            yield transaction
            if failure is not None and failure.step == "commit":
                raise failure.error
        if failure is not None and failure.step == "committed":
            raise failure.error
