"""Clicks, reach and applications arrive on the log: each is counted or kept as it was stated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from services.campaigns.store import campaigns
from services.database.transaction import Transaction
from services.events.incoming import ApplicationReceived
from services.events.outgoing import LinkClicked, ReachMeasured
from services.events.statement import Fact, Statement
from services.figures.rules.click import doubles, judged
from services.figures.store import applications, click_cells, clicks, figures
from services.figures.store.applications import Attribution, Step
from services.figures.store.figures import Figure
from services.identity import codes_in, derive_id
from services.message import message_from


async def count_clicks(
    transaction: Transaction, facts: Sequence[Fact[LinkClicked]], _now: datetime
) -> list[Statement]:
    """Count every click once, in the order of the log (one link's clicks have one order).

    The verdict on a click depends on the clicks before it in the log alone, never on how they came
    in batches, so that counting again gives the same.
    """
    fresh = [judged(fact.event.id, fact.data) for fact in facts]
    if fresh:
        await clicks.stage(transaction, fresh)
        await clicks.settle(transaction, doubles(fresh, await clicks.near(transaction)))
        await click_cells.add_staged(transaction)
    return []


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


def stated_codes(step: ApplicationReceived) -> list[str]:
    """What may be codes of ours, first to last. A ``link_code`` of its own is the last."""
    return codes_in(f"{step.reference or ''} {step.link_code or ''}")


_log = structlog.get_logger("applications")


async def record_applications(
    transaction: Transaction, facts: Sequence[Fact[ApplicationReceived]], _now: datetime
) -> list[Statement]:
    taken = [fact.data for fact in facts if fact.data.stage != "erased"]
    erased = {
        fact.data.application_id: _anonymous_id(fact)
        for fact in facts
        if fact.data.stage == "erased"
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


def _anonymous_id(fact: Fact[ApplicationReceived]) -> str:
    """The id of an erased application: of the event that asked for it, so that a rebuild brings the
    same steps together again."""
    return derive_id("erased application", fact.event.source, fact.event.id)
