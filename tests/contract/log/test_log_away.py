"""What a caller reads when the log cannot take a record now."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path

import pytest

from services.errors import RetryLater
from services.ports import Record
from streams.logs.admin import TopicSpec
from streams.logs.embedded.admin import EmbeddedAdmin
from streams.logs.embedded.event_log import EmbeddedEventLog
from streams.logs.kafka.admin import KafkaAdmin
from streams.logs.kafka.connection import Broker
from streams.logs.kafka.event_log import KafkaEventLog
from tests.servers.process import free_port


async def test_a_full_embedded_log_asks_for_patience_and_goes_on(tmp_path: Path) -> None:
    """An append that finds no room raises RetryLater and has no effect; with room, it succeeds."""
    path = tmp_path / "zwaan.log.db"
    admin = EmbeddedAdmin(f"embedded://{path}")
    admin.ensure_topics([TopicSpec(name="t", partitions=1)])
    record = Record(topic="t", value=bytes(100_000))

    bounded = EmbeddedEventLog(f"embedded://{path}?max_mb=1")
    accepted = await _fill(bounded, record)
    with pytest.raises(RetryLater, match="disk space"):
        await bounded.append([record])
    await bounded.append([Record(topic="t", value=b"small enough")])
    await bounded.close()

    roomy = EmbeddedEventLog(f"embedded://{path}?max_mb=10")
    await roomy.append([record])
    await roomy.close()
    assert accepted > 3
    assert admin.end_offsets("t") == {0: accepted + 2}
    admin.close()


async def _fill(log: EmbeddedEventLog, record: Record) -> int:
    """How often ``record`` fits."""
    for accepted in range(1_000):
        try:
            await log.append([record])
        except RetryLater:
            return accepted
    raise AssertionError("the log has no bound")


@pytest.mark.kafka
async def test_a_broker_that_is_away_asks_for_patience() -> None:
    """With no one at the address, every call ends soon with RetryLater, naming the address."""
    broker = Broker.at(f"kafka://127.0.0.1:{free_port()}")
    events, admin = KafkaEventLog(broker), KafkaAdmin(broker)

    with pytest.raises(RetryLater, match=str(broker)):
        await events.append([Record(topic="t", value=b"x")])
    with pytest.raises(RetryLater, match=str(broker)):
        admin.topics()
    await events.close()
    admin.close()


async def test_closing_takes_seconds_although_a_broker_says_nothing() -> None:
    """With somebody at the address who never answers, what is appended ends when the log closes."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        events = KafkaEventLog(Broker.at(f"kafka://127.0.0.1:{mute.getsockname()[1]}"))
        appending = asyncio.create_task(events.append([Record(topic="t", value=b"x")]))
        await asyncio.to_thread(mute.accept)

        started = time.monotonic()
        await events.close()
        with pytest.raises(RetryLater):
            await appending
        assert time.monotonic() - started < 20
