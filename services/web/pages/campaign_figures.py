"""What managers see of a campaign: what was brought, never who decided what.

Counts that would tell one person's decision, or one person's figures, are not shown. That holds for
differences too: whoever knows the sum must not be able to subtract their way to a small group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.domain.post import PostState
from services.storage import campaign_figures, campaigns
from services.storage.campaign_figures import CampaignFigures
from services.storage.campaigns import Campaign
from services.storage.transaction import Transaction

#: Groups smaller than this are not shown.
SMALL_GROUP = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFigures:
    """A campaign with what may be shown of it.

    ``declined`` (posts) is None while fewer than `SMALL_GROUP` people declined; they are part of
    ``undecided`` then, whose exact number tells nothing. ``detailed``: enough people shared for
    clicks and reach to be nobody's own.
    """

    campaign: Campaign
    figures: CampaignFigures
    refusals: Mapping[str, int]

    @property
    def address(self) -> str:
        """The campaign's page."""
        if self.campaign.kind == "vacancy":
            return f"/vacancies/{self.campaign.id}"
        return f"/stories/{self.campaign.id}/campaign"

    @property
    def audience_address(self) -> str:
        """The page that lists whom it asks."""
        home = "vacancies" if self.campaign.kind == "vacancy" else "stories"
        return f"/{home}/{self.campaign.id}/audience"

    @property
    def published(self) -> int:
        return self.figures.published

    @property
    def under_way(self) -> int:
        return self._count(PostState.APPROVED, PostState.PUBLISHING)

    @property
    def trouble(self) -> int:
        return self._count(PostState.FAILED, PostState.UNKNOWN)

    @property
    def declined(self) -> int | None:
        if self.figures.people.get(PostState.DECLINED.value, 0) < SMALL_GROUP:
            return None
        return self._count(PostState.DECLINED)

    @property
    def undecided(self) -> int:
        """Waiting or cancelled; and declined, while that is a small group."""
        hidden = self._count(PostState.DECLINED) if self.declined is None else 0
        return self._count(PostState.READY, PostState.CANCELLED) + hidden

    @property
    def detailed(self) -> bool:
        return self.figures.people.get(PostState.PUBLISHED.value, 0) >= SMALL_GROUP

    def _count(self, *states: PostState) -> int:
        return sum(self.figures.posts.get(state.value, 0) for state in states)


async def read_recent(
    transaction: Transaction, *, kind: str | None = None, limit: int = 50
) -> list[PublicFigures]:
    """Campaigns, newest first, with their figures."""
    found = await campaigns.recent(transaction, kind=kind, limit=limit)
    figures = await campaign_figures.of_campaigns(transaction, [one.id for one in found])
    return [PublicFigures(campaign=one, figures=figures[one.id], refusals={}) for one in found]


async def read_one(
    transaction: Transaction, campaign_id: str, *, kind: str
) -> PublicFigures | None:
    """One campaign of this kind, with the reasons why some people got no draft."""
    campaign = await campaigns.get(transaction, campaign_id)
    if campaign is None or campaign.kind != kind:
        return None
    figures = await campaign_figures.of_campaigns(transaction, [campaign_id])
    return PublicFigures(
        campaign=campaign,
        figures=figures[campaign_id],
        refusals=await campaigns.refusal_counts(transaction, campaign_id),
    )
