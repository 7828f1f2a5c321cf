"""Somebody looked at the audience of a prepared campaign, and launches it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.campaigns.ask_audience import requests, started
from services.campaigns.rules.audience import handful
from services.campaigns.start_campaign import check_still_open
from services.campaigns.store import audience, campaigns
from services.database.engine import take_turns
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import NoSuch, Rejected
from services.events.launch import Launch, LaunchPlan
from services.message import message
from services.people.store.people import Person


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
