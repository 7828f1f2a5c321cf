"""Start the campaign of an approved story or opened vacancy, as its event says.

Everybody who fits is asked at once, or a handful first, or after a manager's check; none where no text
can be written about it. A campaign that began with a handful is widened, by a person or at its time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from services.campaigns.accept_events import contradiction, same_facts
from services.campaigns.choose_passages import check_vouched
from services.campaigns.rules.matching import Content, source_of
from services.campaigns.rules.selection import (
    History,
    Invitation,
    handful,
    left_out,
    select_audience,
)
from services.campaigns.store import audience, campaigns
from services.campaigns.store.campaigns import Campaign
from services.campaigns.store.sharing_history import histories
from services.database.engine import Database, take_turns
from services.database.record import record
from services.database.transaction import Transaction
from services.errors import NoSuch, Rejected
from services.events.incoming import (
    Launch,
    LaunchPlan,
    StoryApproved,
    VacancyOpened,
    read_launch_plan,
)
from services.events.moment import end_of
from services.events.outgoing import CampaignStarted, ShareRequested
from services.events.statement import Fact, Statement, state, stated
from services.identity import derive_id
from services.message import message
from services.people.rules.ambassador import DEFAULT_ZONE, Ambassador
from services.people.store import people
from services.people.store.people import Person
from services.text.plain_text import phrase
from services.voice import Thin, refusal_of


def started(campaign: Campaign, audience: int) -> Statement:
    """``audience`` is the number of people asked at the beginning."""
    return state(
        CampaignStarted.model_validate(
            {
                "campaign_id": campaign.id,
                "kind": campaign.kind,
                "source_id": campaign.source_id,
                "title": campaign.title,
                "audience": audience,
                "started_at": campaign.started_at,
            }
        ),
        at=campaign.started_at,
    )


#: What fails for one of them fails for all of an event, so these are few; each costs as much as ten
#: people do.
_ASKED_AT_ONCE = 25


async def requests(
    campaign: Campaign, invitations: Sequence[Invitation], now: datetime
) -> list[Statement]:
    stating: list[Statement] = []
    for start in range(0, len(invitations), _ASKED_AT_ONCE):
        some = invitations[start : start + _ASKED_AT_ONCE]
        stating.append(
            stated(
                ShareRequested,
                {
                    "campaign_id": campaign.id,
                    "asked": [
                        {
                            "ambassador_id": each.ambassador_id,
                            "rank": each.rank,
                            "reason": each.reason,
                        }
                        for each in some
                    ],
                },
                at=now,
                cause=" ".join(str(each.rank) for each in some),
            )
        )
        if len(stating) % _STATED_AT_ONCE == 0:
            await asyncio.sleep(0)
    return stating


#: Those of ten thousand people take a few milliseconds; others have the loop between two such parts.
_STATED_AT_ONCE = 400


async def start_campaigns(
    transaction: Transaction,
    facts: Sequence[Fact[StoryApproved | VacancyOpened]],
    now: datetime,
    *,
    zone: tzinfo = DEFAULT_ZONE,
) -> list[Statement]:
    """One campaign a story or vacancy, however often it is announced.

    Raises Rejected for a vacancy that is over, for a wish that makes no sense, and for other facts
    than those its campaign began with. A vacancy's last day ends in ``zone``.
    """
    statements: list[Statement] = []
    everybody: list[Ambassador] | None = None
    for kind, source_id in sorted({source_of(fact.data) for fact in facts}):
        # Its closing may be handled at this moment by another worker.
        await take_turns(transaction, kind, source_id)
    for fact in facts:
        plan = read_launch_plan(fact.event.extensions)
        kind, source_id = source_of(fact.data)
        known = await campaigns.by_source(transaction, kind=kind, source_id=source_id)
        if known is not None:
            if not same_facts(known.content, fact.data):
                raise contradiction(known.content, fact.data)
            continue
        if everybody is None:
            everybody = await people.all_ambassadors(transaction)
        statements += await _start(transaction, fact.data, plan, everybody, now, zone=zone)
    return statements


def seed_of(campaign_id: str) -> int:
    """The seed of a campaign's texts: any fixed number would do; this one is easy to redo."""
    return int(campaign_id.replace("-", "")[:12], 16)


