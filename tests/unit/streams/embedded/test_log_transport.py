"""The transport where it does better than Faust asks, or differs from Kafka's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import faust
import pytest
from faust.contrib.asgi import faust_app_running
from faust.exceptions import ProducerSendError
from faust.types import TP

from services.errors import Stop
from streams.logs import commits
from streams.logs.embedded import event_log
from streams.logs.embedded.log import EmbeddedLog
from tests.unit.streams.embedded.conftest import eventually, put, raw

NewApp = Callable[..., faust.App]


def _collect(app: faust.App, topic: str = "t") -> list[bytes]:
    """An agent that keeps the values it sees."""
    seen: list[bytes] = []

    @app.agent(raw(app, topic), name=f"collect-{topic}")
    async def collect(stream: Any) -> None:
        async for value in stream:
            seen.append(value)  # noqa: PERF401 - seen one by one

    return seen


async def test_an_unknown_topic_stops_the_worker(log: EmbeddedLog, new_app: NewApp) -> None:
    """An agent on a topic that does not exist is an error at once, not a silent wait."""
    app = new_app()
    _collect(app, "missing")

    async with faust_app_running(app):
        await eventually(lambda: app.consumer.crashed or app.crashed)
        reason = app.consumer.crash_reason or app.crash_reason
    assert isinstance(reason, Stop)
    assert "the topic missing does not exist" in str(reason)


async def test_a_table_is_whole_after_a_restart_and_nothing_is_read_twice(
    log: EmbeddedLog, new_app: NewApp
) -> None:
    """A table in memory comes back from its changelog, and counting goes on exactly."""
    put(log, *(b"%d" % (n % 5) for n in range(50)))

    async def count(total: int) -> dict[str, int]:
        app = new_app()
        counts = app.Table("counts", default=int, partitions=3)

        @app.agent(raw(app, "t"))
        async def tally(stream: Any) -> None:
            async for value in stream:
                counts[value.decode()] += 1

        async with faust_app_running(app):
            await eventually(lambda: sum(counts.values()) >= total)
            return dict(counts.items())

    first = await count(50)
    put(log, b"0")
    second = await count(51)
    third = await count(51)

    assert first == {str(n): 10 for n in range(5)}
    assert second == third == {**first, "0": 11}


async def test_a_paused_partition_loses_nothing(log: EmbeddedLog, new_app: NewApp) -> None:
    """Records fetched before a pause are delivered, once and in order, after it."""
    app = new_app(stream_buffer_maxsize=10)
    gate = asyncio.Event()
    seen: list[bytes] = []

    @app.agent(raw(app, "t"))
    async def collect(stream: Any) -> None:
        async for value in stream:
            await gate.wait()
            seen.append(value)

    put(log, *(b"%d" % n for n in range(200)), number=1)
    async with faust_app_running(app):
        await eventually(lambda: sum(app.monitor.topic_buffer_full.values()) > 0)
        app.consumer.pause_partitions({TP("t", 1)})
        gate.set()
        put(log, b"other", number=0)
        await eventually(lambda: b"other" in seen)
        app.consumer.resume_partitions({TP("t", 1)})
        await eventually(lambda: len(seen) >= 201)

    seen.remove(b"other")
    assert seen == [b"%d" % n for n in range(200)]


async def test_subscription_can_grow_while_running(log: EmbeddedLog, new_app: NewApp) -> None:
    """A subscription that grows while the app runs loses nothing of what it had."""
    log.create_topic("later", 2)
    put(log, b"early", topic="later")
    app = new_app()
    app.topics._resubscribe_sleep_lock_seconds = 0.01
    seen = _collect(app)
    async with faust_app_running(app):
        put(log, b"1", b"2", b"3")
        await eventually(lambda: len(seen) == 3)
        late: list[bytes] = []

        async def read() -> None:
            async for value in raw(app, "later").stream():
                late.append(value)  # noqa: PERF401

        app.add_future(read())
        await eventually(lambda: b"early" in late)
        put(log, b"4")
        put(log, b"fresh", topic="later")
        await eventually(lambda: b"4" in seen and b"fresh" in late)

    assert set(seen) == {b"1", b"2", b"3", b"4"}
    assert set(late) == {b"early", b"fresh"}


async def test_retention_ahead_of_a_reader_does_not_stop_its_commits(
    log: EmbeddedLog, new_app: NewApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that finds its next records gone goes on, and commits, after them."""
    app = new_app()
    seen = _collect(app)
    partition = log.partition("t", 0)
    put(log, b"0", number=0)
    async with faust_app_running(app):
        await eventually(lambda: log.committed("group").get(("t", 0)) == 1)
        app.consumer.pause_partitions({TP("t", 0)})
        put(log, b"1", b"2", number=0)
        put(log, b"3", number=0)
        _expire(log, before=3)
        app.consumer.resume_partitions({TP("t", 0)})
        await eventually(lambda: log.committed("group").get(("t", 0)) == 4)

    assert partition.low_water == 3
    assert seen == [b"0", b"3"]


