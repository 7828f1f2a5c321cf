"""Zwaan as a user starts it, on a Kafka that asks for TLS and a user."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.journey import EXAMPLES
from tests.e2e.zwaan_process import running, zwaan
from tests.servers.kafka.secured import PASSWORDS, USER, SecuredKafka
from tests.servers.process import free_port

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


def test_a_story_travels_over_a_secured_broker(tmp_path: Path, secured_kafka: SecuredKafka) -> None:
    """Commands publish, a worker starts a campaign, the doctor says how it got in; no log at DEBUG
    holds the password, and a wrong one is one sentence."""
    data, password = tmp_path / "data", PASSWORDS["SCRAM-SHA-512"]
    settings = {
        "ZWAAN_BROKER": f"kafka://{secured_kafka.address_of('SASL_SSL')}",
        "ZWAAN_BROKER_SECURITY": "SASL_SSL",
        "ZWAAN_BROKER_CA": str(secured_kafka.ca),
        "ZWAAN_BROKER_SASL_MECHANISM": "SCRAM-SHA-512",
        "ZWAAN_BROKER_USER": USER,
        "ZWAAN_BROKER_PASSWORD": password,
        "ZWAAN_CONSUMER_GROUP": f"secured-{tmp_path.name}",
        "ZWAAN_LOG_LEVEL": "DEBUG",
    }
    story = min((EXAMPLES / "stories").glob("nl-*.json"))
    told = [
        zwaan("migrate", data=data, **settings),
        zwaan("topics", "apply", "--yes", data=data, **settings),
        zwaan("publish", str(story), data=data, **settings),
    ]
    with running("worker", data=data, port=free_port(), **settings) as worker:
        worker.wait_for(worker.is_ready)

        def campaigns() -> int:
            figures = json.loads(zwaan("stats", "--json", data=data, **settings).stdout)
            return int(figures["campaigns"])

        worker.wait_for(lambda: campaigns() == 1)
    doctor = zwaan("doctor", "--json", data=data, **settings)
    wrong = zwaan("topics", data=data, **settings | {"ZWAAN_BROKER_PASSWORD": "planted-wrong"})

    assert [each.returncode for each in (*told, doctor, wrong)] == [0, 0, 0, 0, 3]
    report = json.loads(doctor.stdout)
    (broker,) = [each for each in report["findings"] if each["subject"] == "broker"]
    assert broker["state"].startswith("Apache Kafka over TLS as zwaan, all ")
    assert report["settings"]["ZWAAN_BROKER_PASSWORD"] == "set"
    assert "refuses zwaan with this password; correct ZWAAN_BROKER_USER" in wrong.stderr
    shown = [each.stdout + each.stderr for each in (*told, doctor, wrong)]
    for text in (*shown, worker.log.read_text()):
        assert "planted" not in text
        assert password not in text
