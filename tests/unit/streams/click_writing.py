"""A running writer of clicks, and a log that takes its time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from services.events.outgoing import LinkClicked
from services.events.statement import Statement, state
from services.ports import Record
from streams.serving.click_writer import ClickWriter
from tests.builders import NOW
from tests.fakes import MemoryLog


class SlowLog(MemoryLog):
    """A log whose commits end on request; ``fault`` is raised while it is set."""

    def __init__(self) -> None:
        super().__init__()
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.started = asyncio.Event()
        self.fault: Exception | None = None

    async def append(self, records: Sequence[Record]) -> None:
        self.started.set()
        await self.may_end.wait()
        if self.fault is not None:
            raise self.fault
        await super().append(records)


def click(number: int, code: str = "abc", user_agent: str = "Mozilla é \U0001f984") -> Statement:
    data = LinkClicked(
        code=code, visitor="0" * 16, method="GET", user_agent=user_agent, clicked_at=NOW
    )
    return state(data, at=NOW, cause=str(number))


def keep(writer: ClickWriter, number: int, code: str = "abc") -> Awaitable[None]:
    told = click(number, code)
    return writer.record(told.key, json.dumps(told.event.as_dict()))


def arrived(log: MemoryLog) -> list[str]:
    """Event ids in the log, in order."""
    ids = []
    for record in log.records:
        found = json.loads(record.value)
        ids += [each["id"] for each in (found if isinstance(found, list) else [found])]
    return ids


@asynccontextmanager
async def writing(
    log: MemoryLog, journal: Path, *, ahead: Path | None = None
) -> AsyncIterator[ClickWriter]:
    writer = ClickWriter(log=log, journal=journal, ahead=ahead, patience=60)
    running = asyncio.create_task(writer.run())
    try:
        yield writer
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)
