"""A campaign ends: cancel what was not sent, and say so.

A vacancy closes when somebody says so, or when the moment has come that its opening named; its links
lead to the careers page then. A story's campaign ends when marketing says so; the story stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from services.campaigns.store import campaigns
from services.campaigns.store.campaigns import Campaign
from services.database.engine import Database, take_turns
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import NoSuch
from services.events.incoming import VacancyClosed
from services.events.outgoing import CampaignFinished
from services.events.statement import Fact, Statement, state
from services.message import message
from services.posts.cancel_posts import cancel_of_campaigns

_log = structlog.get_logger("campaigns")


async def close_vacancies(
    transaction: Transaction, facts: Sequence[Fact[VacancyClosed]], now: datetime
) -> list[Statement]:
    reasons = {fact.data.vacancy_id: fact.data.reason or "" for fact in reversed(facts)}
    for vacancy_id in sorted(reasons):
        await take_turns(transaction, "vacancy", vacancy_id)
    for vacancy_id in sorted(reasons):
        await campaigns.remember_closed_vacancy(transaction, vacancy_id, now=now)
    found = await campaigns.by_sources(transaction, kind="vacancy", source_ids=reasons)
    for vacancy_id in sorted(reasons.keys() - {campaign.source_id for campaign in found}):
        # Its opening may come later and then starts nothing; a misspelt id never gets one.
        _log.warning("a vacancy closed that is not known", vacancy=vacancy_id)
    await finish(
        transaction, [(campaign, reasons[campaign.source_id]) for campaign in found], now=now
    )
    return []


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
                await finish(transaction, [(campaign, _OVER)], now=now)
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
        raise NoSuch(
            message("story.unknown", "there is no such story"),
            remedy=message("do.load-again", "Load the page again."),
        )
    await finish(transaction, [(campaign, _ENDED)], now=now, actor=actor)


#: Why a campaign finished that marketing ended.
_ENDED = "its campaign was ended"
#: Why a campaign finished that nobody finished.
_OVER = "the time to apply is over"


async def finish(
    transaction: Transaction,
    ending: Sequence[tuple[Campaign, str]],
    *,
    now: datetime,
    actor: str = "campaigns",
) -> None:
    """Close campaigns, each for its reason, and cancel their unsent posts.

    One that was closed already stays as it is. The campaigns first: whoever makes a post unsent again
    holds its campaign open until that is written.
    """
    closed = [
        (campaign, reason)
        for campaign, reason in sorted(ending, key=lambda each: each[0].id)
        if await campaigns.close(transaction, campaign.id, now=now)
    ]
    reasons = {campaign.id: reason for campaign, reason in closed}
    cancelled = await cancel_of_campaigns(transaction, reasons, now=now)
    for campaign, reason in closed:
        number = cancelled[campaign.id]
        event = CampaignFinished(
            campaign_id=campaign.id, reason=reason, cancelled=number, finished_at=now
        )
        # Nobody heard that a prepared one started.
        told = () if campaign.state == "prepared" else (state(event, at=now),)
        await record(
            transaction,
            "campaign.finished",
            campaign.id,
            *told,
            actor=actor,
            now=now,
            cancelled=number,
            reason=reason,
        )
