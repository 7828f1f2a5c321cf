"""A story was approved, or a vacancy opened: start its campaign and ask its audience to share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.domain.ambassador import Ambassador
from services.domain.audience import Content, Invitation, select_audience
from services.domain.identity import derive_id
from services.errors import Rejected
from services.events.incoming import StoryApproved, VacancyOpened
from services.events.outgoing import CampaignStarted, ShareRequested
from services.events.statement import Fact, Statement, state
from services.storage import campaigns, people
from services.storage.campaigns import Campaign
from services.storage.database import take_turns
from services.storage.transaction import Transaction


async def start_campaigns(
    transaction: Transaction,
    facts: Sequence[Fact[StoryApproved | VacancyOpened]],
    now: datetime,
) -> list[Statement]:
    """One campaign a story or vacancy, however often it is announced."""
    statements: list[Statement] = []
    everybody: list[Ambassador] | None = None
    for fact in facts:
        kind, source_id = source_of(fact.data)
        # Its closing may be handled at this moment by another worker.
        await take_turns(transaction, kind, source_id)
        if await campaigns.by_source(transaction, kind=kind, source_id=source_id) is not None:
            continue
        if everybody is None:
            everybody = await people.all_ambassadors(transaction)
        statements += await _start(transaction, fact.data, everybody, now)
    return statements


def source_of(content: Content) -> tuple[str, str]:
    """The kind of a campaign and the id of what it is about."""
    if isinstance(content, VacancyOpened):
        return "vacancy", content.vacancy_id
    return "story", content.story_id


def seed_of(campaign_id: str) -> int:
    """The seed of a campaign's texts: any fixed number would do; this one is easy to redo."""
    return int(campaign_id.replace("-", "")[:12], 16)


async def _start(
    transaction: Transaction, content: Content, everybody: Sequence[Ambassador], now: datetime
) -> list[Statement]:
    kind, source_id = source_of(content)
    if isinstance(content, VacancyOpened):
        if content.closes_at is not None and content.closes_at <= now:
            raise Rejected(
                f"the vacancy closed on {content.closes_at:%Y-%m-%d}",
                remedy='Send it again with a later "closes_at".',
            )
        if await campaigns.vacancy_is_closed(transaction, source_id):
            return []
    campaign_id = derive_id("campaign", kind, source_id)
    campaign = Campaign(
        id=campaign_id,
        kind=kind,
        source_id=source_id,
        title=content.title,
        language=content.language,
        content=content,
        state="open",
        seed=seed_of(campaign_id),
        started_at=now,
    )
    invitations = select_audience(campaign_id, content, everybody)
    await campaigns.add(transaction, campaign)
    await campaigns.invite(transaction, campaign_id, invitations)
    return [_started(campaign, len(invitations)), *_requests(campaign, invitations)]


def _started(campaign: Campaign, audience: int) -> Statement:
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


def _requests(campaign: Campaign, invitations: Sequence[Invitation]) -> list[Statement]:
    return [
        state(
            # Built by us from checked parts; validating 10,000 of them again costs more than
            # everything else here.
            ShareRequested.model_construct(
                campaign_id=campaign.id,
                ambassador_id=invitation.ambassador_id,
                rank=invitation.rank,
                reason=invitation.reason,
            ),
            at=campaign.started_at,
            cause=campaign.id,
        )
        for invitation in invitations
    ]
