"""A manager changes whom a campaign asks: removes people from its list, or adds them to it."""

from __future__ import annotations

from datetime import datetime

from services.campaigns.rules.selection import (
    added_by,
)
from services.campaigns.store import audience, campaigns
from services.campaigns.store.campaigns import Campaign
from services.campaigns.store.sharing_history import often_asked
from services.database.engine import take_turns
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import NoSuch, Rejected
from services.message import message
from services.people.store import people
from services.people.store.people import Person
from services.voice import Thin, refusal_of


async def remove_from_audience(
    transaction: Transaction, *, campaign_id: str, ambassador_id: str, by: Person, now: datetime
) -> None:
    """Take a person off the list. Raises Rejected when they were asked, or are not on it."""
    await take_turn(transaction, campaign_id)
    if not await audience.set_removed(transaction, campaign_id, ambassador_id, removed=True):
        raise Rejected(
            message(
                "audience.asked-already", "this colleague was asked already, or is not on the list"
            ),
            remedy=message("do.load-again", "Load the page again."),
        )
    await record(
        transaction, "audience.removed", campaign_id, actor=by.id, now=now, person=ambassador_id
    )


async def add_to_audience(
    transaction: Transaction, *, campaign_id: str, ambassador_id: str, by: Person, now: datetime
) -> None:
    """Put a person on the list, or back on it; no change where they are on it.

    A person who did not match reads "added by …" as the reason. Raises Rejected when there is no
    such ambassador, and NoDraft where no text can be written.
    """
    campaign = await take_turn(transaction, campaign_id)
    refusal = refusal_of(campaign.content)
    if refusal and not (campaign.state == "prepared" and isinstance(refusal, Thin)):
        raise refusal
    if await audience.is_listed(transaction, campaign_id, ambassador_id):
        await audience.set_removed(transaction, campaign_id, ambassador_id, removed=False)
    else:
        found = await people.ambassadors_by_id(transaction, [ambassador_id])
        if ambassador_id not in found:
            raise NoSuch(
                message("ambassador.unknown", "there is no such ambassador"),
                remedy=message("do.load-again", "Load the page again."),
            )
        rank = await audience.next_rank(transaction, campaign_id)
        invitation = added_by(by.name, ambassador_id, found[ambassador_id].language, rank=rank)
        await audience.invite(transaction, campaign_id, [invitation], asked_at=None)
    await record(
        transaction, "audience.added", campaign_id, actor=by.id, now=now, person=ambassador_id
    )


async def move_possible(
    transaction: Transaction, *, campaign_id: str, removed: bool, by: Person, now: datetime
) -> int:
    """Put all who fit perhaps on the list, but those asked often lately, or take them off; returns how
    many. Raises Rejected when the campaign has ended."""
    campaign = await take_turn(transaction, campaign_id)
    if not removed and campaign.state != "prepared" and refusal_of(campaign.content):
        return 0
    often = None if removed else often_asked(campaign_id, now)
    moved = await audience.set_possible_removed(
        transaction, campaign_id, removed=removed, often=often
    )
    action = "audience.removed" if removed else "audience.added"
    await record(transaction, action, campaign_id, actor=by.id, now=now, possible=moved)
    return moved


async def take_turn(transaction: Transaction, campaign_id: str) -> Campaign:
    """One change of a list at a time. Raises Rejected when the campaign has ended."""
    await take_turns(transaction, "audience", campaign_id)
    campaign = await campaigns.get(transaction, campaign_id)
    if campaign is None or campaign.state == "closed":
        raise Rejected(
            message("campaign.ended", "this campaign has ended"),
            remedy=message("do.start-another", "Start another one."),
        )
    return campaign
