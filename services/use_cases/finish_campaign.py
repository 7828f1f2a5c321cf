"""A campaign ends: cancel what was not sent, and say so.

A vacancy closes when somebody says so, or when the moment has come that its opening named; its links
lead to the careers page then. A story's campaign ends when marketing says so; the story stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from services.errors import Rejected
from services.events.incoming import VacancyClosed
from services.events.outgoing import CampaignFinished
from services.events.statement import Fact, Statement, state
from services.storage import audit, campaigns, outbox
from services.storage.audit import Entry
from services.storage.campaigns import Campaign
from services.storage.database import Database, take_turns
from services.storage.transaction import Transaction
from services.use_cases.cancel_posts import cancel_of_campaign

_log = structlog.get_logger("campaigns")


async def close_vacancies(
    transaction: Transaction, facts: Sequence[Fact[VacancyClosed]], now: datetime
) -> list[Statement]:
    statements = []
    for fact in facts:
        vacancy_id = fact.data.vacancy_id
        await take_turns(transaction, "vacancy", vacancy_id)
        await campaigns.remember_closed_vacancy(transaction, vacancy_id, now=now)
        campaign = await campaigns.by_source(transaction, kind="vacancy", source_id=vacancy_id)
        if campaign is None:
            # Its opening may come later and then starts nothing; a misspelt id never gets one.
            _log.warning("a vacancy closed that is not known", vacancy=vacancy_id)
            continue
        statements += await finish(transaction, campaign, reason=fact.data.reason or "", now=now)
    return statements


async def finish_over(database: Database, now: datetime) -> int:
    """Finish campaigns whose vacancy has closed by itself, each in a transaction of its own.

    Returns how many.
    """
    async with database.read() as transaction:
        due = await campaigns.over(transaction, now=now)
    for each in due:
        async with database.write() as transaction:
            await take_turns(transaction, "vacancy", each.source_id)
            campaign = await campaigns.get(transaction, each.id)
            if campaign is not None:
                statements = await finish(transaction, campaign, reason=_OVER, now=now)
                await outbox.add(transaction, statements)
    return len(due)


async def end_story(
    transaction: Transaction, campaign_id: str, *, actor: str, now: datetime
) -> None:
    """End a story's campaign; one that has ended stays as it is.

    It takes turns with a launch, so that an end is stated of every campaign whose start was.
    Raises Rejected when no story has this campaign.
    """
    await take_turns(transaction, "audience", campaign_id)
    campaign = await campaigns.get(transaction, campaign_id)
    if campaign is None or campaign.kind != "story":
        raise Rejected("there is no such story", remedy="Load the page again.")
    statements = await finish(transaction, campaign, reason=_ENDED, now=now, actor=actor)
    await outbox.add(transaction, statements)


#: Why a campaign finished that marketing ended.
_ENDED = "its campaign was ended"
#: Why a campaign finished that nobody finished.
_OVER = "the time to apply is over"


async def finish(
    transaction: Transaction,
    campaign: Campaign,
    *,
    reason: str,
    now: datetime,
    actor: str = "campaigns",
) -> list[Statement]:
    """Close ``campaign`` and cancel its unsent posts; returns what to state of the campaign.

    Nothing when it was closed already. The campaign first: whoever makes a post unsent again holds
    it open until that is written.
    """
    if not await campaigns.close(transaction, campaign.id, now=now):
        return []
    cancelled = await cancel_of_campaign(transaction, campaign.id, reason=reason, now=now)
    entry = Entry(
        at=now,
        actor=actor,
        action="campaign.finished",
        subject=campaign.id,
        detail={"cancelled": cancelled, "reason": reason},
    )
    await audit.add(transaction, [entry])
    if campaign.state == "prepared":
        # Nobody heard that it started.
        return []
    finished = CampaignFinished(
        campaign_id=campaign.id, reason=reason, cancelled=cancelled, finished_at=now
    )
    return [state(finished, at=now)]
