"""How much a text that is being typed has in common with what colleagues have about the same.

Their texts are read once a minute, because typing asks after every pause.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.campaigns.store import campaigns
from services.database.transaction import Transaction
from services.post import Post
from services.posts.store import posts
from services.posts.store.posts import Told
from services.voice.checking.guard import OverlapGuard

_FRESH = timedelta(minutes=1)
_MOST = 20


@dataclass(frozen=True, slots=True)
class _Read:
    at: datetime
    guard: OverlapGuard


class NearestTexts:
    """Of one process; it remembers the texts of a few campaigns."""

    def __init__(self) -> None:
        self._read: OrderedDict[str, _Read] = OrderedDict()

    async def overlap(
        self, transaction: Transaction, post: Post, text: str, *, now: datetime
    ) -> float:
        """The highest overlap with any colleague's text, 0 to 1; what is told of the source on
        purpose is not counted as common."""
        found = self._read.get(post.campaign_id)
        if found is None or not found.at <= now < found.at + _FRESH:
            told = await _texts(transaction, post)
            found = _Read(now, await asyncio.to_thread(_guard, told))
            self._read[post.campaign_id] = found
        self._read.move_to_end(post.campaign_id)
        while len(self._read) > _MOST:
            self._read.popitem(last=False)
        own = await posts.of_ambassador(transaction, post.ambassador_id)
        aside = post.recipe.get("parts", {}).get("passage", "")
        return found.guard.overlap(text, aside=aside, besides=[each.id for each in own])


async def _texts(transaction: Transaction, post: Post) -> Sequence[Told]:
    campaign = await campaigns.of_post(transaction, post.id)
    if campaign is None:
        return ()
    return await posts.texts_of_source(
        transaction, kind=campaign.kind, source_id=campaign.source_id
    )


def _guard(told: Sequence[Told]) -> OverlapGuard:
    guard = OverlapGuard()
    for each in told:
        guard.add(each.id, each.text, aside=each.recipe.get("parts", {}).get("passage", ""))
    return guard
