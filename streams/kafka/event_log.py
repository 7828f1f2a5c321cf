"""Kafka as the services' port `EventLog`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from services.ports import Record
from streams.kafka.publisher import Publisher

#: Appends under way at the same time; each waits for its acknowledgement in a thread.
_THREADS = 8


class KafkaEventLog:
    """Appends facts from any event loop, without blocking it; needs no Faust app."""

    def __init__(self, url: str) -> None:
        """Does not connect yet. Raises Rejected when the address is none."""
        self._publisher = Publisher(url)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="kafka-append")

    async def append(self, records: Sequence[Record]) -> None:
        """Return when all in-sync replicas have every record; see `Publisher.append`."""
        if records:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._threads, self._publisher.append, tuple(records))

    async def close(self) -> None:
        await asyncio.to_thread(self._publisher.close)
        self._threads.shutdown(wait=False)
