"""Write down what the log gave up before it was handled: `zwaan doctor --deep` asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.database.record import record
from services.database.transaction import Transaction


async def note_expired(
    transaction: Transaction, lost: Sequence[tuple[str, int, int, int]], *, now: datetime
) -> None:
    """``lost`` are stretches of a partition: topic, partition, from offset, to before offset."""
    for topic, partition, first, end in lost:
        await record(
            transaction,
            "records.expired",
            f"{topic}[{partition}]",
            actor="worker",
            now=now,
            **{"topic": topic, "from": first, "to": end},
        )
