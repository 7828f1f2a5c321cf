"""The synchronous side of a log: topics, lag, reading, and publishing from the command line; and which log the
settings name, opened for that or for appending.

One interface, two adapters: `streams.logs.embedded.admin` and `streams.logs.kafka.admin`. Every call blocks;
from an event loop, call it in a thread. All of them raise RetryLater when the log is away. The adapters are
imported where they are needed: Kafka's client alone takes a third of a second.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from services.ports import EventLog, Record
from services.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSpec:
    """A topic as it should be.

    ``retention`` and ``retention_bytes`` count per partition, as Kafka's ``retention.ms`` and
    ``retention.bytes`` do; None keeps records for ever.
    """

    name: str
    partitions: int
    retention: timedelta | None = None
    retention_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionState:
    """Records ``first`` up to, and not including, ``end`` are in the partition."""

    number: int
    first: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicState:
    """A topic as it is."""

    name: str
    partitions: tuple[PartitionState, ...]
    retention: timedelta | None
    retention_bytes: int | None

    @property
    def records(self) -> int:
        """How many offsets lie between the first and the end of all partitions."""
        return sum(partition.end - partition.first for partition in self.partitions)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionLag:
    """How far a group is behind in one partition; ``committed`` is None when it never committed.

    ``committed`` is the next offset the group will read, ``first`` and ``end`` are the partition's.
    """

    topic: str
    partition: int
    committed: int | None
    first: int
    end: int

    @property
    def lag(self) -> int:
        """Records still to be processed, of those that are kept."""
        return self.end - max(self.first, self.committed or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The place of a record."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    """A record as it was read. ``value`` is None for a tombstone."""

    position: Position
    timestamp: datetime
    key: bytes | None
    value: bytes | None


class LogAdmin(Protocol):
    """Administration of a log."""

    def ensure_topics(self, specs: Sequence[TopicSpec]) -> list[str]:
        """Make the topics that are missing; returns the names of those that this call made.

        What exists stays as it is, also where its spec differs. Several callers may make the same
        topics at once. Returns once every new topic can be used.
        """
        ...

    def set_retention(self, specs: Sequence[TopicSpec]) -> None:
        """Give topics that exist the retention of their specs; what is older is then removed.

        Partitions stay as they are: more of them would move keys. Raises Rejected for a topic
        that does not exist.
        """
        ...

    def topics(self, names: Collection[str] | None = None) -> list[TopicState]:
        """All topics, by name, without those that the log keeps for itself; or those of ``names``
        that exist: a cluster may hold thousands of others."""
        ...

    def lag(self, group: str, topics: Sequence[str] = ()) -> list[PartitionLag]:
        """The group's lag in ``topics``, and in every topic for which it has committed."""
        ...

    def end_offsets(self, topic: str) -> dict[int, int]:
        """The next offset of each partition. Raises Rejected when the topic does not exist."""
        ...

    def read(self, topic: str, partition: int, offset: int, limit: int) -> list[LogRecord]:
        """Up to ``limit`` records from ``offset`` on, or from the first one kept after it.

        Raises Rejected when there is no such partition.
        """
        ...

    def written_at(self, places: Mapping[tuple[str, int], int]) -> dict[tuple[str, int], datetime]:
        """When the first record at or after each offset (by topic and partition) was written.

        A partition in which there is none is left out.
        """
        ...

    def append(self, records: Sequence[Record]) -> list[Position]:
        """Append, wait until all are durable, and return the place of each.

        Raises Rejected for an unknown topic or partition and for a record of more than 1 MiB;
        nothing has been appended then.
        """
        ...

    def close(self) -> None: ...


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
    """Return Faust's credentials (`faust.types.auth.CredentialsT`); None where none are needed."""
    if settings.embedded:
        return None
    from streams.logs.kafka.connection import Broker, faust_credentials  # noqa: PLC0415

    return faust_credentials(Broker.of(settings))
