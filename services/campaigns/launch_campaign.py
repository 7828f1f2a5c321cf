"""A manager checks the list of a prepared campaign, removes or adds people, and launches it; a campaign
that began with a handful is widened, by a person or at its time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.campaigns.rules.selection import Invitation, added_by, handful, select_audience
from services.campaigns.start_campaign import check_still_open, requests, started
from services.campaigns.store import audience, campaigns
from services.campaigns.store.campaigns import Campaign
from services.campaigns.store.sharing_history import histories
from services.database.engine import Database, take_turns
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import NoSuch, Rejected
from services.events.incoming import Launch, LaunchPlan
from services.message import message
from services.people.store import people
from services.people.store.people import Person
from services.voice import Thin, unsaid


async def remove_from_audience(
    transaction: Transaction, *, campaign_id: str, ambassador_id: str, by: Person, now: datetime
) -> None:
    """Take a person off the list. Raises Rejected when they were asked, or are not on it."""
    await _take_turn(transaction, campaign_id)
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
    campaign = await _take_turn(transaction, campaign_id)
    refusal = unsaid(campaign.content)
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


async def _take_turn(transaction: Transaction, campaign_id: str) -> Campaign:
    """One change of a list at a time. Raises Rejected when the campaign has ended."""
    await take_turns(transaction, "audience", campaign_id)
    campaign = await campaigns.get(transaction, campaign_id)
    if campaign is None or campaign.state == "closed":
        raise Rejected(
            message("campaign.ended", "this campaign has ended"),
            remedy=message("do.start-another", "Start another one."),
        )
    return campaign


async def launch(
    transaction: Transaction, *, campaign_id: str, plan: LaunchPlan, by: Person, now: datetime
) -> int:
    """Ask everybody on the list, or the handful to begin with; returns how many.

    Raises Rejected when the campaign was launched already or has ended, when its vacancy is over,
    and when the list is empty.
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
    """Ask everybody else on the list, and everybody who fits by now; returns how many.

    Ranks of newcomers follow the highest that was given. ``by`` is a person's id. A campaign that
    is not open, or whose vacancy is over, asks no more people.
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
