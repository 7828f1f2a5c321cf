"""How this package reaches a broker, and what the broker's errors mean."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from aiokafka import errors as aiokafka_errors
from kafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    UnknownTopicOrPartitionError,
)

from services.errors import Rejected, RetryLater, WrongSetting, ZwaanError

#: A call that gets no answer ends after this; the caller decides whether to try again.
TIMEOUT_MS = 5_000

_NEVER = (
    InvalidTopicError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    UnknownTopicOrPartitionError,
    aiokafka_errors.InvalidTopicError,
    aiokafka_errors.MessageSizeTooLargeError,
    aiokafka_errors.RecordListTooLargeError,
)


def bootstrap_servers(url: str) -> list[str]:
    """``kafka://host:9092,host2:9092`` as kafka-python wants it. Raises WrongSetting when it is not."""
    servers: list[str] = []
    for part in re.split("[,;]", url):
        try:
            parts = urlsplit(part if "://" in part else f"kafka://{part}")
            host, port = parts.hostname, parts.port or 9092
        except ValueError:
            raise WrongSetting(_NO_ADDRESS) from None
        if parts.scheme not in {"kafka", "aiokafka"} or not host or parts.path.strip("/"):
            raise WrongSetting(_NO_ADDRESS)
        servers.append(f"{host}:{port}")
    return servers


_NO_ADDRESS = (
    "the setting ZWAAN_BROKER is no address of Kafka; write kafka://host:port, "
    "for example kafka://127.0.0.1:9092"
)


def settings(url: str) -> dict[str, object]:
    """What every client of kafka-python is made with."""
    return {
        "bootstrap_servers": bootstrap_servers(url),
        "client_id": "zwaan",
        "request_timeout_ms": TIMEOUT_MS,
        "bootstrap_timeout_ms": TIMEOUT_MS,
    }


def aiokafka_settings(url: str) -> dict[str, object]:
    """The same for a client of aiokafka."""
    return {
        "bootstrap_servers": bootstrap_servers(url),
        "client_id": "zwaan",
        "request_timeout_ms": TIMEOUT_MS,
    }


def error_from(error: Exception, url: str) -> ZwaanError:
    """Name the reaction that a failure asks for."""
    if isinstance(error, ZwaanError):
        return error
    if isinstance(error, _NEVER):
        return Rejected(f"Kafka refused the call ({error}).")
    if isinstance(error, (KafkaError, aiokafka_errors.KafkaError, OSError)):
        return RetryLater(
            f"Kafka at {url} does not answer ({type(error).__name__}); start it, or correct "
            "ZWAAN_BROKER.",
            after=1.0,
        )
    raise error
