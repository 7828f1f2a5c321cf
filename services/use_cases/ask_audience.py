"""Ask people of a campaign's audience to share: it is launched, and each is asked for a draft."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.domain.audience import Invitation
from services.events.outgoing import CampaignStarted, ShareRequested
from services.events.statement import Statement, state, stated
from services.storage.campaigns import Campaign


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


def requests(
    campaign: Campaign, invitations: Sequence[Invitation], now: datetime
) -> list[Statement]:
    return [
        stated(
            ShareRequested,
            {
                "campaign_id": campaign.id,
                "ambassador_id": invitation.ambassador_id,
                "rank": invitation.rank,
                "reason": invitation.reason,
            },
            at=now,
            cause=campaign.id,
        )
        for invitation in invitations
    ]
