"""Faust's options of a topic, as the embedded log understands them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from mode.utils.times import Seconds, want_seconds

from streams.logs.embedded.log import EmbeddedLog


async def create_topic(
    log: EmbeddedLog,
    topic: str,
    partitions: int,
    *,
    config: Mapping[str, Any] | None,
    retention: Seconds | None,
) -> None:
    """Declare a topic as Faust does: make it when it is missing, otherwise leave it as it is.

    ``retention.ms`` and ``retention.bytes`` of ``config`` count as they do for Kafka (-1: none).
    """
    if topic in log.topics:
        return
    options = config or {}
    retention_ms = int(want_seconds(retention) * 1000) if retention else None
    await asyncio.to_thread(
        log.create_topic,
        topic,
        partitions,
        retention_ms=_limit(options.get("retention.ms", retention_ms)),
        retention_bytes=_limit(options.get("retention.bytes")),
    )


def _limit(value: Any) -> int | None:
    return None if value is None or int(value) < 0 else int(value)