def _expire(log: EmbeddedLog, *, before: int) -> None:
    """What retention does: whole batches go, and the low-water mark moves."""
    partition = log.partition("t", 0)

    def work(connection: Any) -> None:
        connection.execute(
            "DELETE FROM batches WHERE id BETWEEN ? AND ?",
            (partition.first_key, partition.first_key + before - 1),
        )
        connection.execute(
            "UPDATE partitions SET low_water = ? WHERE id = ?", (before, partition.id)
        )

    log.run(work)
    partition.forget_before(before)


async def test_failed_send_is_not_committed_past(url: str, new_app: NewApp) -> None:
    """A send that finds no room is not committed past; with room, the event comes again."""
    log = event_log.acquire(f"{url}?max_mb=1")
    for name in ("t", "effects"):
        log.create_topic(name, 1)
    put(log, b"good", b"large")

    def forwarding(size: int) -> faust.App:
        app = new_app()
        effects = raw(app, "effects")

        @app.agent(raw(app, "t"))
        async def forward(stream: Any) -> None:
            async for value in stream:
                bulk = size if value == b"large" else 0
                for _ in range(3):
                    await effects.send(value=value + bytes(bulk))

        return app

    crashed = forwarding(900_000)
    async with faust_app_running(crashed):
        await eventually(lambda: crashed.should_stop)
    assert isinstance(crashed.crash_reason, ProducerSendError)
    assert log.committed("group").get(("t", 0), 0) <= 1
    event_log.release(log)

    log = event_log.acquire(url)
    async with faust_app_running(forwarding(1_000)):
        await eventually(lambda: log.committed("group").get(("t", 0)) == 2)
    values = [it.value or b"" for it in log.read(log.partition("effects", 0), 0, 100)]
    assert sum(it.startswith(b"large") for it in values) >= 3
    event_log.release(log)


async def test_headers_and_timestamps_arrive(log: EmbeddedLog, new_app: NewApp) -> None:
    """What Faust sends with a record is what an agent sees with it."""
    app = new_app()
    events: list[Any] = []
    topic = raw(app, "t")

    @app.agent(topic)
    async def collect(stream: Any) -> None:
        async for event in stream.events():
            events.append(event)  # noqa: PERF401

    async with faust_app_running(app):
        sent = await topic.send(
            key=b"k", value=b"v", timestamp=1_700_000_000.25, headers={"trace": b"abc"}
        )
        await sent
        await eventually(lambda: len(events) == 1)

    (event,) = events
    assert event.message.timestamp == 1_700_000_000.25
    assert dict(event.headers) == {"trace": b"abc"}
    assert (event.key, event.value) == (b"k", b"v")


async def test_an_idle_worker_stops_at_once_and_gives_up_the_log(
    url: str, log: EmbeddedLog, new_app: NewApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopping needs no time-out to pass, and leaves the log to a caller that comes next."""
    monkeypatch.setattr(commits, "_LOOK_UP_EVERY", 120.0)
    app = new_app()
    _collect(app)
    async with faust_app_running(app):
        await eventually(lambda: app.consumer.flow_active and not app.rebalancing)
        begun = asyncio.get_running_loop().time()
    took = asyncio.get_running_loop().time() - begun

    assert took < 60, "the fetch's limit was waited out"
