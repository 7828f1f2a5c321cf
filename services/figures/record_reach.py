"""Reach was measured, or an applicant took a step: store the figure as it was stated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from services.campaigns.store import campaigns
from services.database.transaction import Transaction
from services.events.incoming import ApplicationReceived
from services.events.outgoing import ReachMeasured
from services.events.statement import Fact, Statement
from services.figures.store import figures
from services.figures.store.figures import Figure
from services.message import message_from

_log = structlog.get_logger("applications")


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


async def record_applications(
    transaction: Transaction, facts: Sequence[Fact[ApplicationReceived]], _now: datetime
) -> list[Statement]:
    named = {fact.data.vacancy_id for fact in facts}
    known = await campaigns.by_sources(transaction, kind="vacancy", source_ids=named)
    for vacancy_id in sorted(named - {campaign.source_id for campaign in known}):
        # It counts all the same: the vacancy's opening may come later.
        _log.warning("applications for a vacancy that is not known", vacancy=vacancy_id)
    # Two workers may be told the same steps, each in another order.
    for fact in sorted(facts, key=lambda each: (each.data.application_id, each.data.stage)):
        await figures.add_application(
            transaction,
            application_id=fact.data.application_id,
            vacancy_id=fact.data.vacancy_id,
            link_code=fact.data.link_code,
            stage=fact.data.stage,
            at=fact.data.at,
        )
    return []
