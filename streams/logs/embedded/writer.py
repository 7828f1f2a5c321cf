"""The one writer of a log: a thread that turns all that has come in since into one commit.

Group commit: while a commit waits for the disk, appends queue up; the next commit carries all of
them. One caller pays one sync; a thousand callers share one.

An `Appender` does the same in an event loop before it: one hand-over to the writer at a time.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from services.errors import Stop, ZwaanError
from services.message import message
from streams.logs.embedded.batch import Header, StoredRecord, encode
from streams.logs.embedded.database import error_from
from streams.logs.embedded.partition import Partition

#: A commit takes no more than this, so that memory and the wait for it stay bounded.
GROUP_RECORDS = 10_000
GROUP_BYTES = 8_388_608

#: Called once with the outcome, in the writer thread; must not block.
Settle = Callable[[Any], None]

#: (partition, timestamp in ms, key, value, headers)
Placed = tuple[Partition, int, bytes | None, bytes | None, tuple[Header, ...]]


@dataclass(slots=True, kw_only=True)
class Append:
    """Records to append; settled with their offsets, or with the error."""

    records: Sequence[Placed]
    size: int
    settle: Settle


@dataclass(slots=True, kw_only=True)
class Commit:
    """Offsets to commit for a group; settled with None, or with the error."""

    group: str
    offsets: Mapping[Partition, int]
    settle: Settle


@dataclass(slots=True, kw_only=True)
class Run:
    """Work in a transaction of its own; settled with what ``then`` makes of its result once that is
    committed, or with the error.
    """

    work: Callable[[sqlite3.Connection], Any]
    settle: Settle
    then: Callable[[Any], Any] = lambda done: done


Job = Append | Commit | Run
Statement = tuple[str, list[Any]]


class Writer:
    """Owns the writing connection. Jobs take effect in the order in which they are submitted, and all
    of them after the first step of the housekeeping.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        *,
        on_append: Callable[[], None],
        housekeeping: Callable[[sqlite3.Connection], Callable[[], bool]],
        housekeeping_every: float,
    ) -> None:
        """``housekeeping`` does one bounded step in a transaction; what it returns is called once
        that is committed, and says whether there is more to do.
        """
        self._connection = connection
        self._path = path
        self._on_append = on_append
        self._housekeeping = housekeeping
        self._every = housekeeping_every
        self._due = time.monotonic()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._broken: ZwaanError | None = None
        self._closed = False
        self._door = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="embedded-log", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Raises Stop when the log is closed or has failed for good."""
        # Nothing comes in after the job that ends the thread: it would never be settled.
        with self._door:
            if self._closed:
                raise Stop(
                    message(
                        "log.closed",
                        "the log {path} is closed; open it again",
                        path=str(self._path),
                    )
                )
            if self._broken is not None:
                raise self._broken
            self._jobs.put(job)

    def close(self) -> None:
        """Finish what was submitted, then close the file."""
        with self._door:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        self._thread.join()
        self._connection.close()

    # --- the thread ---------------------------------------------------------------------------

    def _work(self) -> None:
        carried: Job | None = None
        while True:
            if time.monotonic() >= self._due:
                self._keep_house()
            try:
                job = carried or self._jobs.get(timeout=max(0.0, self._due - time.monotonic()))
            except Empty:
                continue
            carried = None
            if job is None:
                return
            if isinstance(job, Run):
                self._run(job)
            else:
                group, carried, closing = self._gather(job)
                self._commit(group)
                if closing:
                    return

    def _gather(self, first: Append | Commit) -> tuple[list[Append | Commit], Job | None, bool]:
        """All that waits, up to the bounds: the group, a job for after it, and whether to end."""
        group: list[Append | Commit] = []
        records = size = 0
        job: Job | None = first
        while True:
            if job is None:
                return group, None, True
            if isinstance(job, Run):
                return group, job, False
            group.append(job)
            if isinstance(job, Append):
                records += len(job.records)
                size += job.size
            if records >= GROUP_RECORDS or size >= GROUP_BYTES:
                return group, None, False
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return group, None, False

    def _commit(self, group: Sequence[Append | Commit]) -> None:
        batches, outcomes = _lay_out(group)
        statements: list[Statement] = []
        sizes: dict[Partition, int] = {}
        if batches:
            statements.append(_insert(batches, sizes))
        statements += [_upsert(job) for job in group if isinstance(job, Commit)]
        try:
            self._execute(statements)
        except Exception as error:  # noqa: BLE001 - a thread that dies would leave callers waiting
            failure = self._fail(error)
            for job in group:
                job.settle(failure)
            return
        for partition, records in batches.items():
            partition.extend(records, sizes[partition])
        if batches:
            self._on_append()
        for job, outcome in zip(group, outcomes, strict=True):
            job.settle(outcome)

    def _execute(self, statements: Sequence[Statement]) -> None:
        """One statement commits by itself, which saves two rounds for the interpreter lock."""
        if len(statements) == 1:
            self._connection.execute(*statements[0])
            return
        with _transaction(self._connection):
            for sql, values in statements:
                self._connection.execute(sql, values)

    def _run(self, job: Run) -> None:
        try:
            with _transaction(self._connection):
                done = job.work(self._connection)
            outcome = job.then(done)
        except Exception as error:  # noqa: BLE001 - it is the caller's, who gets it
            outcome = self._fail(error)
        job.settle(outcome)

    def _keep_house(self) -> None:
        more = False
        try:
            with _transaction(self._connection):
                committed = self._housekeeping(self._connection)
            more = committed()
        except Exception as error:  # noqa: BLE001 - appends go on; what is fatal is remembered
            self._fail(error)
        self._due = time.monotonic() + (0.0 if more else self._every)

    def _fail(self, error: Exception) -> ZwaanError:
        if isinstance(error, ZwaanError):
            return error
        failure = error_from(error, self._path)
        if isinstance(failure, Stop):
            self._broken = failure
        failure.__cause__ = error
        return failure


class _transaction:  # noqa: N801 - reads as the statement that it runs
    """BEGIN IMMEDIATE … COMMIT, or ROLLBACK when anything is raised, a failing COMMIT included."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