async def _start(
    transaction: Transaction,
    content: Content,
    plan: LaunchPlan,
    everybody: Sequence[Ambassador],
    now: datetime,
    *,
    zone: tzinfo,
) -> list[Statement]:
    kind, source_id = source_of(content)
    closes_at: datetime | None = None
    if isinstance(content, VacancyOpened):
        if content.closes_at is not None:
            closes_at = end_of(content.closes_at, zone)
        check_still_open(closes_at, now)
        if await campaigns.vacancy_is_closed(transaction, source_id):
            return []
    campaign_id = derive_id("campaign", kind, source_id)
    prepared = plan.launch is Launch.REVIEW
    # A person who is asked in vain is asked less for what follows. An editor who looks first may add what
    # a thin story lacks, or have people asked a question about it.
    refusal = refusal_of(content)
    mute = refusal is not None and not (prepared and isinstance(refusal, Thin))
    campaign = Campaign(
        id=campaign_id,
        kind=kind,
        source_id=source_id,
        title=phrase(content.title) or content.title,
        language=content.language,
        content=content,
        state="prepared" if prepared else "open",
        seed=seed_of(campaign_id),
        started_at=now,
        widen_at=None if mute or plan.widen_after is None else now + plan.widen_after,
        closes_at=closes_at,
    )
    past: Mapping[str, History] = {}
    if plan.launch is not Launch.EVERYBODY:
        # Where all are asked at once, the past decides nothing, and leaving it out keeps the ranks,
        # and so the texts, those of `zwaan compose`.
        past = await histories(transaction, campaign, now=now)
    # Not in the loop, which may serve pages: ten thousand people take a fifth of a second.
    invitations = await asyncio.to_thread(
        select_audience, campaign_id, content, () if mute else everybody, past
    )
    await campaigns.add(transaction, campaign)
    if prepared:
        aside = [
            each for each in invitations if left_out(each, past.get(each.ambassador_id, History()))
        ]
        put = {each.ambassador_id for each in aside}
        listed = [each for each in invitations if each.ambassador_id not in put]
        await audience.invite(transaction, campaign_id, listed, asked_at=None)
        await audience.invite(transaction, campaign_id, aside, asked_at=None, removed=True)
        return []
    asked = invitations if plan.launch is Launch.EVERYBODY else handful(invitations)
    await audience.invite(transaction, campaign_id, asked, asked_at=now)
    if asked is not invitations:
        first = {invitation.ambassador_id for invitation in asked}
        later = [each for each in invitations if each.ambassador_id not in first]
        await audience.invite(transaction, campaign_id, later, asked_at=None)
    return [started(campaign, len(asked)), *await requests(campaign, asked, now)]


def check_still_open(closes_at: datetime | None, now: datetime) -> None:
    """Raises Rejected when applications are not taken any more."""
    if closes_at is not None and closes_at <= now:
        raise Rejected(
            message("vacancy.closed", "the vacancy closed on {day}", day=closes_at.date()),
            remedy=message(
                "do.send-later-closing",
                'Send the vacancy again, with a "closes_at" that is still to come.',
            ),
        )


async def launch(
    transaction: Transaction,
    *,
    campaign_id: str,
    plan: LaunchPlan,
    by: Person,
    now: datetime,
    vouched: bool = False,
) -> int:
    """Ask everybody on the list, or the handful to begin with; returns how many.

    Raises Rejected when the campaign was launched already or has ended, when its vacancy is over,
    when the list is empty, and when nobody ``vouched`` for passages that are not in the source.
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
    own = await check_vouched(campaign.content, vouched=vouched)
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
        *await requests(opened, asked, now),
        actor=by.id,
        now=now,
        launch=plan.launch.value,
        asked=len(asked),
        **({"vouched": own} if own else {}),
    )
    return len(asked)


#: The actor when no person presses the button.
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
        *await requests(campaign, asked, now),
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
    if refusal_of(campaign.content):
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
