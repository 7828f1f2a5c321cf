"""What a network's preview robot reads of a short link: the story's title, text and image.

Source: https://ogp.me
"""

from __future__ import annotations

import time
from collections.abc import Callable

from services.campaigns.store import campaigns
from services.database.engine import Database
from services.events.incoming import StoryApproved
from services.figures.rules.link_table import Target
from services.web import rendering

#: Robots come in crowds, one after another for the same story.
_HOLDS_SECONDS = 60.0
_MOST = 1_000


class LinkCards:
    """Cards by campaign. ``base_url`` is where short links are."""

    def __init__(
        self,
        database: Database,
        *,
        organisation: str,
        base_url: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._organisation = organisation
        self._base_url = base_url
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, campaigns.Campaign | None]] = {}

    async def card(self, target: Target, code: str, location: str) -> bytes:
        """HTML; empty for a closed vacancy, which has nothing to show. Raises RetryLater."""
        campaign = await self._campaign(target.campaign.id)
        if campaign is None or (campaign.kind == "vacancy" and target.campaign.closed):
            return b""
        content = campaign.content
        is_story = isinstance(content, StoryApproved)
        return rendering.render(
            "link_card.html",
            language=content.language,
            title=campaign.title,
            text=content.body if isinstance(content, StoryApproved) else content.description,
            image=content.images[0]
            if isinstance(content, StoryApproved) and content.images
            else None,
            is_story=is_story,
            organisation=self._organisation,
            address=f"{self._base_url}/r/{code}",
            location=location,
        ).encode()

    async def _campaign(self, campaign_id: str) -> campaigns.Campaign | None:
        now = self._monotonic()
        read, campaign = self._known.get(campaign_id, (now, None))
        if campaign is None or now - read > _HOLDS_SECONDS:
            async with self._database.read() as transaction:
                campaign = await campaigns.get(transaction, campaign_id)
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[campaign_id] = now, campaign
        return campaign
