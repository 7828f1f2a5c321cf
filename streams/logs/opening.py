"""Which log the settings name, opened for appending or for administration.

The adapters are imported where they are needed: Kafka's client alone takes a third of a second.
"""

from __future__ import annotations

from typing import Any, Protocol

from services.ports import EventLog
from services.settings import Settings
from streams.logs.admin import LogAdmin


class OpenLog(EventLog, Protocol):
    """An event log that has to be closed."""

    async def close(self) -> None: ...


def open_log(settings: Settings) -> OpenLog:
    """Raises Stop when another process owns the embedded log, or its address cannot be read."""
    if settings.embedded:
        from streams.logs.embedded.event_log import EmbeddedEventLog  # noqa: PLC0415

        return EmbeddedEventLog(settings.broker_url)
    from streams.logs.kafka.connection import Broker  # noqa: PLC0415
    from streams.logs.kafka.event_log import KafkaEventLog  # noqa: PLC0415

    return KafkaEventLog(Broker.of(settings))


def open_admin(settings: Settings) -> LogAdmin:
    """Raises Stop when the log's address cannot be read."""
    if settings.embedded:
        from streams.logs.embedded.admin import EmbeddedAdmin  # noqa: PLC0415

        return EmbeddedAdmin(settings.broker_url)
    from streams.logs.kafka.admin import KafkaAdmin  # noqa: PLC0415
    from streams.logs.kafka.connection import Broker  # noqa: PLC0415

    return KafkaAdmin(Broker.of(settings))


def broker_credentials(settings: Settings) -> Any:
    """What Faust signs in with (`faust.types.auth.CredentialsT`); None where nobody has to."""
    if settings.embedded:
        return None
    from streams.logs.kafka.connection import Broker, faust_credentials  # noqa: PLC0415

    return faust_credentials(Broker.of(settings))
