"""Other texts for a draft: where a suggestion comes from, how far they went, and the chosen one."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from services.database.schema import audience, posts
from services.database.transaction import Transaction


class Place(NamedTuple):
    """The place of a draft: its person's rank in the audience, and the next variant to show."""

    rank: int
    next_variant: int


async def place(transaction: Transaction, post_id: str) -> Place | None:
    """None when the post, or its person's invitation, is not there."""
    row = (
        await transaction.execute(
            sa.select(audience.c.rank, posts.c.next_variant, posts.c.recipe["variant"].label("own"))
            .select_from(posts)
            .join(
                audience,
                sa.and_(
                    audience.c.campaign_id == posts.c.campaign_id,
                    audience.c.ambassador_id == posts.c.ambassador_id,
                ),
            )
            .where(posts.c.id == post_id)
        )
    ).first()
    if row is None:
        return None
    # The draft itself may be a later variant than the first: one without words to avoid.
    return Place(row.rank, max(row.next_variant, (row.own or 0) + 1))


async def go_on_from(transaction: Transaction, post_id: str, variant: int) -> None:
    """Variants before this one are not shown again."""
    await transaction.execute(
        posts.update()
        .where(posts.c.id == post_id, posts.c.next_variant < variant)
        .values(next_variant=variant)
    )