def _lay_out(
    group: Sequence[Append | Commit],
) -> tuple[dict[Partition, list[StoredRecord]], list[list[int] | None]]:
    """Give every record its offset: the new batch of each partition, and the outcome of each job."""
    batches: dict[Partition, list[StoredRecord]] = {}
    outcomes: list[list[int] | None] = []
    for job in group:
        if isinstance(job, Commit):
            outcomes.append(None)
            continue
        offsets: list[int] = []
        for partition, timestamp, key, value, headers in job.records:
            batch = batches.get(partition)
            if batch is None:
                batch = batches[partition] = []
            offset = partition.end + len(batch)
            batch.append(StoredRecord(offset, timestamp, key, value, headers))
            offsets.append(offset)
        outcomes.append(offsets)
    return batches, outcomes


def _insert(
    batches: Mapping[Partition, list[StoredRecord]], sizes: dict[Partition, int]
) -> Statement:
    values: list[Any] = []
    for partition, records in batches.items():
        payload = encode(records)
        sizes[partition] = len(payload)
        values += (
            partition.first_key + records[0].offset,
            len(records),
            max(record.timestamp for record in records),
            partition.position,
            payload,
        )
    rows = ",".join(["(?,?,?,?,?)"] * len(batches))
    columns = "id, records, newest_ms, position, payload"
    return f"INSERT INTO batches ({columns}) VALUES {rows}", values  # noqa: S608 - no input in it


def _upsert(job: Commit) -> Statement:
    values: list[Any] = []
    for partition, offset in job.offsets.items():
        values += (job.group, partition.id, offset)
    rows = ",".join(["(?,?,?)"] * len(job.offsets))
    sql = (
        f"INSERT INTO committed (consumer_group, partition, next_offset) VALUES {rows}"  # noqa: S608
        " ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset"
    )
    return sql, values


#: Records in flight before `room` makes a producer wait.
IN_FLIGHT = 20_000


class Appender:
    """Belongs to one running loop. Collects appends while the ones before are being written, so that
    the writer thread is woken once and answers once a commit, however many callers there are.
    """

    def __init__(self, submit: Callable[[Job], None], loop: asyncio.AbstractEventLoop) -> None:
        self._submit = submit
        self._loop = loop
        self._waiting: list[tuple[asyncio.Future[list[int]], Sequence[Placed], int]] = []
        self._writing = False
        self._in_flight = 0
        self._room = asyncio.Event()
        self._room.set()

    def append(self, records: Sequence[Placed], size: int) -> asyncio.Future[list[int]]:
        """A future of the offsets, done when the records are durable."""
        future: asyncio.Future[list[int]] = self._loop.create_future()
        if not self._waiting and not self._writing:
            self._loop.call_soon(self._hand_over)
        self._waiting.append((future, records, size))
        self._in_flight += len(records)
        if self._in_flight >= IN_FLIGHT:
            self._room.clear()
        return future

    async def room(self) -> None:
        """Wait while more is on its way to the disk than memory should hold."""
        await self._room.wait()

    def _hand_over(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._writing = True

        def settle(outcome: Any) -> None:
            self._loop.call_soon_threadsafe(self._resolve, waiting, outcome)

        records: list[Placed] = []
        size = 0
        for _, some, some_size in waiting:
            records += some
            size += some_size
        try:
            self._submit(Append(records=records, size=size, settle=settle))
        except Exception as error:  # noqa: BLE001 - every error belongs to the callers
            self._resolve(waiting, error)

    def _resolve(
        self,
        waiting: Sequence[tuple[asyncio.Future[list[int]], Sequence[Placed], int]],
        outcome: list[int] | BaseException,
    ) -> None:
        start = 0
        for future, records, _ in waiting:
            end = start + len(records)
            if not future.done():
                if isinstance(outcome, BaseException):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome[start:end])
            start = end
        self._in_flight -= start
        if self._in_flight < IN_FLIGHT:
            self._room.set()
        self._writing = False
        if self._waiting:
            self._hand_over()
