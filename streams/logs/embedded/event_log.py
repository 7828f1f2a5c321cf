"""The embedded log as the services' port `EventLog`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from services.ports import Record
from streams.logs.embedded import registry
from streams.logs.embedded.log import EmbeddedLog


class EmbeddedEventLog:
    """Appends facts from any event loop; shares the open log with a Faust app in this process."""

    def __init__(self, url: str) -> None:
        """Opens the log. Raises Stop when another process owns it."""
        self.log: EmbeddedLog = registry.acquire(url)

    async def append(self, records: Sequence[Record]) -> None:
        """Return when every record is durable: all of them, or none when it raises.

        Raises RetryLater (no room), Rejected (unknown topic, too large), Stop (the disk failed).
        """
        prepared = [
            self.log.prepare(
                record.topic, key=record.key, value=record.value, number=record.partition
            )
            for record in records
        ]
        if not prepared:
            return
        appender = self.log.appender()
        await appender.room()
        await asyncio.shield(
            appender.append([placed for placed, _ in prepared], sum(size for _, size in prepared))
        )

    async def close(self) -> None:
        registry.release(self.log)
