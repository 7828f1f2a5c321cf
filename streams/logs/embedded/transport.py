"""The embedded log as a transport of Faust, under the scheme ``embedded``.

Registered by the entry point ``embedded`` of the group ``faust.transports`` (pyproject.toml).

Beside it a table manager, for any broker, without the second that Faust sleeps at every start in
case agents declare tables while they start: until then no partition is assigned. Here tables are
declared before the app starts: ``faust.App(…, TableManager=TableManager)``.
"""

from __future__ import annotations

from typing import ClassVar

from faust.tables.manager import TableManager as FaustTableManager
from faust.transport import base

from streams.logs.embedded.consumer import Consumer as EmbeddedConsumer
from streams.logs.embedded.producer import Producer as EmbeddedProducer


class Transport(base.Transport):  # type: ignore[misc]
    """Made by Faust for ``broker="embedded:///absolute/path"``."""

    Consumer: ClassVar[type] = EmbeddedConsumer
    Producer: ClassVar[type] = EmbeddedProducer

    driver_version = "1"


class TableManager(FaustTableManager):  # type: ignore[misc]
    """Registers the tables at once: a worker is ready one second sooner."""

    async def on_start(self) -> None:
        await self._update_channels()
        await self.recovery.start()
