"""Somebody looked at the audience of a prepared campaign and launches it; one that began with a handful
is widened, by a person or when its moment has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.campaigns.rules.audience import Invitation, handful, select_audience
from services.campaigns.start_campaign import check_still_open, requests, started
from services.campaigns.store import audience, campaigns
from services.campaigns.store.campaigns import Campaign
from services.campaigns.store.sharing_history import histories
from services.database.engine import Database, take_turns
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import NoSuch, Rejected
from services.events.launch import Launch, LaunchPlan
from services.message import message
from services.people.store import people
from services.people.store.people import Person
from services.voice import unsaid


async def launch(
    transaction: Transaction, *, campaign_id: str, plan: LaunchPlan, by: Person, now: datetime
) -> int:
    """Ask everybody on the list, or the handful to begin with; returns how many.

    Raises Rejected when the campaign was launched already or has ended, when its vacancy is over,
    and when nobody is on the list.
    """
    await take_turns(transaction, "audience", campaign_id)
    campaign = await campaigns.get(transaction, campaign_id)
    if campaign is None:
        raise NoSuch(
            message("campaign.unknown", "there is no such campaign"),
            remedy=message("do.go-to-list", "Go back to the list."),
        )
    check_still_open(campaign.closes_at, now)
    listed = await audience.proposed(transaction, campaign_id)
    if not listed:
        raise Rejected(
            message("audience.empty", "nobody is on the list"),
            remedy=message("do.add-colleague", "Add a colleague first."),
        )
    widen_at = None if plan.widen_after is None else now + plan.widen_after
    if not await campaigns.launch(transaction, campaign_id, now=now, widen_at=widen_at):
        raise Rejected(
            message(
                "campaign.launched-already", "this campaign was launched already, or has ended"
            ),
            remedy=message("do.load-again", "Load the page again."),
        )
    asked = handful(listed) if plan.launch is Launch.HANDFUL else listed
    await audience.ask(transaction, campaign_id, asked, now=now)
    opened = replace(campaign, state="open", started_at=now, widen_at=widen_at)
    await record(
        transaction,
        "campaign.launched",
        campaign_id,
        started(opened, len(asked)),
        *requests(opened, asked, now),
        actor=by.id,
        now=now,
        launch=plan.launch.value,
        asked=len(asked),
    )
    return len(asked)


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
