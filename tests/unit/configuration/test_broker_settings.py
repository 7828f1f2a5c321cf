"""How Kafka is reached: what is set is used, or refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from services.errors import WrongSetting
from services.settings import load_settings
from streams.logs.kafka.admin import KafkaAdmin
from streams.logs.kafka.connection import Broker

KAFKA = {"broker": "kafka://kafka.example.org"}
SIGNED_IN = {
    **KAFKA,
    "broker_security": "sasl_ssl",
    "broker_user": "zwaan",
    "broker_password": "planted-secret",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("ZWAAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("address", "servers"),
    [
        ("kafka://one", ("one:9092",)),
        ("kafka://one:1, two:2", ("one:1", "two:2")),
        ("kafka://one:1;kafka://two", ("one:1", "two:9092")),
        ("kafka://[::1]:9093/", ("[::1]:9093",)),
    ],
)
def test_addresses_of_kafka_are_read(address: str, servers: tuple[str, ...]) -> None:
    """One or several, with Kafka's usual port where none is named."""
    assert load_settings(broker=address).kafka_servers == servers


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("kafka://zwaan:planted-secret@kafka", "holds a user, .*ZWAAN_BROKER_PASSWORD"),
        ("kafka://one,planted-secret@two", "holds a user, .*ZWAAN_BROKER_USER"),
        ("kafka://zwaan:planted,secret@one", "holds a user"),
        ("kafka://kafka?security_protocol=SSL&p=planted", "options, .*ZWAAN_BROKER_SECURITY"),
        ("kafka://kafka#planted", "options, .*ZWAAN_BROKER_SECURITY"),
        ("kafka://kafka/planted", "for example"),
        ("kafka://kafka:0", "for example"),
        ("kafka://one,redis://planted", "for example"),
        ("kafka://one,,two", "for example"),
        ("embedded:///planted/#1/zwaan.log.db", "for example"),
    ],
)
def test_what_nothing_reads_in_an_address_is_refused(address: str, said: str) -> None:
    """One sentence names the setting to use instead, and repeats nothing."""
    with pytest.raises(WrongSetting, match=f"ZWAAN_BROKER .*{said}") as caught:
        load_settings(broker=address)
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (KAFKA | {"broker_user": "zwaan"}, "_USER is not used while .* is PLAINTEXT"),
        (KAFKA | {"broker_password": "planted"}, "_PASSWORD is not used while"),
        (KAFKA | {"broker_sasl_mechanism": "PLAIN"}, "_SASL_MECHANISM is not used while"),
        (KAFKA | {"broker_security": "SSL", "broker_user": "z"}, "_USER is not used .* is SSL"),
        (KAFKA | {"broker_ca": "ca.pem"}, "_CA is not used without TLS"),
        (SIGNED_IN | {"broker_security": "SASL_PLAINTEXT", "broker_ca": "ca.pem"}, "_CA is not"),
        (SIGNED_IN | {"broker_password": ""}, "_PASSWORD is missing: SASL_SSL needs"),
        (SIGNED_IN | {"broker_user": ""}, "_USER is missing"),
        (KAFKA | {"broker_security": "TLS"}, "_SECURITY has to be 'PLAINTEXT'"),
        (SIGNED_IN | {"broker_sasl_mechanism": "GSSAPI"}, "_SASL_MECHANISM has to be 'PLAIN'"),
        ({"broker_security": "SSL"}, "_SECURITY is for Kafka"),
        ({"broker_password": "planted"}, "_PASSWORD is for Kafka; set ZWAAN_BROKER"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(given: dict[str, Any], said: str) -> None:
    """Nothing that was set is ignored, and nothing that is needed is missing."""
    with pytest.raises(WrongSetting, match=f"ZWAAN_BROKER{said}") as caught:
        load_settings(**given)
    assert "planted" not in str(caught.value)


def test_a_broker_is_what_the_settings_say_and_keeps_its_password_to_itself() -> None:
    """Kafka's names in any case, PLAIN unless another mechanism is set, no secret in any text."""
    settings = load_settings(**SIGNED_IN)
    broker = Broker.of(settings)
    assert (broker.security, broker.mechanism, broker.user) == ("SASL_SSL", "PLAIN", "zwaan")
    assert broker.password == "planted-secret"
    assert "planted" not in f"{settings!r}{settings.model_dump()}{broker!r}{broker}"


def test_a_file_without_certificates_is_a_wrong_setting(tmp_path: Path) -> None:
    """One that is not there, or holds something else: refused before anything connects."""
    other = tmp_path / "other.pem"
    other.write_text("no certificate")
    for ca, said in ((other, "nothing in it"), (tmp_path / "none.pem", "No such file")):
        with pytest.raises(WrongSetting, match=f"ZWAAN_BROKER_CA .*{said}"):
            KafkaAdmin(Broker(servers=("127.0.0.1:1",), security="SSL", ca=ca))
