"""Ports in memory, for tests of what is above them."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections.abc import Sequence
from typing import Any

from services.errors import RetryLater
from services.events.cloudevent import parse_event
from services.events.statement import Statement
from services.message import said
from services.ports import Mail, Record


class MemoryLog:
    """An EventLog that keeps its records. ``away`` makes it refuse, as a broker that is down."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.away = False

    async def append(self, records: Sequence[Record]) -> None:
        if self.away:
            raise RetryLater(said("the log is away"), after=7)
        self.records += records

    def events(self, topic: str) -> list[dict[str, Any]]:
        return [json.loads(record.value) for record in self.records if record.topic == topic]


class MemoryClicks:
    """A ClickSink that keeps its clicks. ``away`` makes it refuse; ``kept`` is what all wait for."""

    def __init__(self) -> None:
        self.clicks: list[Statement] = []
        self.away = False
        self.kept: asyncio.Future[None] | None = None

    def record(self, code: str, click: str) -> asyncio.Future[None]:
        if self.away:
            raise RetryLater(said("the log is away and the journal is full"))
        self.clicks.append(Statement(key=code, event=parse_event(json.loads(click))))
        if self.kept is not None:
            return self.kept
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        kept.set_result(None)
        return kept


class Mailbox:
    """A Notifier that keeps its messages."""

    def __init__(self) -> None:
        self.messages: list[Mail] = []

    async def send(self, message: Mail) -> None:
        self.messages.append(message)


class OnePicture:
    """An Images whose every address holds `PICTURE`, or a fault."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.asked: list[str] = []

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if self.fault is not None:
            raise self.fault
        return PICTURE


#: A PNG of one pixel.
PICTURE = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
