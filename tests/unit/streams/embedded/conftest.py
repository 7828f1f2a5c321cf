"""Faust apps on an embedded log of their own."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import faust
import pytest

from streams.logs.embedded import event_log
from streams.logs.embedded.log import EmbeddedLog


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"embedded://{tmp_path}/zwaan.log.db"


@pytest.fixture
def log(url: str) -> Iterator[EmbeddedLog]:
    """The open log that an app at ``url`` shares, with a topic of three partitions."""
    shared = event_log.acquire(url)
    shared.create_topic("t", 3)
    yield shared
    event_log.release(shared)


@pytest.fixture
def new_app(url: str, tmp_path: Path) -> Iterator[Callable[..., faust.App]]:
    def make(**options: Any) -> faust.App:
        settings: dict[str, Any] = {
            "broker": url,
            "autodiscover": False,
            "web_enabled": False,
            "store": "memory://",
            "datadir": str(tmp_path / "faust"),
            "broker_commit_interval": 0.05,
            "topic_partitions": 3,
            "TableManager": "streams.logs.embedded.transport:TableManager",
        }
        return faust.App("group", **{**settings, **options})

    yield make
    # A stopped Faust app is one large cycle. CPython 3.11 fails in `ast.parse` ("recursion depth
    # mismatch") when it is collected just then, as when pytest imports something later on.
    gc.collect()


def raw(app: faust.App, name: str) -> Any:
    return app.topic(
        name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )


def put(log: EmbeddedLog, *values: bytes, topic: str = "t", number: int | None = None) -> None:
    log.append([log.prepare(topic, key=None, value=value, number=number) for value in values])


async def eventually(condition: Callable[[], bool], *, limit: float = 60.0) -> None:
    """Wait until ``condition`` holds; fail after ``limit`` seconds."""
    async with asyncio.timeout(limit):
        while not condition():
            await asyncio.sleep(0.005)
