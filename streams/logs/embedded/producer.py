"""The producer of Faust on the embedded log, and topics as Faust declares them."""

# ruff: noqa: ARG002, ASYNC109, PLR0917 - the signatures are Faust's

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

from faust.exceptions import ProducerSendError
from faust.transport import base
from faust.types import TP, HeadersArg, RecordMetadata
from mode.utils.times import Seconds, want_seconds

from services.errors import Stop, ZwaanError
from services.message import message
from streams.logs.embedded import event_log
from streams.logs.embedded.batch import Header
from streams.logs.embedded.log import EmbeddedLog
from streams.logs.embedded.writer import Appender


class Producer(base.Producer):  # type: ignore[misc]
    """Appends to the log; `flush` returns when everything sent before it is on disk, or has failed.

    Faust flushes before it commits, so that no event is acknowledged before what it gave rise to
    is on disk. Once a send has failed the consumer commits nothing more (see its ``_commit``).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._log: EmbeddedLog | None = None
        self._appender: Appender | None = None
        self._newest: asyncio.Future[list[int]] | None = None
        self._failure: BaseException | None = None

    async def on_start(self) -> None:
        await super().on_start()
        self._log = event_log.acquire(str(self.transport.url[0]))
        self._appender = self._log.appender()

    async def on_stop(self) -> None:
        await super().on_stop()
        if self._log is not None:
            await self._wait_for_newest()

    async def on_shutdown(self) -> None:
        await super().on_shutdown()
        if self._log is not None:
            event_log.release(self._log)
            self._log = None

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: HeadersArg | None,
        *,
        transactional_id: str | None = None,
    ) -> Awaitable[RecordMetadata]:
        """Schedule a record; the future is done when it is durable."""
        if transactional_id is not None:
            raise Stop(
                message(
                    "log.no-transactions",
                    "the embedded log has no transactions; use Kafka for exactly-once",
                )
            )
        log, appender = self._ready()
        try:
            placed, size = log.prepare(
                topic,
                key=key,
                value=value,
                number=partition,
                timestamp_ms=int(timestamp * 1000) if timestamp else None,
                headers=_headers(headers),
            )
        except ZwaanError as error:
            raise ProducerSendError(f"Error while sending: {error}") from error
        await appender.room()
        appended = appender.append((placed,), size)
        self._newest = appended
        sent: asyncio.Future[RecordMetadata] = asyncio.get_running_loop().create_future()
        where, timestamp_ms = placed[0], placed[1]

        def finish(done: asyncio.Future[list[int]]) -> None:
            failure = done.exception()
            if failure is not None:
                self._failure = failure
                if not sent.done():
                    sent.set_exception(failure)
            elif not sent.done():
                sent.set_result(
                    RecordMetadata(
                        topic,
                        where.number,
                        TP(topic, where.number),
                        done.result()[0],
                        timestamp_ms / 1000.0,
                        0,
                    )
                )

        appended.add_done_callback(finish)
        return sent

    async def send_and_wait(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: HeadersArg | None,
        *,
        transactional_id: str | None = None,
    ) -> RecordMetadata:
        """Append a record and return when it is durable."""
        sent = await self.send(
            topic,
            key,
            value,
            partition,
            timestamp,
            headers,
            transactional_id=transactional_id,
        )
        return await sent

    async def flush(self) -> None:
        """Return when everything sent so far is durable, or is known not to be."""
        if self.buffer.size:
            await self.buffer.flush()
        await self._wait_for_newest()

    @property
    def failure(self) -> ProducerSendError | None:
        """Why something that was sent could not be written; stays until the worker restarts."""
        if self._failure is None:
            return None
        return ProducerSendError(f"Error while sending: {self._failure}")

    def key_partition(self, topic: str, key: bytes) -> TP:
        log, _ = self._ready()
        return TP(topic, log.place(topic, key).number)

    def supports_headers(self) -> bool:
        return True

    async def create_topic(
        self,
        topic: str,
        partitions: int,
        replication: int,
        *,
        config: Mapping[str, Any] | None = None,
        timeout: Seconds = 20.0,
        retention: Seconds | None = None,
        compacting: bool | None = None,
        deleting: bool | None = None,
        ensure_created: bool = False,
    ) -> None:
        log, _ = self._ready()
        await create_topic(log, topic, partitions, config=config, retention=retention)

    async def _wait_for_newest(self) -> None:
        # The log settles in order of submission, so the newest is the last.
        if self._newest is not None:
            await asyncio.wait((self._newest,))

    def _ready(self) -> tuple[EmbeddedLog, Appender]:
        if self._log is None or self._appender is None:
            raise Stop(
                message(
                    "log.producer-not-started", "the producer of the embedded log is not started"
                )
            )
        return self._log, self._appender


def _headers(headers: HeadersArg | None) -> tuple[Header, ...]:
    if not headers:
        return ()
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return tuple((str(name), bytes(value)) for name, value in pairs)


async def create_topic(
    log: EmbeddedLog,
    topic: str,
    partitions: int,
    *,
    config: Mapping[str, Any] | None,
    retention: Seconds | None,
) -> None:
    """Declare a topic as Faust does: make it when it is missing, otherwise leave it as it is.

    ``retention.ms`` and ``retention.bytes`` of ``config`` count as they do for Kafka (-1: none).
    """
    if topic in log.topics:
        return
    options = config or {}
    retention_ms = int(want_seconds(retention) * 1000) if retention else None
    await asyncio.to_thread(
        log.create_topic,
        topic,
        partitions,
        retention_ms=_limit(options.get("retention.ms", retention_ms)),
        retention_bytes=_limit(options.get("retention.bytes")),
    )


def _limit(value: Any) -> int | None:
    return None if value is None or int(value) < 0 else int(value)
