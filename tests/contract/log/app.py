"""The Faust app that the contract runs on every log: one and the same, but for the URL.

``inbound`` goes to ``outbound``, record by record. A record that begins with ``poison`` goes to
``dead`` instead. A leader task ticks, and a table counts records by key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faust

POISON = b"poison"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """The names of one test's topics; unique, for a broker is shared by all tests."""

    inbound: str
    outbound: str
    dead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A record as an agent saw it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes


Watch = Callable[[Seen], Awaitable[None]]


def build(
    *,
    broker: str,
    group: str,
    topics: Topics,
    folder: Path,
    watch: Watch,
    tick: Callable[[], None] = lambda: None,
    concurrency: int = 1,
    **options: Any,
) -> faust.App:
    """``watch`` is awaited for every record of both topics before it counts as processed."""
    app = new_app(broker=broker, group=group, folder=folder, **options)
    inbound, outbound, dead = (
        raw_topic(app, name) for name in (topics.inbound, topics.outbound, topics.dead)
    )

    @app.agent(inbound, concurrency=concurrency)
    async def forward(stream: Any) -> None:
        async for event in stream.events():
            await watch(_seen(event))
            target = dead if event.value.startswith(POISON) else outbound
            await (await target.send(key=event.key, value=event.value))

    @app.agent(outbound)
    async def collect(stream: Any) -> None:
        async for event in stream.events():
            await watch(_seen(event))

    @app.timer(0.1, on_leader=True)
    async def lead() -> None:
        tick()

    return app


def new_app(*, broker: str, group: str, folder: Path, **options: Any) -> faust.App:
    """An app as a worker makes it, with the short timeouts that a test wants.

    ``options`` are further settings of Faust.
    """
    return faust.App(
        group,
        broker=broker,
        autodiscover=False,
        web_enabled=False,
        store="memory://",
        datadir=str(folder / "faust"),
        topic_partitions=3,
        broker_commit_interval=0.2,
        broker_session_timeout=3.0,
        broker_heartbeat_interval=0.5,
        TableManager="streams.logs.embedded.transport:TableManager",
        **options,
    )


def raw_topic(app: faust.App, name: str) -> Any:
    """A topic of bytes as they are, which is how Zwaan reads all of them."""
    return app.topic(
        name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )


def _seen(event: Any) -> Seen:
    message = event.message
    return Seen(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=event.key,
        value=event.value,
    )
