"""Reach was measured: store the figure as it was stated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.database.transaction import Transaction
from services.events.outgoing import ReachMeasured
from services.events.statement import Fact, Statement
from services.figures.store import figures
from services.figures.store.figures import Figure
from services.message import message_from


async def record_reach(
    transaction: Transaction, facts: Sequence[Fact[ReachMeasured]], _now: datetime
) -> list[Statement]:
    await figures.add_figures(
        transaction,
        [
            Figure(
                post_id=fact.data.post_id,
                metric=fact.data.metric,
                tag=fact.data.tag,
                value=fact.data.value,
                source=message_from(fact.data.source_data or fact.data.source),
                measured_at=fact.data.measured_at,
            )
            for fact in facts
        ],
    )
    return []
