"""The topics of the event catalogue, as the logs want them described."""

from __future__ import annotations

from services.events.catalogue import CATALOGUE, PARTITIONS
from streams.log_admin import TopicSpec


def leader_topic(group: str) -> TopicSpec:
    """Where Faust keeps which worker leads ``group``; nothing is ever written to it.

    Faust makes it as well, but assigns partitions meanwhile, and a worker that was assigned before
    it was there never leads: then nobody relays the outbox.
    """
    return TopicSpec(name=f"{group}-__assignor-__leader", partitions=1)


def topic_specs() -> list[TopicSpec]:
    return [
        TopicSpec(name=event_type.name, partitions=PARTITIONS, retention=event_type.retention)
        for event_type in CATALOGUE.values()
    ]
