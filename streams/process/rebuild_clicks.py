"""Count the clicks on the log again beside the workers, who go on.

What is counted waits in a file of its own until all of it is; then it takes the place of the figures
that everybody read until then, in one transaction, together with what the workers counted meanwhile.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from services.database.engine import Database
from services.database.transaction import Transaction
from services.events.clicks import read_clicks
from services.events.record import read_record
from services.events.statement import Fact
from services.figures.rules.click import Click, Recount, judged, microseconds
from services.figures.store import rebuilt_clicks
from services.figures.store.click_cells import HOURS_MEMORY
from services.figures.store.rebuilt_clicks import Scope
from streams.logs.admin import LogAdmin, TopicState

_RECORDS_A_ROUND = 500
#: Cells and single clicks that are in memory at a time.
_AT_ONCE = 100_000
#: The workers wait for what is left: so few records are read in a moment.
_FEW_RECORDS = 200


@dataclass(slots=True, kw_only=True)
class _Partition:
    recount: Recount
    first: int
    next: int
    counted: int = field(default=0)


class ClickRebuild:
    """``since``: clicks from before this midnight are left as they were counted; None: none are.
    ``looked`` is called with the number of records that were counted again."""

    def __init__(
        self,
        database: Database,
        admin: LogAdmin,
        topic: TopicState,
        *,
        since: datetime | None,
        memory: timedelta,
        now: datetime,
        looked: Callable[[int], None],
    ) -> None:
        self._database = database
        self._admin = admin
        self._topic = topic
        self._looked = looked
        hours = datetime.combine((now - HOURS_MEMORY).astimezone(UTC), time(), UTC)
        if since is not None:
            hours = max(hours, since)
        self._scope = Scope(
            day="" if since is None else since.astimezone(UTC).date().isoformat(),
            hour=hours.isoformat()[:13],
        )
        self._since = _EVER if since is None else microseconds(since)
        self._hours = microseconds(hours)
        self._memory = memory // timedelta(microseconds=1)

    async def run(self) -> int:
        """Returns how many clicks were counted. Raises RetryLater when a dependency is away."""
        async with self._database.read() as transaction:
            before = await rebuilt_clicks.forgotten_before(transaction)
        singly = _EVER if before is None else microseconds(before)
        partitions = {
            each.number: _Partition(
                recount=Recount(
                    since=self._since, hours=self._hours, singly=singly, memory=self._memory
                ),
                first=each.first,
                next=each.first,
            )
            for each in self._topic.partitions
        }
        with (
            tempfile.TemporaryDirectory(prefix="zwaan-rebuild-") as folder,
            closing(_Scratch(Path(folder) / "counted.db")) as scratch,
        ):
            await self._catch_up(partitions, scratch)
            await self._put_in_place(partitions, scratch)
        return sum(each.recount.counted for each in partitions.values())

    async def _catch_up(self, partitions: dict[int, _Partition], scratch: _Scratch) -> None:
        """Count all that is on the log, until hardly anything is left that the workers counted."""
        ends = {each.number: each.end for each in self._topic.partitions}
        left = True
        while left:
            for number, each in partitions.items():
                await self._count(
                    number, each, ends[number], lambda: _make_room(partitions, scratch)
                )
            async with self._database.read() as transaction:
                ends = await self._ends(transaction, partitions)
            left = (
                sum(ends[number] - each.next for number, each in partitions.items()) > _FEW_RECORDS
            )

    async def _ends(
        self, transaction: Transaction, partitions: dict[int, _Partition]
    ) -> dict[int, int]:
        until = await rebuilt_clicks.counted_until(transaction)
        ends = await asyncio.to_thread(self._admin.end_offsets, self._topic.name)
        # Of a log that began anew the database may remember offsets that are still to come.
        return {
            number: max(each.next, min(until.get(number, 0), ends.get(number, 0)))
            for number, each in partitions.items()
        }

    async def _count(
        self,
        number: int,
        partition: _Partition,
        end: int,
        counted: Callable[[], None] = lambda: None,
    ) -> None:
        """``counted`` is called after every round."""
        recount = partition.recount
        while partition.next < end:
            records = await asyncio.to_thread(
                self._admin.read,
                self._topic.name,
                number,
                partition.next,
                min(_RECORDS_A_ROUND, end - partition.next),
            )
            records = [record for record in records if record.position.offset < end]
            for record in records:
                for click in _clicks(record.value, self._topic.name):
                    recount.add(click)
            partition.next = records[-1].position.offset + 1 if records else end
            self._looked(len(records))
            counted()

    async def _put_in_place(self, partitions: dict[int, _Partition], scratch: _Scratch) -> None:
        async with self._database.write() as transaction:
            await rebuilt_clicks.prepare(transaction)
            for cells in scratch.cells():
                await rebuilt_clicks.add_cells(transaction, cells)
            for clicks in scratch.clicks():
                await rebuilt_clicks.add_clicks(transaction, clicks)
            await _add(transaction, partitions)
            await rebuilt_clicks.hold(transaction, list(partitions))
            ends = await self._ends(transaction, partitions)
            for number, each in partitions.items():
                await self._count(number, each, ends[number])
            await _add(transaction, partitions)
            await rebuilt_clicks.replace(
                transaction,
                self._scope,
                records={number: (each.first, each.next) for number, each in partitions.items()},
                clicks_counted=sum(each.recount.counted for each in partitions.values()),
            )


_EVER = -(2**63)


def _make_room(partitions: dict[int, _Partition], scratch: _Scratch) -> None:
    recounts = [each.recount for each in partitions.values()]
    if sum(len(each.cells) + len(each.recent) for each in recounts) > _AT_ONCE:
        for each in recounts:
            scratch.keep(each)


async def _add(transaction: Transaction, partitions: dict[int, _Partition]) -> None:
    """What is in memory, which is empty then."""
    recounts = [each.recount for each in partitions.values()]
    cells = [(*cell, clicks) for each in recounts for cell, clicks in each.cells.items()]
    await rebuilt_clicks.add_cells(transaction, cells)
    await rebuilt_clicks.add_clicks(
        transaction, [click for each in recounts for click in each.recent]
    )
    for each in recounts:
        each.cells.clear()
        each.recent.clear()


def _clicks(value: bytes | None, topic: str) -> Iterator[Click]:
    """The valid clicks of a record; the others are dead letters already."""
    read = read_clicks(value)
    if read is not None:
        for click in read:
            yield judged(click.id, click)
        return
    for element in read_record(value, topic):
        if isinstance(element.fact, Fact):
            yield judged(element.fact.event.id, element.fact.data)


class _Scratch:
    """What was counted so far, on the disk: of ten million clicks it is more than memory should hold."""

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(path, isolation_level=None)
        for statement in (
            "PRAGMA journal_mode=OFF",
            "PRAGMA synchronous=OFF",
            "CREATE TABLE cells (code, span, class, reason, clicks)",
            "CREATE TABLE clicks (id, code, visitor, class, reason, at, hour)",
        ):
            self._file.execute(statement)

    def keep(self, recount: Recount) -> None:
        """Take over what ``recount`` has, and empty it."""
        cells = ((*cell, clicks) for cell, clicks in recount.cells.items())
        self._file.execute("BEGIN")
        self._file.executemany("INSERT INTO cells VALUES (?, ?, ?, ?, ?)", cells)
        self._file.executemany("INSERT INTO clicks VALUES (?, ?, ?, ?, ?, ?, ?)", recount.recent)
        self._file.execute("COMMIT")
        recount.cells.clear()
        recount.recent.clear()

    def cells(self) -> Iterator[list[rebuilt_clicks.Cell]]:
        return self._rows("SELECT * FROM cells")

    def clicks(self) -> Iterator[list[Click]]:
        return ([Click(*row) for row in rows] for rows in self._rows("SELECT * FROM clicks"))

    def _rows(self, query: str) -> Iterator[list]:  # type: ignore[type-arg]
        found = self._file.execute(query)
        while rows := found.fetchmany(_AT_ONCE):
            yield rows

    def close(self) -> None:
        self._file.close()
