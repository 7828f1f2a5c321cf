"""The official SDK and our worker understand each other over Apache Kafka, in both modes."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from cloudevents.core.bindings import kafka
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent as SdkEvent
from faust.contrib.asgi import faust_app_running

from services.database.transaction import Transaction
from services.events.catalogue import PARTITIONS
from services.events.statement import Fact, Statement
from services.ports import Record
from streams.logs.admin import TopicSpec
from streams.logs.kafka.admin import KafkaAdmin
from streams.logs.kafka.connection import Broker
from streams.logs.kafka.event_log import KafkaEventLog
from streams.process.processor import Processor, ProcessorRunner, Progress
from streams.worker.faust_app import create_faust_app
from tests.builders import NOW, event, story
from tests.contract.log.conftest import eventually
from tests.migrated import open_migrated

TOPIC = "story.approved"
JSON = JSONFormat()


@pytest.mark.kafka
async def test_the_sdk_and_a_worker_read_each_other(kafka_address: str, tmp_path: Path) -> None:
    """What the SDK sends in binary and structured mode is handled; what we append it reads."""
    run, broker = uuid.uuid4().hex[:8], f"kafka://{kafka_address}"
    seen: dict[str, Fact[Any]] = {}

    async def handle(
        _transaction: Transaction, facts: Sequence[Fact[Any]], _now: datetime
    ) -> list[Statement]:
        seen.update({fact.event.id: fact for fact in facts})
        return []

    admin = KafkaAdmin(Broker.at(broker))
    admin.ensure_topics([TopicSpec(name=TOPIC, partitions=PARTITIONS)])
    admin.close()
    database = await open_migrated(tmp_path / "zwaan.db")
    runner = ProcessorRunner(
        Processor(name="start", topic=TOPIC, handle=handle),
        database=database,
        clock=lambda: NOW,
        progress=Progress(),
    )
    app = create_faust_app(broker=broker, group=f"modes-{run}", data=tmp_path, runners=[runner])
    sent = {}
    async with AIOKafkaProducer(bootstrap_servers=kafka_address) as producer:
        for name, write in (("binary", kafka.to_binary), ("structured", kafka.to_structured)):
            facts = {
                "story_id": f"é-{name}-{run}",
                "title": "Een €",
                "body": "Tekst.",
                "language": "nl",
            }
            given = {"type": TOPIC, "source": "/cms/é", "id": f"{name}-{run}", "subject": "ü “x”"}
            sent[f"{name}-{run}"] = facts
            message = write(SdkEvent(attributes=given, data=facts), JSON)
            await producer.send_and_wait(
                TOPIC, message.value, headers=list(message.headers.items())
            )
    async with faust_app_running(app):
        await eventually(lambda: seen.keys() >= sent.keys())
    await database.close()
    for identity, facts in sent.items():
        found = seen[identity]
        assert (found.event.source, found.event.subject) == ("/cms/é", "ü “x”")
        assert found.data.model_dump(exclude_unset=True) == facts

    ours = event(story(), identity=f"ours-{run}")
    log = KafkaEventLog(Broker.at(broker))
    await log.append([Record(topic=TOPIC, key=b"s-1", value=ours.to_bytes())])
    await log.close()
    async with (
        asyncio.timeout(60),
        AIOKafkaConsumer(
            TOPIC, bootstrap_servers=kafka_address, auto_offset_reset="earliest"
        ) as consumer,
    ):
        async for record in consumer:
            if f"ours-{run}".encode() in record.value:
                break
    message = kafka.KafkaMessage(headers=dict(record.headers), key=None, value=record.value)
    read = kafka.from_structured(message, JSON)
    assert (read.get_id(), read.get_type(), read.get_data()) == (ours.id, TOPIC, ours.data)
