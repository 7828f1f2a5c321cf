"""One request for all partitions that have something, without a producer's queues and tasks.

Clicks are a few records for each of eight partitions, hundreds of times a second; of what aiokafka's
producer does for a batch each time, the request itself is the smaller part.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, NoError, for_code
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.structs import TopicPartition

from services.ports import Record
from streams.logs.kafka.connection import TIMEOUT_MS

#: A topic, and the number of one of its partitions.
Place = tuple[str, int]

_ALL_IN_SYNC = -1


def batch_of(records: Sequence[Record], *, most_bytes: int) -> bytes | None:
    """None when there is no room for all of them."""
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, 0, most_bytes)
    for number, record in enumerate(records):
        if builder.append(number, None, record.key, record.value, []) is None:
            return None
    return bytes(builder.build())


async def send_at_once(client: AIOKafkaClient, batches: Mapping[Place, bytes]) -> dict[Place, int]:
    """The first offset of each batch that all in-sync replicas have.

    Those that are missing may be tried again. Raises a KafkaError for what would fail again.
    """
    nodes: defaultdict[int, dict[Place, bytes]] = defaultdict(dict)
    for place, batch in batches.items():
        leader = client.cluster.leader_for_partition(TopicPartition(*place))
        if leader is not None and leader >= 0:
            nodes[leader][place] = batch
    asked = [_send(client, node, some) for node, some in nodes.items()]
    if len(asked) == 1:
        return await asked[0]
    written: dict[Place, int] = {}
    for answer in await asyncio.gather(*asked, return_exceptions=True):
        if isinstance(answer, BaseException):
            raise answer
        written |= answer
    return written


async def _send(
    client: AIOKafkaClient, node: int, batches: Mapping[Place, bytes]
) -> dict[Place, int]:
    topics: dict[str, list[tuple[int, bytes]]] = {}
    for (topic, partition), batch in batches.items():
        topics.setdefault(topic, []).append((partition, batch))
    request = ProduceRequest(None, _ALL_IN_SYNC, TIMEOUT_MS, list(topics.items()))
    try:
        answer: Any = await client.send(node, request)
    except KafkaError as error:
        _raise_if_final(client, error)
        return {}
    written = {}
    for topic, partitions in answer.topics:
        for partition, code, offset, *_ in partitions:
            if code == NoError.errno:
                written[topic, partition] = offset
            else:
                _raise_if_final(client, for_code(code)())
    return written


def _raise_if_final(client: AIOKafkaClient, error: KafkaError) -> None:
    if not error.retriable:
        raise error
    if getattr(error, "invalid_metadata", False):
        client.force_metadata_update()
