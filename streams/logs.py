"""Which log the settings name, opened for appending or for administration.

The adapters are imported where they are needed: Kafka's client alone takes a third of a second.
"""

from __future__ import annotations

from typing import Protocol

from services.ports import EventLog
from services.settings import Settings
from streams.log_admin import LogAdmin


class OpenLog(EventLog, Protocol):
    """An event log that has to be closed."""

    async def close(self) -> None: ...


def open_log(settings: Settings) -> OpenLog:
    """Raises Stop when another process owns the embedded log, or its address cannot be read."""
    if settings.embedded:
        from streams.embedded.event_log import EmbeddedEventLog  # noqa: PLC0415

        return EmbeddedEventLog(settings.broker_url)
    from streams.kafka.event_log import KafkaEventLog  # noqa: PLC0415

    return KafkaEventLog(_servers(settings))


def open_admin(settings: Settings) -> LogAdmin:
    """Raises Stop when the log's address cannot be read."""
    if settings.embedded:
        from streams.embedded.admin import EmbeddedAdmin  # noqa: PLC0415

        return EmbeddedAdmin(settings.broker_url)
    from streams.kafka.admin import KafkaAdmin  # noqa: PLC0415

    return KafkaAdmin(_servers(settings))


def _servers(settings: Settings) -> str:
    """Without a password that somebody may have put before the host."""
    from streams.kafka.connection import bootstrap_servers  # noqa: PLC0415

    return ",".join(bootstrap_servers(settings.broker_url))
