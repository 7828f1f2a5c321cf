"""A broker with TLS and users, reached by every client of ours."""

from __future__ import annotations

import asyncio
import re
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.errors import RetryLater
from services.ports import Record
from streams.logs.admin import TopicSpec
from streams.logs.kafka.admin import KafkaAdmin
from streams.logs.kafka.connection import Broker, faust_credentials
from streams.logs.kafka.event_log import KafkaEventLog
from tests.contract.log.app import Topics
from tests.contract.log.conftest import LogUnderTest, Witness, eventually, running
from tests.servers.kafka.secured import GUEST, PASSWORDS, USER, SecuredKafka

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


def broker_of(secured_kafka: SecuredKafka, security: str, mechanism: str = "PLAIN") -> Broker:
    """What is set to use one of the broker's ways in, and is right."""
    plain = Broker(servers=(secured_kafka.address_of(security),), security=security)
    tls = replace(plain, ca=secured_kafka.ca) if security.endswith("SSL") else plain
    if not security.startswith("SASL"):
        return tls
    return replace(tls, mechanism=mechanism, user=USER, password=PASSWORDS[mechanism])


@pytest.mark.parametrize(
    ("security", "mechanism"),
    [
        ("SASL_SSL", "PLAIN"),
        ("SASL_SSL", "SCRAM-SHA-256"),
        ("SASL_SSL", "SCRAM-SHA-512"),
        ("SASL_PLAINTEXT", "SCRAM-SHA-512"),
        ("SSL", "PLAIN"),
    ],
)
async def test_every_client_gets_in(
    secured_kafka: SecuredKafka, tmp_path: Path, security: str, mechanism: str
) -> None:
    """The event log appends, a Faust app consumes and produces, and the command line reads it."""
    broker = broker_of(secured_kafka, security, mechanism)
    run = uuid.uuid4().hex[:8]
    admin = KafkaAdmin(broker)
    log = LogUnderTest(
        kind="kafka",
        broker=f"kafka://{broker}",
        folder=tmp_path,
        group=f"secured-{run}",
        topics=Topics(inbound=f"in-{run}", outbound=f"out-{run}", dead=f"dead-{run}"),
        admin=admin,
        new_admin=lambda: KafkaAdmin(broker),
        open_event_log=lambda: KafkaEventLog(broker),
    )
    try:
        await asyncio.to_thread(admin.ensure_topics, log.specs())
        events, witness = log.open_event_log(), Witness()
        await events.append([Record(topic=log.topics.inbound, value=b"appended", partition=0)])
        await asyncio.to_thread(
            admin.append, [Record(topic=log.topics.inbound, value=b"published", partition=0)]
        )
        async with running(log, witness, broker_credentials=faust_credentials(broker)):
            await eventually(lambda: len(witness.values(log.topics.outbound)) == 2)
        await events.close()
        assert witness.values(log.topics.inbound) == [b"appended", b"published"]
        outbound = await asyncio.to_thread(admin.end_offsets, log.topics.outbound)
        assert sum(outbound.values()) == 2
        read = await asyncio.to_thread(admin.read, log.topics.inbound, 0, 0, 10)
        assert [each.value for each in read] == [b"appended", b"published"]
    finally:
        admin.close()


#: What is set otherwise than is right for SASL_SSL and SCRAM-SHA-512, and what is said then.
WRONG: list[tuple[dict[str, str | None], str]] = [
    ({"password": "planted-wrong"}, "refuses zwaan with this password; correct ZWAAN_BROKER_USER"),
    ({"mechanism": "PLAIN", "password": "planted-wrong"}, "refuses zwaan with this password"),
    ({"user": "nobody"}, "refuses nobody with this password"),
    ({"ca": None}, "certificate that is not accepted .*; name the file .* ZWAAN_BROKER_CA"),
    ({"host": "localhost"}, "certificate that is not accepted .*'localhost'.*a host that"),
    ({"at": "SASL_PLAINTEXT", "security": "SASL_PLAINTEXT", "mechanism": "PLAIN"}, "by PLAIN"),
    ({"security": "SSL"}, "hangs up on a connection by SSL; correct ZWAAN_BROKER_SECURITY"),
    ({"security": "PLAINTEXT"}, "hangs up on a connection by PLAINTEXT"),
    ({"at": "SASL_PLAINTEXT", "security": "PLAINTEXT"}, "hangs up on a connection by PLAINTEXT"),
    ({"at": "PLAINTEXT"}, "hangs up on a connection by SASL_SSL"),
    ({"at": "PLAINTEXT", "security": "SASL_PLAINTEXT"}, "hangs up on a connection by SASL_PLAIN"),
]


async def test_refused_broker_login_gives_its_reason(secured_kafka: SecuredKafka) -> None:
    """Each client, by a sentence that names the setting and holds no password."""
    # At once: each takes the five seconds that a broker has for an answer.
    told = await asyncio.gather(*(_refusals(secured_kafka, changes) for changes, _ in WRONG))
    for (changes, said), sentences in zip(WRONG, told, strict=True):
        for sentence in sentences:
            assert re.search(said, sentence), (changes, sentence)
            assert "planted" not in sentence


async def _refusals(secured_kafka: SecuredKafka, changes: dict[str, str | None]) -> list[str]:
    """What the event log and the command line say."""
    given: dict[str, Any] = dict(changes)
    at = given.pop("at", "SASL_SSL")
    address = secured_kafka.address if at == "PLAINTEXT" else secured_kafka.address_of(at)
    address = address.replace("127.0.0.1", given.pop("host", "127.0.0.1"))
    right = broker_of(secured_kafka, "SASL_SSL", "SCRAM-SHA-512")
    broker = replace(right, servers=(address,), **given)
    events, admin = KafkaEventLog(broker), KafkaAdmin(broker)
    try:
        outcomes = await asyncio.gather(
            events.append([Record(topic="t", value=b"x")]),
            asyncio.to_thread(admin.topics),
            return_exceptions=True,
        )
    finally:
        await events.close()
        admin.close()
    assert [type(outcome) for outcome in outcomes] == [RetryLater] * 2, outcomes
    return [str(outcome) for outcome in outcomes]


async def test_missing_right_to_make_topics_is_reported(secured_kafka: SecuredKafka) -> None:
    """A right that is missing on the broker is no broker that is away."""
    guest = replace(broker_of(secured_kafka, "SASL_SSL", "SCRAM-SHA-512"), user=GUEST)
    admin = KafkaAdmin(guest)
    try:
        with pytest.raises(RetryLater, match="give guest the right"):
            await asyncio.to_thread(admin.ensure_topics, [TopicSpec(name="new", partitions=1)])
    finally:
        admin.close()
