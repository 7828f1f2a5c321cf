"""The Faust app: one agent a processor, raw bytes in, records handled in natural batches."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import faust

from services.events.catalogue import PARTITIONS
from services.events.modes import from_kafka
from streams.process.processor import ProcessorRunner, SourceRecord


def create_faust_app(
    *,
    broker: str,
    credentials: Any = None,
    group: str,
    data: Path,
    runners: Sequence[ProcessorRunner],
) -> faust.App:
    """Bind each runner to its topic. Topics have to exist before the app starts."""
    app = faust.App(
        group,
        broker=broker,
        broker_credentials=credentials,
        store="memory://",
        # Faust's own waits a second at every start for tables that we do not have.
        TableManager="streams.logs.embedded.transport:TableManager",
        datadir=str(data / "faust"),
        autodiscover=False,
        web_enabled=False,
        topic_partitions=PARTITIONS,
        broker_commit_interval=1.0,
        # A crashed worker's partitions move to others after this.
        broker_session_timeout=15.0,
        broker_heartbeat_interval=3.0,
        stream_wait_empty=False,
    )
    for runner in runners:
        _bind(app, runner)
    return app


def _bind(app: faust.App, runner: ProcessorRunner) -> None:
    topic = app.topic(
        runner.processor.topic,
        key_type=bytes,
        key_serializer="raw",
        value_type=bytes,
        value_serializer="raw",
    )

    async def consume(stream: Any) -> None:
        # Not `stream.take(n, within=…)`: it wakes up every `within`, and it waits that long for
        # company. Here a batch is all that arrived while the last one was being handled.
        batches = _Batches(stream.noack(), runner)
        handling = asyncio.create_task(batches.handle(), name=runner.processor.name)
        try:
            await batches.collect(handling)
        finally:
            handling.cancel()
            with suppress(asyncio.CancelledError):
                await handling

    app.agent(topic, name=runner.processor.name)(consume)


class _Batches:
    """Collects a stream's events while earlier ones are handled; acknowledges after handling."""

    def __init__(self, stream: Any, runner: ProcessorRunner) -> None:
        self._stream = stream
        self._runner = runner
        self._events: list[Any] = []
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()

    async def collect(self, handling: asyncio.Task[None]) -> None:
        limit = 2 * self._runner.processor.batch
        async for event in self._stream.events():
            self._events.append(event)
            self._arrived.set()
            while len(self._events) >= limit and not handling.done():
                self._room.clear()
                room = asyncio.ensure_future(self._room.wait())
                await asyncio.wait({room, handling}, return_when=asyncio.FIRST_COMPLETED)
                room.cancel()
            if handling.done():
                handling.result()  # raises what ends the worker; nothing of it is acknowledged

    async def handle(self) -> None:
        while True:
            await self._arrived.wait()
            batch = self._events[: self._next()]
            await self._runner.run([_source(event.message) for event in batch])
            for event in batch:
                await self._stream.ack(event)
            del self._events[: len(batch)]
            self._room.set()
            if not self._events:
                self._arrived.clear()

    def _next(self) -> int:
        """How many of the waiting records share the next transaction; at least one."""
        processor = self._runner.processor
        size = 0
        for number, event in enumerate(self._events[: processor.batch]):
            size += len(event.message.value or b"")
            if size > processor.batch_bytes:
                return max(number, 1)
        return min(len(self._events), processor.batch)


def _source(message: Any) -> SourceRecord:
    return SourceRecord(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=from_kafka(message.headers or (), message.value or b""),
    )
