"""A campaign that began with a handful is widened: by a person, or when its moment has come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.campaigns.ask_audience import requests
from services.campaigns.rules.audience import Invitation, select_audience
from services.campaigns.store import audience, campaigns
from services.campaigns.store.campaigns import Campaign
from services.campaigns.store.sharing_history import histories
from services.database.engine import Database, take_turns
from services.database.record import record
from services.database.transaction import Transaction
from services.people.store import people
from services.voice import unsaid

#: Who acts when nobody presses the button.
_CLOCK = "campaigns"


async def widen(
    transaction: Transaction, *, campaign_id: str, now: datetime, by: str = _CLOCK
) -> int:
    """Ask everybody else on the list, and whoever fits by now; returns how many.

    Ranks of newcomers follow the highest that was given. ``by`` is a person's id. A campaign that
    is not open asks nobody, nor does one whose vacancy is over.
    """
    await take_turns(transaction, "audience", campaign_id)
    campaign = await campaigns.get(transaction, campaign_id)
    if campaign is None or not await campaigns.forget_widening(transaction, campaign_id):
        return 0
    if campaign.closes_at is not None and campaign.closes_at <= now:
        return 0
    listed = await audience.proposed(transaction, campaign_id)
    newcomers = await _newcomers(transaction, campaign, now)
    await audience.invite(transaction, campaign_id, newcomers, asked_at=now)
    await audience.ask(transaction, campaign_id, listed, now=now)
    asked = [*listed, *newcomers]
    await record(
        transaction,
        "campaign.widened",
        campaign_id,
        *requests(campaign, asked, now),
        actor=by,
        now=now,
        asked=len(asked),
    )
    return len(asked)


async def widen_due(database: Database, now: datetime) -> int:
    """Widen campaigns whose moment has come, each in a transaction of its own; returns how many."""
    async with database.read() as transaction:
        due = await campaigns.to_widen(transaction, now=now)
    for campaign_id in due:
        async with database.write() as transaction:
            await widen(transaction, campaign_id=campaign_id, now=now)
    return len(due)


async def _newcomers(
    transaction: Transaction, campaign: Campaign, now: datetime
) -> Sequence[Invitation]:
    """Who fits and was never on the list: colleagues who came, or changed their profile, since."""
    if unsaid(campaign.content):
        return ()
    known = await audience.everybody_listed(transaction, campaign.id)
    fresh = [
        person for person in await people.all_ambassadors(transaction) if person.id not in known
    ]
    return select_audience(
        campaign.id,
        campaign.content,
        fresh,
        await histories(transaction, campaign, now=now) if fresh else {},
        first_rank=await audience.next_rank(transaction, campaign.id),
    )
