"""Ask people of a campaign's audience to share: it is launched, and drafts are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.campaigns.rules.audience import Invitation
from services.campaigns.store.campaigns import Campaign
from services.events.outgoing import CampaignStarted, ShareRequested
from services.events.statement import Statement, state, stated


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


def requests(
    campaign: Campaign, invitations: Sequence[Invitation], now: datetime
) -> list[Statement]:
    slices = (
        invitations[start : start + _ASKED_AT_ONCE]
        for start in range(0, len(invitations), _ASKED_AT_ONCE)
    )
    return [
        stated(
            ShareRequested,
            {
                "campaign_id": campaign.id,
                "asked": [
                    {"ambassador_id": each.ambassador_id, "rank": each.rank, "reason": each.reason}
                    for each in some
                ],
            },
            at=now,
            cause=" ".join(str(each.rank) for each in some),
        )
        for some in slices
    ]
