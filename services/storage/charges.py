"""What networks charged for posts, by our own count at the prices of that time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from services.domain.post import PostState
from services.storage.schema import posts
from services.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """``posts`` were created at ``each`` millionths of a dollar; None where nobody can tell."""

    network: str
    posts: int
    each: int | None


async def of_networks(
    transaction: Transaction, networks: Sequence[str], *, campaign_ids: Sequence[str] | None = None
) -> list[Charge]:
    """What these networks charged the organisation, the dearest first, the unknown last.

    For the posts of these campaigns, or of all.
    """
    query = (
        sa.select(posts.c.network, posts.c.charged, sa.func.count().label("posts"))
        .where(posts.c.network.in_(networks), posts.c.state == PostState.PUBLISHED.value)
        .group_by(posts.c.network, posts.c.charged)
    )
    if campaign_ids is not None:
        query = query.where(posts.c.campaign_id.in_(campaign_ids))
    rows = await transaction.execute(query)
    found = [Charge(network=row.network, posts=row.posts, each=row.charged) for row in rows]
    return sorted(found, key=lambda each: (each.network, each.each is None, -(each.each or 0)))
