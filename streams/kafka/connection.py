"""How this package reaches a broker, and what the broker's errors mean."""

from __future__ import annotations

from urllib.parse import urlsplit

from kafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    UnknownTopicOrPartitionError,
)

from services.errors import Rejected, RetryLater, ZwaanError

#: A call that gets no answer ends after this; the caller decides whether to try again.
TIMEOUT_MS = 5_000

_NEVER = (
    InvalidTopicError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    UnknownTopicOrPartitionError,
)


def bootstrap_servers(url: str) -> list[str]:
    """``kafka://host:9092;host2:9092`` as kafka-python wants it. Raises Rejected when it is not."""
    servers: list[str] = []
    for part in url.split(";"):
        parts = urlsplit(part if "://" in part else f"kafka://{part}")
        if parts.scheme not in {"kafka", "aiokafka"} or not parts.hostname or parts.path.strip("/"):
            raise Rejected(f"{url!r} is no address of Kafka; write kafka://host:9092.")
        servers.append(f"{parts.hostname}:{parts.port or 9092}")
    return servers


def settings(url: str) -> dict[str, object]:
    """What every client of this package is made with."""
    return {
        "bootstrap_servers": bootstrap_servers(url),
        "client_id": "zwaan",
        "request_timeout_ms": TIMEOUT_MS,
        "bootstrap_timeout_ms": TIMEOUT_MS,
    }


def error_from(error: Exception, url: str) -> ZwaanError:
    """Name the reaction that a failure asks for."""
    if isinstance(error, ZwaanError):
        return error
    if isinstance(error, _NEVER):
        return Rejected(f"Kafka refused the call ({error}).")
    if isinstance(error, (KafkaError, OSError)):
        return RetryLater(
            f"Kafka at {url} does not answer ({type(error).__name__}); start it, or correct "
            "ZWAAN_BROKER.",
            after=1.0,
        )
    raise error
