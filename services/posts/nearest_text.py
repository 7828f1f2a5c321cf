"""How much a text that is being typed has in common with what colleagues have about the same.

Their texts are read once a minute, because typing asks after every pause.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.campaigns.store import campaigns
from services.database.transaction import Transaction
from services.post import Post
from services.posts.store import posts
from services.voice.checking.guard import OverlapGuard

_FRESH = timedelta(minutes=1)
_MOST = 50


@dataclass(frozen=True, slots=True)
class _Read:
    at: datetime
    guard: OverlapGuard


class NearestTexts:
    """Of one process."""

    def __init__(self) -> None:
        self._read: OrderedDict[tuple[str, str], _Read] = OrderedDict()

    async def overlap(
        self, transaction: Transaction, post: Post, text: str, *, now: datetime
    ) -> float:
        """The highest overlap with any colleague's text, 0 to 1; what is told of the source on
        purpose is not counted as common."""
        key = post.campaign_id, post.ambassador_id
        found = self._read.get(key)
        if found is None or not found.at <= now < found.at + _FRESH:
            found = _Read(now, await _others(transaction, post))
            self._read[key] = found
        self._read.move_to_end(key)
        while len(self._read) > _MOST:
            self._read.popitem(last=False)
        recipe = await posts.recipe(transaction, post.id) or {}
        aside = recipe.get("parts", {}).get("passage", "")
        return found.guard.overlap(text, aside=aside)


async def _others(transaction: Transaction, post: Post) -> OverlapGuard:
    guard = OverlapGuard()
    campaign = await campaigns.of_post(transaction, post.id)
    if campaign is None:
        return guard
    own = {each.id for each in await posts.of_ambassador(transaction, post.ambassador_id)}
    for told in await posts.texts_of_source(
        transaction, kind=campaign.kind, source_id=campaign.source_id
    ):
        if told.id not in own:
            aside = told.recipe.get("parts", {}).get("passage", "")
            guard.add(told.id, told.text, aside=aside)
    return guard
