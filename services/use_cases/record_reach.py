"""Reach was measured, or an applicant took a step: store the figure as it was stated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.events.incoming import ApplicationReceived
from services.events.outgoing import ReachMeasured
from services.events.statement import Fact, Statement
from services.storage import figures
from services.storage.figures import Figure
from services.storage.transaction import Transaction


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
                source=fact.data.source,
                measured_at=fact.data.measured_at,
            )
            for fact in facts
        ],
    )
    return []


async def record_applications(
    transaction: Transaction, facts: Sequence[Fact[ApplicationReceived]], _now: datetime
) -> list[Statement]:
    for fact in facts:
        await figures.add_application(
            transaction,
            application_id=fact.data.application_id,
            vacancy_id=fact.data.vacancy_id,
            link_code=fact.data.link_code,
            stage=fact.data.stage,
            at=fact.data.at,
        )
    return []
