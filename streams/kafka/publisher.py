"""Publishing to Kafka and waiting for the acknowledgement, as one blocking call."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from kafka import KafkaAdminClient, KafkaProducer

from services.errors import Rejected
from services.ports import Record
from streams.kafka.connection import TIMEOUT_MS, error_from, settings
from streams.log_admin import Position

#: Largest record; the default of Kafka's `message.max.bytes`, and the embedded log's limit.
RECORD_BYTES = 1_048_576
_OVERHEAD = 128

#: The whole of one `append`, metadata included.
_DELIVERY_MS = 2 * TIMEOUT_MS


class Publisher:
    """An idempotent producer with ``acks=all``; connects at the first append; thread-safe."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._settings = settings(url)
        self._lock = threading.Lock()
        self._producer: KafkaProducer | None = None
        self._partitions: dict[str, set[int]] = {}

    def append(self, records: Sequence[Record]) -> list[Position]:
        """Return the positions when all in-sync replicas have every record.

        Raises Rejected before anything is sent (unknown topic or partition, too large), and
        RetryLater when the broker does not answer; then some of the records may have been
        written, so that trying again may write them twice (event ids are deterministic).
        """
        deadline = time.monotonic() + _DELIVERY_MS / 1000
        try:
            self._check(records)
            producer = self._connected()
            sent = [
                producer.send(
                    record.topic, value=record.value, key=record.key, partition=record.partition
                )
                for record in records
            ]
            done = [future.get(timeout=max(0.0, deadline - time.monotonic())) for future in sent]
        except Exception as error:  # named by its reaction, or raised again as it is
            raise error_from(error, self._url) from error
        return [Position(topic=it.topic, partition=it.partition, offset=it.offset) for it in done]

    def close(self) -> None:
        with self._lock:
            if self._producer is not None:
                self._producer.close(timeout=TIMEOUT_MS / 1000)
                self._producer = None

    def _connected(self) -> KafkaProducer:
        with self._lock:
            if self._producer is None:
                self._producer = KafkaProducer(
                    **self._settings,
                    acks="all",
                    enable_idempotence=True,
                    allow_auto_create_topics=False,
                    max_block_ms=TIMEOUT_MS,
                    delivery_timeout_ms=_DELIVERY_MS,
                    max_request_size=RECORD_BYTES + _OVERHEAD,
                )
            return self._producer

    def _check(self, records: Sequence[Record]) -> None:
        for record in records:
            size = len(record.value) + len(record.key or b"")
            if size > RECORD_BYTES - _OVERHEAD:
                raise Rejected(
                    f"A record of {size} bytes is too large for the log;"
                    f" the limit is {RECORD_BYTES}."
                )
            partitions = self._partitions_of(record.topic)
            if record.partition is not None and record.partition not in partitions:
                raise Rejected(
                    f"Topic {record.topic!r} has no partition {record.partition};"
                    f" it has {len(partitions)} from 0 on."
                )

    def _partitions_of(self, topic: str) -> set[int]:
        # The producer itself would wait out its time limit for a topic that does not exist.
        with self._lock:
            if topic not in self._partitions:
                client = KafkaAdminClient(**self._settings)
                try:
                    (described,) = client.describe_topics([topic])
                finally:
                    client.close()
                numbers = {it["partition_index"] for it in described["partitions"]}
                if not numbers:
                    raise Rejected(
                        f"Topic {topic!r} does not exist.", remedy="zwaan topics lists them."
                    )
                self._partitions[topic] = numbers
            return self._partitions[topic]
