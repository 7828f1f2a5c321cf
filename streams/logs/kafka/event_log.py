"""Kafka as the services' port `EventLog`: in the caller's event loop, without threads."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from services.errors import Rejected
from services.ports import Record
from streams.logs.admin import Position
from streams.logs.kafka.connection import Broker, aiokafka_settings, error_from
from streams.logs.kafka.writer import Writer

#: The whole of one append, connecting included; finding out why it failed takes two more at most.
_APPEND_SECONDS = 8.0
#: How long `close` waits for what is being appended.
_CLOSE_SECONDS = 3.0


class KafkaEventLog:
    """Appends facts from one event loop at a time; connects at the first append.

    An append that failed throws its producer away, and the next one gets another: whatever state an
    outage leaves a producer in, it ends with the outage (docs/adr/0016-producers-that-come-back.md).
    """

    def __init__(self, broker: Broker) -> None:
        """Does not connect yet. Raises WrongSetting when its CA cannot be read."""
        self._broker = broker
        self._settings = aiokafka_settings(broker)
        self._connecting: asyncio.Task[Writer] | None = None
        self._ending: set[asyncio.Task[None]] = set()

    async def append(self, records: Sequence[Record]) -> None:
        """Return when all in-sync replicas have every record; see `write`."""
        await self.write(records)

    async def write(self, records: Sequence[Record]) -> list[Position]:
        """Return where the records are, when all in-sync replicas have every one.

        Raises Rejected before anything is sent (unknown topic or partition, too large), and
        RetryLater after ten seconds at most. Then some may have been written, of each partition
        the first ones, and trying again may write them twice (event ids are deterministic).
        """
        if not records:
            return []
        connecting = self._connection()
        try:
            async with asyncio.timeout(_APPEND_SECONDS):
                # Others wait for the same connection: whoever is cancelled leaves it to them.
                writer = await asyncio.shield(connecting)
                return await writer.append(records)
        except Rejected:
            raise
        except Exception as error:  # named by its reaction, or raised again as it is
            self._throw_away(connecting)
            # Finding out why may take a moment.
            raise await asyncio.to_thread(error_from, _first(error), self._broker) from error

    async def close(self) -> None:
        """Let what is being appended end; returns within seconds although the broker is away."""
        if self._connecting is not None:
            self._throw_away(self._connecting)
        if self._ending:
            _, pending = await asyncio.wait(self._ending, timeout=_CLOSE_SECONDS)
            for ending in pending:
                ending.cancel()

    def _connection(self) -> asyncio.Task[Writer]:
        """The one that is there or being made. That of an event loop which ended went with it."""
        known = self._connecting
        if known is None or known.get_loop() is not asyncio.get_running_loop():
            known = asyncio.create_task(self._connect(), name="connecting to Kafka")
            known.add_done_callback(self._forget_failed)
            self._connecting = known
        return known

    async def _connect(self) -> Writer:
        async with asyncio.timeout(_APPEND_SECONDS):
            return await Writer.connect(self._settings)

    def _forget_failed(self, connecting: asyncio.Task[Writer]) -> None:
        # Its exception is asked for although all who waited for it may have been cancelled.
        failed = connecting.cancelled() or connecting.exception() is not None
        if failed and self._connecting is connecting:
            self._connecting = None

    def _throw_away(self, connecting: asyncio.Task[Writer]) -> None:
        """Once, however many appends failed with it; what they sent already may still be written."""
        if self._connecting is connecting:
            self._connecting = None
            ending = asyncio.create_task(_end(connecting), name="leaving Kafka")
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)


async def _end(connecting: asyncio.Task[Writer]) -> None:
    with suppress(Exception):  # whatever is wrong with it, nobody needs it any more
        writer = await connecting
        async with asyncio.timeout(_APPEND_SECONDS):
            await writer.close()


def _first(error: Exception) -> Exception:
    """Of partitions that failed together, one says enough."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
