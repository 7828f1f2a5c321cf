"""The topics of the event catalogue, as the logs want them described."""

from __future__ import annotations

from services.events.catalogue import CATALOGUE, PARTITIONS
from streams.log_admin import TopicSpec


def topic_specs() -> list[TopicSpec]:
    return [
        TopicSpec(name=event_type.name, partitions=PARTITIONS, retention=event_type.retention)
        for event_type in CATALOGUE.values()
    ]
