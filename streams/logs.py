"""Which log the settings name, opened for appending or for administration.

The adapters are imported where they are needed: Kafka's client alone takes a third of a second.
"""

from __future__ import annotations

from typing import Protocol
from urllib.parse import urlsplit

from services.ports import EventLog
from services.settings import Settings
from streams.log_admin import LogAdmin


class OpenLog(EventLog, Protocol):
    """An event log that has to be closed."""

    async def close(self) -> None: ...


def open_log(settings: Settings) -> OpenLog:
    """Raises Stop when another process owns the embedded log, RetryLater when Kafka is away."""
    if settings.embedded:
        from streams.embedded.event_log import EmbeddedEventLog  # noqa: PLC0415

        settings.log_path.parent.mkdir(parents=True, exist_ok=True)
        return EmbeddedEventLog(settings.broker_url)
    from streams.kafka.event_log import KafkaEventLog  # noqa: PLC0415

    return KafkaEventLog(kafka_address(settings))


def open_admin(settings: Settings) -> LogAdmin:
    """Raises RetryLater when Kafka is away."""
    if settings.embedded:
        from streams.embedded.admin import EmbeddedAdmin  # noqa: PLC0415

        settings.log_path.parent.mkdir(parents=True, exist_ok=True)
        return EmbeddedAdmin(settings.broker_url)
    from streams.kafka.admin import KafkaAdmin  # noqa: PLC0415

    return KafkaAdmin(kafka_address(settings))


def kafka_address(settings: Settings) -> str:
    """``host:port`` of ``kafka://host:port``; several are separated by commas."""
    return urlsplit(settings.broker_url).netloc
