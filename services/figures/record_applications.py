"""An applicant took a step: count it, and join it to the links that led to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from services.campaigns.store import campaigns
from services.database.transaction import Transaction
from services.events.incoming import ApplicationReceived
from services.events.statement import Fact, Statement
from services.figures.rules.touches import stated_codes
from services.figures.store import applications
from services.figures.store.applications import Attribution, Step
from services.identity import derive_id

_log = structlog.get_logger("applications")


async def record_applications(
    transaction: Transaction, facts: Sequence[Fact[ApplicationReceived]], _now: datetime
) -> list[Statement]:
    taken = [fact.data for fact in facts if fact.data.stage != "erased"]
    erased = {
        fact.data.application_id: _nobody(fact) for fact in facts if fact.data.stage == "erased"
    }
    named = {step.vacancy_id for step in taken}
    known = await campaigns.by_sources(transaction, kind="vacancy", source_ids=named)
    for vacancy_id in sorted(named - {campaign.source_id for campaign in known}):
        # It counts all the same: the vacancy's opening may come later.
        _log.warning("applications for a vacancy that is not known", vacancy=vacancy_id)
    await applications.add_steps(
        transaction,
        [
            Step(
                application_id=step.application_id,
                vacancy_id=step.vacancy_id,
                stage=step.stage,
                at=step.at,
            )
            for step in taken
        ],
    )
    # After what came with it, which is erased too.
    await applications.move_steps(transaction, erased)
    stated = [(step, stated_codes(step)) for step in taken]
    ours = await applications.known_codes(
        transaction, {code for _, codes in stated for code in codes}
    )
    touches = [(step, [code for code in codes if code in ours]) for step, codes in stated]
    await applications.add_attributions(
        transaction,
        [
            Attribution(
                application_id=step.application_id,
                first_code=codes[0],
                last_code=codes[-1],
                stated_at=step.at,
            )
            for step, codes in touches
            if codes
        ],
    )
    await applications.move_attributions(transaction, erased)
    return []


def _nobody(fact: Fact[ApplicationReceived]) -> str:
    """The id of an erased application: of the event that asked for it, so that a rebuild brings the
    same steps together again."""
    return derive_id("erased application", fact.event.source, fact.event.id)
