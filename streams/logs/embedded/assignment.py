"""The assignment of a log's partitions: all to the one worker, by Faust's own assignor.

Running the assignor, rather than filling in its answer, keeps everything right that Faust derives
from it: leadership, tables and their standbys, co-partitioned groups, routing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faust.types import TP

from streams.logs.embedded.partition import Topic

_MEMBER = "embedded"


class Cluster:
    """As much of aiokafka's ``ClusterMetadata`` as Faust's assignor asks for."""

    def __init__(self, topics: Mapping[str, Topic]) -> None:
        self._topics = topics

    def partitions_for_topic(self, topic: str) -> set[int]:
        known = self._topics.get(topic)
        return {partition.number for partition in known.partitions} if known else set()


def assign(app: Any, topics: Mapping[str, Topic], subscribed: set[str]) -> set[TP]:
    """Let the app's assignor assign, tell it the outcome, and return the partitions."""
    assignor = app.assignor
    assignments = assignor.assign(Cluster(topics), {_MEMBER: assignor.metadata(subscribed)})
    assignment = assignments[_MEMBER]
    assignor.on_assignment(assignment)
    return {
        TP(topic, partition)
        for topic, partitions in assignment.assignment
        for partition in partitions
    }
