"""Cancel unsent posts when a campaign ends or a person shares no more.

A vacancy closes by hand, or at the time named by its opening; its links
lead to the careers page then. A story's campaign ends when marketing says so; the story stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from services.accounts.accounts import Accounts
from services.accounts.store import connections
from services.campaigns.store import audience, campaigns
from services.campaigns.store.campaigns import Campaign
from services.database.engine import Database, take_turns
from services.database.record import Act, record, record_all
from services.database.transaction import Transaction
from services.errors import NoSuch
from services.events.incoming import VacancyClosed
from services.events.outgoing import CampaignFinished, PostCancelled
from services.events.statement import Fact, Statement, state
from services.message import message
from services.people.store import sharing_preferences
from services.post import Post, PostState
from services.posts.store import posts, typed_texts
from services.posts.store.posts import Moved

#: What can still be held back. A post in ``publishing`` may be on the network already.
_UNSENT = (PostState.READY, PostState.APPROVED)


async def cancel_of_campaigns(
    transaction: Transaction, reasons: Mapping[str, str], *, now: datetime
) -> Counter[str]:
    """Cancel the unsent posts of campaigns, each for its reason; returns how many of each."""
    cancelled = await posts.move_all(
        transaction, campaign_ids=list(reasons), before=_UNSENT, after=PostState.CANCELLED
    )
    for campaign_id, reason in reasons.items():
        own = [post for post in cancelled if post.campaign_id == campaign_id]
        await _record_cancelled(transaction, own, actor="campaigns", reason=reason, now=now)
    return Counter(post.campaign_id for post in cancelled)


async def cancel_of_person(
    transaction: Transaction, ambassador_id: str, *, actor: str, reason: str, now: datetime
) -> int:
    """Cancel a person's unsent posts; returns how many."""
    cancelled = await posts.move_all_of_person(
        transaction, ambassador_id=ambassador_id, before=_UNSENT, after=PostState.CANCELLED
    )
    return await _record_cancelled(transaction, cancelled, actor=actor, reason=reason, now=now)


async def _record_cancelled(
    transaction: Transaction, cancelled: Sequence[Moved], *, actor: str, reason: str, now: datetime
) -> int:
    await typed_texts.forget(transaction, [post.id for post in cancelled])
    acts = [cancellation(post, now, reason) for post in cancelled]
    await record_all(transaction, acts, actor=actor, now=now)
    return len(cancelled)


def cancellation(post: Post | Moved, now: datetime, reason: str = "") -> Act:
    event = PostCancelled(
        post_id=post.id,
        campaign_id=post.campaign_id,
        network=post.network,
        reason=reason,
        cancelled_at=now,
    )
    return Act("post.cancelled", post.id, [state(event, at=now)])


_REASON = "its ambassador does not share any more"


async def stop_sharing(
    transaction: Transaction, person_id: str, *, actor: str, now: datetime
) -> None:
    """Cancel what was not sent, end the standing consent, and take this person off all proposals."""
    chosen = await sharing_preferences.get(transaction, person_id)
    if chosen.consent_given_at is not None:
        ended = replace(chosen, consent_given_at=None, consent_until=None)
        await sharing_preferences.save(transaction, ended)
    await audience.withdraw_proposals(transaction, person_id)
    await cancel_of_person(transaction, person_id, actor=actor, reason=_REASON, now=now)


async def disconnect_everywhere(
    database: Database, accounts: Accounts, person_id: str, *, actor: str
) -> tuple[str, ...]:
    """Delete this person's tokens; returns the networks that may still honour them."""
    async with database.read() as transaction:
        connected = await connections.networks_of(transaction, [person_id])
    return tuple(
        [
            network
            for network in connected.get(person_id, ())
            if not await accounts.disconnect(person_id, network, actor=actor)
        ]
    )


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
#: Why a campaign finished that no person ended.
_OVER = "the time to apply is over"


async def finish(
    transaction: Transaction,
    ending: Sequence[tuple[Campaign, str]],
    *,
    now: datetime,
    actor: str = "campaigns",
) -> None:
    """Close campaigns, each for its reason, and cancel their unsent posts.

    One that was closed already stays as it is. Campaigns are locked first: what makes a post unsent
    again holds its campaign open until that is written.
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
        # No event said that a prepared one started.
        statements = () if campaign.state == "prepared" else (state(event, at=now),)
        await record(
            transaction,
            "campaign.finished",
            campaign.id,
            *statements,
            actor=actor,
            now=now,
            cancelled=number,
            reason=reason,
        )
